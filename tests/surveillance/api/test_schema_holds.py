"""The description keeps what it promises: asked by schemathesis, and by a client made from it."""

import importlib
import json
import subprocess
import sys
from io import StringIO
from random import Random
from typing import Any

import jsonschema_rs
import pytest
import schemathesis
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from hepcalc_site.wsgi import application
from patients.models import Role
from surveillance.api.scopes import ClientScopes
from surveillance.models import FollowUp, WebhookEndpoint, WebhookEvent
from surveillance.webhook_news import News, body_of, wire_name
from tests.factories import NOW, PatientFactory, SiteFactory
from tests.surveillance.api.scenes import System, a_full_record, a_system

PROMISES = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)
EXAMPLES = 4
Described = dict[str, Any]


@pytest.fixture(scope="module")
def described() -> Described:
    """The description as it is served. It warns of nothing and is valid OpenAPI."""
    out = StringIO()
    call_command("spectacular", validate=True, fail_on_warn=True, format="openapi-json", stdout=out)
    described: Described = json.loads(out.getvalue())
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


@pytest.fixture
def one_connection():
    """As in Django's own test client: the end of a request does not end the test's transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.django_db
@pytest.mark.usefixtures("one_connection")
def test_every_answer_is_as_described(described) -> None:
    """Whatever is asked, rightly or wrongly: no fault of ours, nothing undocumented.

    What is asked is drawn here, by a fixed seed, from the description's own types; schemathesis
    sends it and holds the answers to the description.
    """
    site = SiteFactory(slug="north")
    follow_up = a_full_record(site)
    scopes = " ".join(ClientScopes().get_all_scopes())
    system = a_system(site, scope=scopes, role=Role.MEDICAL_DIRECTOR)
    headers = {"Authorization": authorization_of(system)}
    asker = Asker(described, [follow_up.pk, follow_up.lesion_id, follow_up.patient_id])
    schema = schemathesis.openapi.from_dict(described)
    schema.app = application
    asked = 0

    for found in schema.get_all_operations():
        operation: Any = found.ok()  # type: ignore[union-attr]  # the description is valid
        said = described["paths"][operation.path][operation.method]
        for _ in range(EXAMPLES):
            case = operation.Case(headers=headers, **asker.draw(said))
            case.call_and_validate(checks=list(PROMISES))
            asked += 1

    assert asked >= EXAMPLES * len(described["paths"])


def authorization_of(system: System) -> str:
    """The header that the system's client sends."""
    headers: dict[str, str] = vars(system.client)["_credentials"]
    return headers["HTTP_AUTHORIZATION"]


