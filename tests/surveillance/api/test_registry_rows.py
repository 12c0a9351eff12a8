"""Rows of a registry over HTTP: each in whole or not at all, each answered for itself."""

from typing import Any

import pytest

from patients.models import Patient, Role
from surveillance.api.registry_rows import EXAMPLE
from surveillance.models import ImagingExam
from tests.factories import SiteFactory
from tests.surveillance.api.scenes import System, a_system

pytestmark = pytest.mark.django_db
WHERE = "/api/v1/registry-rows/"


@pytest.fixture
def system() -> System:
    return a_system(
        SiteFactory(slug="north"), scope="import-registry-rows", role=Role.ADMINISTRATOR
    )


def a_row(mrn: str = "N-1", **more: Any) -> dict[str, Any]:
    return {
        "site": "north", "mrn": mrn, "family_name": "Example", "birth_date": "1960-05-17",
        "cirrhosis": True, "contraindications": ["MRI_DEVICE", "CEUS_ALLERGY"],
        "lesion_label": "L1", "lesion_kind": "NODULE_OR_MASS", "accession": f"A-{mrn}",
        "performed_on": "2026-08-20", "modality": "MRI_EXTRACELLULAR", "size_mm": 8.5,
    } | more  # fmt: skip


def send(system: System, *rows: dict[str, Any], **query: str) -> Any:
    where = WHERE + "?" + "&".join(f"{name}={value}" for name, value in query.items())
    return system.client.post(where, list(rows), format="json")


def outcomes(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.json()
    return [row["outcome"] for row in answer.json()["rows"]]


def test_good_rows_go_in_beside_bad_ones_and_again_change_nothing(system: System) -> None:
    rows = [a_row(), a_row("N-2", size_mm="large"), a_row("N-3", site="south"), a_row("N-4")]

    first, again = send(system, *rows), send(system, *rows)

    assert outcomes(first) == ["NEW", "REFUSED", "REFUSED", "NEW"]
    assert outcomes(again) == ["KNOWN", "REFUSED", "REFUSED", "KNOWN"]
    assert first.json()["counts"]["patients"] == {"created": 2}
    [problem] = first.json()["rows"][1]["problems"]
    assert (problem["field"], problem["severity"]) == ("size_mm", "error")
    assert sorted(Patient.objects.values_list("mrn", flat=True)) == ["N-1", "N-4"]


def test_an_accession_of_two_patients_is_refused_for_the_second(system: System) -> None:
    answer = send(system, a_row(), a_row("N-2", accession="A-N-1"))

    assert outcomes(answer) == ["NEW", "REFUSED"]
    assert ImagingExam.objects.count() == 1


def test_a_dry_run_says_the_same_and_writes_nothing(system: System) -> None:
    dry = send(system, *EXAMPLE, dry_run="true")

    assert (outcomes(dry), Patient.objects.count()) == (["NEW"], 0)


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        pytest.param([{"site": "north", "mrn": "1", "cirhosis": "no"}], "cirhosis", id="misspelt"),
        pytest.param([], None, id="nothing"),
        pytest.param({"mrn": "1"}, None, id="no list"),
        pytest.param([{"site": "north", "mrn": "1"}] * 1001, None, id="too many"),
    ],
)
def test_what_cannot_be_read_is_a_problem(system: System, sent: Any, field: str | None) -> None:
    answer = system.client.post(WHERE, sent, format="json")

    assert answer.status_code == 400
    assert [one["field"] for one in answer.json().get("errors", [])] == ([field] if field else [])


def test_a_registry_is_taken_in_by_those_who_may_import_one() -> None:
    navigator = a_system(SiteFactory(), scope="import-registry-rows", role=Role.NURSE_NAVIGATOR)

    assert send(navigator, a_row()).json()["code"] == "role_missing"
