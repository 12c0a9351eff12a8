"""The description keeps what it promises: asked by schemathesis, and by a client made from it."""

import importlib
import json
import subprocess
import sys
from io import StringIO

import pytest
import schemathesis
from django.core.management import call_command
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as budget
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import _hypothesis
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from hepcalc_site.wsgi import application
from patients.models import Role
from tests.factories import PatientFactory, SiteFactory
from tests.surveillance.api.scenes import a_full_record, a_system

PROMISES = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)
EXAMPLES = 6


@pytest.fixture(scope="module")
def described() -> dict:
    """The description as it is served. It warns of nothing and is valid OpenAPI."""
    out = StringIO()
    call_command("spectacular", validate=True, fail_on_warn=True, format="openapi-json", stdout=out)
    described: dict = json.loads(out.getvalue())
    return described


def test_every_operation_says_what_it_answers(described) -> None:
    silent = [
        f"{method} {address}: {status}"
        for address, operations in described["paths"].items()
        for method, operation in operations.items()
        for status in ("401", "403", "406", "429")
        if status not in operation["responses"] or not operation.get("summary", "x")
    ]

    assert described["openapi"] == "3.1.0"
    assert silent == []


@pytest.mark.django_db
def test_every_answer_is_as_described(described, monkeypatch) -> None:
    """Whatever is asked, rightly or wrongly: no fault of ours, nothing undocumented."""
    site = SiteFactory(slug="north")
    follow_up = a_full_record(site)
    system = a_system(site, role=Role.MEDICAL_DIRECTOR)
    headers = {"Authorization": system.client._credentials["HTTP_AUTHORIZATION"]}
    known = {"uuid": [follow_up.pk, follow_up.lesion_id, follow_up.patient_id]}
    # its quicker way needs a newer jsonschema_rs than the one that holds FHIR to its schema
    monkeypatch.setattr(_hypothesis, "_canonical_strategy_or_none", lambda *_: None)
    schema = schemathesis.openapi.from_dict(described)
    schema.app = application

    for found in schema.get_all_operations():
        _ask(found.ok(), headers, known)


def _takes_an_id(operation) -> bool:
    return any(
        one.definition.get("name") == "key" and one.definition["schema"].get("format") == "uuid"
        for one in operation.path_parameters
    )


def _ask(operation, headers, known) -> None:
    @budget(
        max_examples=EXAMPLES, derandomize=True, database=None, deadline=None,
        phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy(), own=st.booleans(), key=st.sampled_from(known["uuid"]))
    def hold(case, own, key) -> None:
        if own and _takes_an_id(operation):
            case.path_parameters["key"] = str(key)
        case.call_and_validate(headers=headers, checks=PROMISES)

    hold()


@pytest.fixture(scope="module")
def generated(described, tmp_path_factory):
    """A client package made from the description by somebody else's program."""
    folder = tmp_path_factory.mktemp("generated")
    (folder / "schema.json").write_text(json.dumps(described))
    made = subprocess.run(
        [
            sys.executable, "-m", "openapi_python_client", "generate", "--path", "schema.json",
            "--output-path", "client", "--meta", "none",
        ],
        cwd=folder, capture_output=True, text=True, check=False,
        env={"PATH": "", "HOME": str(folder)},
    )  # fmt: skip
    assert made.returncode == 0, made.stdout + made.stderr
    sys.path.insert(0, str(folder))
    yield importlib.import_module("client")
    sys.path.remove(str(folder))


@pytest.mark.django_db(transaction=True)
def test_a_generated_client_reads_patients(generated, live_server) -> None:
    site = SiteFactory(slug="north")
    patient = PatientFactory(site=site)
    header = a_system(site).client._credentials["HTTP_AUTHORIZATION"]
    client = generated.AuthenticatedClient(live_server.url, token=header.removeprefix("Bearer "))
    listing = importlib.import_module("client.api.patients.list_patients")

    page = listing.sync(client=client, site="north")

    assert [row.id for row in page.results] == [patient.pk]
    assert page.results[0].family_name == patient.family_name