class Asker:
    """Draws requests: each parameter absent, right, or wrong."""

    def __init__(self, described: Described, keys: list[object]) -> None:
        self.random = Random(20261126)
        self.keys = [str(key) for key in keys]
        self.shapes = described["components"]["schemas"]

    def draw(self, operation: Described) -> Described:
        """What one request says, apart from its headers."""
        named = operation.get("parameters", [])
        query = {
            one["name"]: self.value(one["schema"])
            for one in named
            if one["in"] == "query" and self.random.random() < 0.15
        }
        drawn: Described = {
            "query": query,
            "path_parameters": {
                one["name"]: self.right(one["schema"]) for one in named if one["in"] == "path"
            },
        }
        if "requestBody" in operation:
            content = operation["requestBody"]["content"]["application/json"]["schema"]
            is_nonsense = self.random.random() < 0.25
            drawn["body"] = self.random.choice(BODIES) if is_nonsense else self.body(content)
            drawn["media_type"] = "application/json"
        return drawn

    def body(self, schema: Described) -> Any:
        """What a request may say by its shape; what need not be said is said at times."""
        shape = self.shapes[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
        for choice in ("oneOf", "anyOf", "allOf"):
            if choice in shape:
                return self.body(self.random.choice(shape[choice]))
        kind = shape.get("type")
        if isinstance(kind, list):
            return self.body(shape | {"type": self.random.choice(kind)})
        if kind == "array":
            return [self.body(shape["items"]) for _ in range(self.random.randint(0, 2))]
        if kind == "object":
            needed = shape.get("required", [])
            return {
                name: self.body(inner)
                for name, inner in shape.get("properties", {}).items()
                if name in needed or self.random.random() < 0.3
            }
        if kind in {"boolean", "null"}:
            return self.random.choice([True, False]) if kind == "boolean" else None
        return self.value(shape)

    def value(self, schema: Described) -> Any:
        """Mostly of the right type."""
        return self.random.choice(NONSENSE) if self.random.random() < 0.2 else self.right(schema)

    def right(self, schema: Described) -> Any:
        """Of the right type."""
        if "enum" in schema:
            return self.random.choice(schema["enum"])
        kind = schema.get("format") or schema.get("type")
        known: dict[Any, list[Any]] = {"uuid": self.keys, **RIGHT}
        return self.random.choice(known.get(kind, ["north", "id"]))


RIGHT: dict[str, list[Any]] = {
    "number": [8.5, -1, 10**12],
    "double": [8.5],
    "decimal": ["8.5", "1e400"],
    "date": ["2026-08-30", "2199-12-31", "0001-01-01"],
    "date-time": ["2026-08-31T09:00:00Z", "0001-01-01T00:00:00+14:00"],
    "boolean": ["true", "false"],
    "integer": [1, 2, 200, 2**31, 2**63],
}
NONSENSE = ["", "\x00", "nonsense", "-1", "9" * 40, "\U0001f600", "2026-02-30", "a,b", "' OR 1=1"]
BODIES: list[Any] = [
    {"words": "sa"}, {"words": "1958-03"}, {"words": "x", "site": "north"}, {"words": None}, {},
    [], "text", 7, {"words": "\x00\x00"}, {"words": "sa", "site": "no where"},
]  # fmt: skip


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
    header = authorization_of(a_system(site))
    made = generated.AuthenticatedClient(live_server.url, token=header.removeprefix("Bearer "))
    listing = importlib.import_module("client.api.patients.list_patients")

    with made as client:
        page = listing.sync(client=client, site="north")

    assert [row.id for row in page.results] == [patient.pk]
    assert page.results[0].family_name == patient.family_name


@pytest.mark.django_db
@pytest.mark.parametrize(
    "event", [WebhookEvent.OPENED, WebhookEvent.ESCALATED, WebhookEvent.CLOSED]
)
def test_webhooks_are_described_as_they_are_sent(described, event: WebhookEvent) -> None:
    follow_up = a_full_record(SiteFactory())
    escalation = follow_up.escalations.get() if event == WebhookEvent.ESCALATED else None
    FollowUp.objects.filter(pk=follow_up.pk).update(closed_at=NOW, outcome="NO_LONGER_OWED")
    follow_up.refresh_from_db()
    endpoint = WebhookEndpoint(site=follow_up.site)

    sent = body_of(News(event, follow_up, NOW, escalation), endpoint)

    content = described["webhooks"][wire_name(event)]["post"]["requestBody"]["content"]
    schema = content["application/json"]["schema"]
    jsonschema_rs.validate(schema, sent)
    assert set(sent["data"]) == set(schema["properties"]["data"]["properties"])


def test_the_example_of_several_exams_is_a_list_of_exams(described) -> None:
    asked = described["paths"]["/api/v1/imaging-exams/record-exams/"]["post"]["requestBody"]

    [example] = asked["content"]["application/json"]["examples"].values()

    assert [set(exam) >= {"patient", "accession"} for exam in example["value"]] == [True]


def test_every_parameter_is_in_words(described) -> None:
    silent = [
        f"{method} {address}: {one['name']}"
        for address, operations in described["paths"].items()
        for method, operation in operations.items()
        for one in operation.get("parameters", ())
        if one["in"] == "query" and not one.get("description")
    ]

    assert silent == []
