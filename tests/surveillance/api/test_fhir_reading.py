"""FHIR R4 out: who may read what, how it is searched, and that a look is noted."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from patients.models import AuditEvent, Role
from surveillance.models import FollowUp, FormerIdentifier
from surveillance.workflows.merge_patients import merge_patients
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
        ({"booked_for": TODAY + timedelta(days=31)}, "requested"),
        ({"ordered_on": TODAY, "booked_for": TODAY + timedelta(days=31)}, "accepted"),
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
        "Task?period=gt9999-12-31",
        "Task?owner=abc",
        "Task?owner=",
        "Task?_count=many",
        f"Task?_count={'9' * 5000}",
        "Task?_after=0.nonsense",
        "Task?_after=x",
    ],
)
def test_what_cannot_be_understood_is_refused_with_how_to_write_it(
    clinic: Clinic, address: str
) -> None:
    answer = reader(clinic).get(f"/fhir/r4/{address}")

    assert (answer.status_code, answer.json()["issue"][0]["code"]) == (400, "invalid")


def test_unknown_parameters_are_passed_over_and_named_unless_handling_is_strict(
    clinic: Clinic,
) -> None:
    owed(clinic, 30)
    client = reader(clinic)

    bundle = client.get("/fhir/r4/Task?colour=red&status=requested").json()

    assert [entry["search"]["mode"] for entry in bundle["entry"]] == ["match", "outcome"]
    assert "colour" in bundle["entry"][1]["resource"]["issue"][0]["diagnostics"]
    [self_link] = [one["url"] for one in bundle["link"] if one["relation"] == "self"]
    assert self_link.endswith("/Task?status=requested")
    strict = client.get("/fhir/r4/Task?colour=red", headers={"prefer": "handling=strict"})
    assert strict.status_code == 400


@pytest.mark.parametrize(
    "narrowed",
    [
        "patient:Patient={patient}",
        "status:not=requested",
        "patient.identifier=x%7C1",
        "_id:above=1",
    ],
)
def test_what_narrows_a_search_in_another_way_is_never_passed_over(
    clinic: Clinic, narrowed: str
) -> None:
    patient = owed(clinic, 30).patient_id

    answer = reader(clinic).get(f"/fhir/r4/Task?{narrowed.format(patient=patient)}")

    assert (answer.status_code, "not supported" in answer.content.decode()) == (400, True)


@pytest.mark.parametrize(
    ("asked", "number"),
    [
        ("_id={one}", 1),
        ("_id={one}&status=requested", 1),
        ("_id={one}&status=completed", 0),
        ("_id={one}&patient={other_patient}", 0),
        ("_id={one},{other}", 2),
        ("_id={one}&_id={other}", 0),
        ("patient={patient}", 1),
        ("patient={patient},{other_patient}", 2),
        ("patient={patient}&patient={other_patient}", 0),
        ("subject=http://localhost:8000/fhir/r4/Patient/{patient}", 1),
        ("owner={owner}", 2),
        ("owner=urn:hepcalc:account%7C{owner}&status=completed,requested", 2),
    ],
)
def test_everything_that_is_asked_for_holds_together(
    clinic: Clinic, settings: Any, asked: str, number: int
) -> None:
    settings.SITE_URL = "http://localhost:8000"
    one, other = owed(clinic, 30), owed(clinic, 31)
    words = asked.format(
        one=one.pk,
        other=other.pk,
        patient=one.patient_id,
        other_patient=other.patient_id,
        owner=clinic.navigator.pk,
    )

    assert len(ids(reader(clinic).get(f"/fhir/r4/Task?{words}").json())) == number


def test_how_many_is_told_without_them_or_with_them(clinic: Clinic) -> None:
    owed(clinic, 30)
    client = reader(clinic)

    only = client.get("/fhir/r4/Task?_summary=count").json()
    beside = client.get("/fhir/r4/Task?_total=accurate&_count=1").json()
    facts = client.get("/fhir/r4/Condition?_total=accurate").json()

    assert (only["total"], "entry" in only) == (1, False)
    assert (beside["total"], len(beside["entry"])) == (1, 1)
    assert facts["total"] == len(facts["entry"]) > 1


def test_a_record_number_with_another_sites_system_is_nobody_here(clinic: Clinic) -> None:
    patient, client = a_patient(clinic), reader(clinic)

    def found(system: str) -> int:
        given = {"identifier": f"{system}{patient.mrn}"}
        return len(ids(client.post("/fhir/r4/Patient/_search", given).json()))

    assert found("") == found("urn:hepcalc:mrn:north|") == 1
    assert found("urn:hepcalc:mrn:south|") == found("urn:other|") == 0


def test_whoever_is_found_by_a_number_or_a_name_was_looked_at(clinic: Clinic) -> None:
    follow_up = owed(clinic, 30)
    patient, client = follow_up.patient, reader(clinic)
    looks = AuditEvent.objects.filter(patient_id=str(patient.pk), action="viewed")
    narrow = [
        ("Task", {"_id": follow_up.pk}),
        ("Patient", {"_id": patient.pk}),
        ("Patient", {"identifier": patient.mrn}),
        ("Patient", {"name": patient.family_name}),
        ("Provenance", {"target": follow_up.lesion_id}),
        ("Task", {"focus": follow_up.lesion_id}),
    ]

    for number, (kind, given) in enumerate(narrow, 1):
        client.post(f"/fhir/r4/{kind}/_search", given)
        assert looks.count() == number, given
    client.get("/fhir/r4/Task?status=requested")
    assert looks.count() == len(narrow)


@pytest.mark.parametrize(
    ("asked", "number"),
    [
        ("gt2026-08-30T10:00:00Z", 1),
        ("gt2026-08-30T11:59:59.999Z", 1),
        ("ge2026-08-30T14:00:00 02:00", 1),
        ("gt2026-08-30T12:00:00Z", 0),
        ("gt2026-08-30T12:00", 0),
        ("lt2026-08-30T12:00:00Z", 0),
        ("lt2026-08-30T12:00:01", 1),
        ("2026-08-30T12:00:00Z", 1),
        ("ge2026-08-30T25:00:00Z", None),
    ],
)
def test_a_moment_is_compared_as_a_moment(clinic: Clinic, asked: str, number: int | None) -> None:
    owed(clinic, 30, opened_at=datetime(2026, 8, 30, 12, tzinfo=UTC))

    answer = reader(clinic).get(f"/fhir/r4/Task?authored-on={asked}")

    expected = (400, 0) if number is None else (200, number)
    assert (answer.status_code, len(ids(answer.json()) if number is not None else ())) == expected


def test_everything_may_be_less_by_type_and_is_never_less_in_silence(clinic: Clinic) -> None:
    patient, client = owed(clinic, 30).patient_id, reader(clinic)
    address = f"/fhir/r4/Patient/{patient}/$everything"

    tasks = client.get(f"{address}?_type=Task").json()

    assert {entry["resource"]["resourceType"] for entry in tasks["entry"]} == {"Task"}
    assert tasks["link"][0]["url"].endswith("?_type=Task")
    assert client.get(f"{address}?start=2026-01-01").status_code == 400
    assert client.get(f"{address}?_type=Nonsense").status_code == 400


@pytest.mark.parametrize(
    "address", ["Nonsense", "Nonsense/1", "Task/not-an-id", "Task/1", "Task/1/_history"]
)
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
    assert client.get("/fhir/r4/Task?_format=application/fhir+json").status_code == 200


def test_what_the_server_can_is_told_to_everybody() -> None:
    answer = Client().get("/fhir/r4/metadata").json()

    assert (answer["resourceType"], answer["fhirVersion"]) == ("CapabilityStatement", "4.0.1")
    read = [one for one in answer["rest"][0]["resource"] if "searchParam" in one]
    sent = [one for one in answer["rest"][0]["resource"] if "updateCreate" in one]
    assert (len(read), len(sent)) == (13, 7)


def test_a_merged_patients_id_and_number_lead_to_the_one_who_stayed(clinic: Clinic) -> None:
    follow_up, gone, client = owed(clinic, -9), a_patient(clinic), reader(clinic)
    kept = follow_up.patient
    merge_patients(survivor=kept, duplicate=gone, reason="twice", by=clinic.lead, now=NOW)

    tasks = client.get(f"/fhir/r4/Task?patient={gone.pk}").json()
    everything = ids(client.get(f"/fhir/r4/Patient/{gone.pk}/$everything").json())
    found = client.post("/fhir/r4/Patient/_search", {"identifier": gone.mrn}).json()
    survivor = client.get(f"/fhir/r4/Patient/{kept.pk}").json()

    *rows, told = [entry["resource"] for entry in tasks["entry"]]
    assert {row["for"]["reference"] for row in rows} == {f"Patient/{kept.pk}"}
    assert str(follow_up.pk) in {row["id"] for row in rows}
    assert told["issue"][0]["severity"] == "information"
    assert f"Patient/{kept.pk}" in told["issue"][0]["diagnostics"]
    assert {str(gone.pk), str(kept.pk), str(follow_up.pk)} <= set(everything)
    assert set(ids(found)) == {str(gone.pk), str(kept.pk)}
    assert survivor["link"] == [{"other": {"reference": f"Patient/{gone.pk}"}, "type": "replaces"}]
    assert [(one.get("use"), one["value"]) for one in survivor["identifier"]] == [
        (None, kept.mrn), ("old", gone.mrn),
    ]  # fmt: skip


def test_a_number_that_was_given_up_finds_unless_somebody_has_it_now(clinic: Clinic) -> None:
    patient, client = a_patient(clinic), reader(clinic)
    FormerIdentifier.objects.create(site=clinic.site, mrn="OLD-1", patient=patient, recorded_at=NOW)

    def found() -> list[str]:
        return ids(client.post("/fhir/r4/Patient/_search", {"identifier": "OLD-1"}).json())

    before = found()
    newcomer = a_patient(clinic, mrn="OLD-1")

    assert (before, found()) == ([str(patient.pk)], [str(newcomer.pk)])


def test_a_decision_is_found_by_the_task_that_follows_from_it(clinic: Clinic) -> None:
    follow_up, _other, client = owed(clinic, 30), owed(clinic, 30), reader(clinic)

    for target in (f"Task/{follow_up.pk}", f"Condition/{follow_up.lesion_id}", follow_up.pk):
        found = client.get(f"/fhir/r4/Provenance?target={target}").json()
        assert ids(found) == [str(follow_up.assessment_id)]
    assert client.get("/fhir/r4/Provenance?target=Patient/1").status_code == 400


@pytest.mark.parametrize(
    ("asked", "number"),
    [
        ("Patient/_search?identifier={a},{b}", 2),
        ("Patient/_search?identifier=|{a}", 0),
        ("Task?owner={owner},999999", 1),
        ("Task?status=http://hl7.org/fhir/task-status|requested", 1),
        ("Task?status=urn:other|requested", 0),
        ("Task?_id={task}&_id=00000000-0000-4000-8000-000000000000", 0),
        ("ServiceRequest?identifier=ORD-1", 1),
        ("ServiceRequest?identifier=urn:other|ORD-1", 0),
    ],
)
def test_values_mean_what_they_say(clinic: Clinic, asked: str, number: int) -> None:
    follow_up, other, client = owed(clinic, 30), a_patient(clinic), reader(clinic)
    FollowUp.objects.filter(pk=follow_up.pk).update(order_number="ORD-1")
    said = asked.format(
        a=follow_up.patient.mrn, b=other.mrn, owner=clinic.navigator.pk, task=follow_up.pk
    )
    address, _mark, query = said.partition("?")

    answer = (
        client.post(f"/fhir/r4/{address}", dict([query.split("=", 1)]))
        if address.endswith("_search")
        else client.get(f"/fhir/r4/{said}")
    )

    assert len(ids(answer.json())) == number, answer.json()


def test_about_is_refused_with_what_there_is(clinic: Clinic) -> None:
    answer = reader(clinic).get("/fhir/r4/Task?period=ap2026-01-01")

    assert answer.status_code == 400
    assert "no ap" in answer.json()["issue"][0]["diagnostics"]
