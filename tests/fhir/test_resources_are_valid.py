"""Everything that leaves as FHIR is valid, say two validators that are not ours."""

from datetime import date, timedelta
from typing import Any

import pytest

from patients.models import PatientStatus, Role
from surveillance.models import ContactAttempt, Notification
from tests.factories import NOW, TODAY, PatientFactory, SiteFactory
from tests.fhir.validators import npm_problems, schema_problems
from tests.surveillance.api.scenes import a_system
from tests.surveillance.factories import LesionEventFactory
from tests.surveillance.web.scenes import Clinic, a_clinic, a_lesion, a_patient, an_exam, owed

pytestmark = [pytest.mark.django_db, pytest.mark.node]

AWKWARD = '<Ö\'Brien & "Søn">'
ALL_FINDINGS: dict[str, Any] = {
    "calcified_mm": 2.25,
    "aphe": "YES",
    "washout": "NO",
    "capsule": "UNKNOWN",
    "hemangioma_pattern": "NO",
    "lirads": "LR-3",
    "conclusion": "INDETERMINATE",
    "kind": "NODULE_OR_MASS",
    "isolation": "UNCERTAIN",
    "pattern": "COARSE_CHUNKY",
    "thick_wall": "NO",
    "septations": "YES",
    "solid_component": "NO",
}


def everything(system: Any) -> list[dict[str, Any]]:
    """Every resource that the server gives away, and the Bundles that they came in."""
    told = system.client.get("/fhir/r4/metadata").json()["rest"][0]["resource"]
    kinds = [one["type"] for one in told if "searchParam" in one]
    bundles = [system.client.get(f"/fhir/r4/{kind}").json() for kind in kinds]
    resources = [entry["resource"] for one in bundles for entry in one.get("entry", ())]
    assert {one["resourceType"] for one in resources} == set(kinds)
    return [*resources, *bundles]


def awkward_records(clinic: Clinic) -> None:
    """Names with signs, nobody responsible, a merged record, a dead one, retractions, findings."""
    patient = a_patient(
        clinic, family_name=AWKWARD, given_name="", birth_date=None, sex="UNKNOWN", email="a@b.org",
        address="1 Way\nBack house", postal_code="1", city="X", country="UK",
        responsible_clinician=clinic.clinician,
    )  # fmt: skip
    late = owed(clinic, -9, patient=patient, reason=AWKWARD)
    owed(clinic, 30, patient=patient, lesion=a_lesion(patient, "L2", segments=["IVA", "IVB"]))
    owed(clinic, 30, kind="REFERRAL", recommendation="MDT_REFERRAL", advised_modality="")
    owed(clinic, 60, booked_for=TODAY + timedelta(days=9), ordered_on=TODAY, order_number="O-1")
    an_exam(late.lesion, date(2026, 3, 3), 8.5, **ALL_FINDINGS)
    an_exam(late.lesion, date(2026, 4, 4), None, "XR", lesion_seen=False)
    LesionEventFactory(lesion=late.lesion, kind="REMOVED_OR_TREATED", value="REMOVED")
    PatientFactory(site=clinic.site, merged_into=patient, given_name="Ann")
    PatientFactory(site=clinic.site, status=PatientStatus.DECEASED, status_on=TODAY)
    for channel, outcome in (("PHONE", "NO_ANSWER"), ("IN_PERSON", "AGREED"), ("OTHER", "WROTE")):
        attempt = ContactAttempt.objects.create(
            patient=patient, channel=channel, outcome=outcome, attempted_at=NOW,
            attempted_by=clinic.navigator, recorded_at=NOW, note=AWKWARD,
        )  # fmt: skip
        attempt.follow_ups.set([late])
    for key, told in (("1", {"recipient": clinic.navigator}), ("2", {"patient": patient})):
        Notification.objects.create(
            site=clinic.site, channel="EMAIL", template="PATIENT_REMINDER", dedupe_key=key,
            created_at=NOW, not_before=NOW, follow_up=late, **told,
        )  # fmt: skip


@pytest.fixture
def resources() -> list[dict[str, Any]]:
    site = SiteFactory()
    clinic = a_clinic()
    awkward_records(clinic)
    from_the_start = a_system(clinic.site, site, scope="system/*.rs", role=Role.MEDICAL_DIRECTOR)
    one = Notification.objects.filter(patient__isnull=False).first()
    assert one is not None
    from_the_start.client.get(f"/fhir/r4/Patient/{one.patient_id}")  # leaves a look on the trail
    return everything(from_the_start)


def test_every_resource_is_valid(resources: list[dict[str, Any]]) -> None:
    said = npm_problems(resources)

    assert len(said) == len(resources)
    assert [
        (one["resourceType"], found) for one, found in zip(resources, said, strict=True) if found
    ] == []
    assert [
        (one["resourceType"], found) for one in resources if (found := schema_problems(one))
    ] == []


def test_the_validators_see_what_is_wrong() -> None:
    wrong = {"resourceType": "Patient", "id": "1", "gender": "perhaps", "colour": "blue"}

    [found] = npm_problems([wrong])

    assert len(found) >= 2
    assert schema_problems(wrong)
