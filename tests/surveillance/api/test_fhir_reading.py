"""FHIR R4 out: who may read what, how it is searched, and that a look is noted."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from patients.models import AuditEvent, Role
from surveillance.models import FollowUp
from tests.factories import NOW, TODAY, SiteFactory
from tests.surveillance.api.scenes import a_system
from tests.surveillance.web.scenes import Clinic, a_clinic, a_patient, an_exam, owed

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield a_clinic(slug="north")


def reader(clinic: Clinic, scope: str = "system/*.rs", **more: Any) -> Any:
    return a_system(clinic.site, scope=scope, **more).client


def ids(bundle: dict[str, Any]) -> list[str]:
    return [entry["resource"]["id"] for entry in bundle.get("entry", ())]


def test_an_obligation_is_a_task_with_its_window_its_owner_and_its_rule(clinic: Clinic) -> None:
    follow_up = owed(clinic, -9)

    answer = reader(clinic).get(f"/fhir/r4/Task/{follow_up.pk}")

    task = answer.json()
    assert answer["Content-Type"].startswith("application/fhir+json")
    assert answer["ETag"] == 'W/"1"'
    assert (task["status"], task["intent"], task["priority"]) == ("requested", "plan", "urgent")
    assert task["restriction"]["period"]["end"] == (TODAY - timedelta(days=9)).isoformat()
    assert task["businessStatus"]["text"] == "Overdue"
    assert task["owner"]["identifier"]["value"] == str(clinic.navigator.pk)
    assert task["reasonCode"]["coding"][0]["code"] == "R24"
    assert "For clinician review" in task["description"]


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, "requested"),
        ({"ordered_on": TODAY}, "accepted"),
        ({"ordered_on": TODAY, "booked_for": TODAY}, "in-progress"),
        ({"closed_at": NOW, "outcome": "NO_LONGER_OWED"}, "cancelled"),
        ({"closed_at": NOW, "outcome": "ENTERED_IN_ERROR"}, "entered-in-error"),
    ],
)
def test_where_a_task_stands_is_what_it_is_found_by(
    clinic: Clinic, fields: dict[str, Any], status: str
) -> None:
    follow_up = owed(clinic, 30, **fields)
    client = reader(clinic)

    assert client.get(f"/fhir/r4/Task/{follow_up.pk}").json()["status"] == status
    assert ids(client.get(f"/fhir/r4/Task?status={status}").json()) == [str(follow_up.pk)]
    others = {"requested", "accepted", "in-progress", "cancelled", "entered-in-error"} - {status}
    assert ids(client.get(f"/fhir/r4/Task?status={','.join(others)}").json()) == []


def test_overdue_is_an_issue_from_the_day_after_the_last(clinic: Clinic) -> None:
    on_its_last_day, late = owed(clinic, 0), owed(clinic, -1)

    found = ids(reader(clinic).get("/fhir/r4/DetectedIssue").json())

    assert str(late.pk) in found
    assert str(on_its_last_day.pk) not in found


def test_pages_lead_through_everything_once(clinic: Clinic) -> None:
    rows = {str(owed(clinic, 30).pk) for _ in range(5)}
    client, address, seen = reader(clinic), "/fhir/r4/Task?_count=2", []

    for _page in range(3):
        bundle = client.get(address).json()
        seen += ids(bundle)
        links = {one["relation"]: one["url"] for one in bundle["link"]}
        address = links.get("next", "")

    assert (len(seen), set(seen), address) == (5, rows, "")


def test_risk_is_a_condition_that_is_confirmed_or_refuted_and_never_invented(
    clinic: Clinic,
) -> None:
    patient = a_patient(clinic)
    client = reader(clinic)

    bundle = client.get(f"/fhir/r4/Condition?patient={patient.pk}").json()
    [cirrhosis] = [
        entry["resource"]
        for entry in bundle["entry"]
        if entry["resource"]["id"].endswith(".cirrhosis")
    ]
    again = client.get(f"/fhir/r4/Condition/{cirrhosis['id']}").json()

    assert cirrhosis["verificationStatus"]["coding"][0]["code"] == "confirmed"
    assert cirrhosis["code"]["coding"][0]["code"] == "19943007"
    assert again == cirrhosis


def test_what_names_a_person_is_not_taken_in_an_address(clinic: Clinic) -> None:
    patient = a_patient(clinic, mrn="A-77")
    client = reader(clinic)

    refused = client.get("/fhir/r4/Patient?identifier=A-77")
    found = client.post(
        "/fhir/r4/Patient/_search",
        "identifier=urn:hepcalc:mrn:north|A-77",
        content_type="application/x-www-form-urlencoded",
    )

    assert refused.status_code == 400
    assert "_search" in refused.json()["issue"][0]["diagnostics"]
    assert ids(found.json()) == [str(patient.pk)]
    assert "A-77" not in found.json()["link"][0]["url"]


def test_other_sites_rows_are_not_there(clinic: Clinic) -> None:
    follow_up = owed(clinic, 30)
    stranger = a_system(SiteFactory(), scope="system/*.rs").client

    assert stranger.get(f"/fhir/r4/Task/{follow_up.pk}").status_code == 404
    assert ids(stranger.get("/fhir/r4/Task").json()) == []
    everything = stranger.get(f"/fhir/r4/Patient/{follow_up.patient_id}/$everything")
    assert everything.status_code == 404


def test_a_token_for_one_type_reads_that_type(clinic: Clinic) -> None:
    owed(clinic, 30)
    client = reader(clinic, "system/Task.rs")

    assert client.get("/fhir/r4/Task").status_code == 200
    refused = client.get("/fhir/r4/Patient")
    assert (refused.status_code, refused.json()["resourceType"]) == (403, "OperationOutcome")


def test_the_audit_trail_takes_a_role_that_may_see_it(clinic: Clinic) -> None:
    patient = a_patient(clinic)
    director = reader(clinic, role=Role.MEDICAL_DIRECTOR)
    director.get(f"/fhir/r4/Patient/{patient.pk}")

    seen = director.get(f"/fhir/r4/AuditEvent?patient={patient.pk}").json()

    assert seen["entry"][0]["resource"]["action"] == "R"
    assert ids(reader(clinic).get("/fhir/r4/AuditEvent").json()) == []


def test_reading_about_one_patient_is_a_look(clinic: Clinic) -> None:
    follow_up: FollowUp = owed(clinic, 30)
    client = reader(clinic)
    looks = AuditEvent.objects.filter(action="viewed", patient_id=str(follow_up.patient_id))

    for address in ("Task/{0.pk}", "Patient/{0.patient_id}", "Task?patient={0.patient_id}"):
        client.get(f"/fhir/r4/{address.format(follow_up)}")
    client.get("/fhir/r4/Task")  # a list of many is none

    assert looks.count() == 3


def test_everything_of_a_patient_is_one_bundle(clinic: Clinic) -> None:
    follow_up = owed(clinic, -3)
    an_exam(follow_up.lesion, TODAY, 8.0)

    bundle = reader(clinic).get(f"/fhir/r4/Patient/{follow_up.patient_id}/$everything").json()

    kinds = {entry["resource"]["resourceType"] for entry in bundle["entry"]}
    assert {"Patient", "Task", "CarePlan", "Observation", "DetectedIssue", "Provenance"} <= kinds


@pytest.mark.parametrize(
    "address",
    [
        "Task?patient=nobody",
        "Task?status=perhaps",
        "Task?authored-on=soon",
        "Task?authored-on=2026-02-30",
        "Task?_count=many",
        "Task?_after=0.nonsense",
        "Task?_after=x",
    ],
)
def test_what_cannot_be_understood_is_refused_with_how_to_write_it(
    clinic: Clinic, address: str
) -> None:
    answer = reader(clinic).get(f"/fhir/r4/{address}")

    assert (answer.status_code, answer.json()["issue"][0]["code"]) == (400, "invalid")


def test_unknown_parameters_are_passed_over_unless_handling_is_strict(clinic: Clinic) -> None:
    client = reader(clinic)

    assert client.get("/fhir/r4/Task?colour=red").status_code == 200
    strict = client.get("/fhir/r4/Task?colour=red", headers={"prefer": "handling=strict"})
    assert strict.status_code == 400


@pytest.mark.parametrize("address", ["Nonsense", "Nonsense/1", "Task/not-an-id", "Task/1"])
def test_what_is_not_there_is_not_found(clinic: Clinic, address: str) -> None:
    answer = reader(clinic).get(f"/fhir/r4/{address}")

    assert (answer.status_code, answer.json()["resourceType"]) == (404, "OperationOutcome")


def test_another_language_of_the_browser_changes_no_resource(clinic: Clinic) -> None:
    follow_up = owed(clinic, 30)
    client = reader(clinic)

    one, other = (
        client.get(f"/fhir/r4/Task/{follow_up.pk}", headers={"accept-language": language}).json()
        for language in ("en", "es")
    )

    assert one == other


def test_xml_is_answered_by_saying_that_there_is_none(clinic: Clinic) -> None:
    client = reader(clinic)

    assert (
        client.get("/fhir/r4/Task", headers={"accept": "application/fhir+xml"}).status_code == 406
    )
    assert client.get("/fhir/r4/Task?_format=json").status_code == 200


def test_what_the_server_can_is_told_to_everybody() -> None:
    answer = Client().get("/fhir/r4/metadata").json()

    assert (answer["resourceType"], answer["fhirVersion"]) == ("CapabilityStatement", "4.0.1")
    read = [one for one in answer["rest"][0]["resource"] if "searchParam" in one]
    sent = [one for one in answer["rest"][0]["resource"] if "updateCreate" in one]
    assert (len(read), len(sent)) == (13, 7)
