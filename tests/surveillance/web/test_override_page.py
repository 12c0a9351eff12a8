"""A clinician decides otherwise, on a page; the rule stays in view."""

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from surveillance.exam_reports import ExamReport, Finding
from surveillance.models import FollowUp, Lesion, LesionAssessment
from surveillance.protocol.terms import Conclusion, Modality, ObligationKind
from surveillance.web.wording import date_words
from surveillance.workflows.record_exam import record_exam
from tests.factories import NOW
from tests.surveillance.web.scenes import Clinic, a_clinic, surveyed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
SOONER = {"kind": "SOONER", "latest_on": "2026-10-15", "modality": "", "reason": "New pain"}


def watched(clinic: Clinic) -> Lesion:
    """Seen again last week: imaging is owed by February 2027."""
    lesion = surveyed(clinic).lesion
    again = ExamReport(
        accession=f"B-{lesion.pk}",
        performed_on=date(2026, 8, 24),
        modality=Modality.MRI_HEPATOBILIARY,
        findings=(
            Finding(lesion=lesion, size_mm=Decimal("8.0"), conclusion=Conclusion.INDETERMINATE),
        ),
    )
    record_exam(patient=lesion.patient, report=again, by=None, now=NOW)
    return lesion


@pytest.fixture
def clinician(clinic: Clinic, client: Client) -> Client:
    client.force_login(clinic.clinician)
    return client


@pytest.fixture
def lesion(clinic: Clinic) -> Lesion:
    return watched(clinic)


def address(lesion: Lesion) -> str:
    return f"/lesions/{lesion.pk}/override/"


def imaging(lesion: Lesion) -> FollowUp:
    return FollowUp.objects.open().get(lesion=lesion, kind=ObligationKind.IMAGING)


def test_a_sooner_date_counts_and_both_are_shown(clinician: Client, lesion: Lesion) -> None:
    page = clinician.get(f"/patients/{lesion.patient_id}/").content.decode()
    assert address(lesion) in page
    assert clinician.get(address(lesion)).status_code == 200

    shown = clinician.post(address(lesion), SOONER, follow=True).content.decode()

    assert imaging(lesion).latest_on == date(2026, 10, 15)
    assert "Your decision is recorded" in shown
    assert "New pain" in shown
    assert "What the protocol says" in shown


def test_another_modality_counts(clinician: Client, lesion: Lesion) -> None:
    said = {"kind": "MODALITY", "modality": "CT_MULTIPHASE", "reason": "Claustrophobia"}

    clinician.post(address(lesion), said)

    assert imaging(lesion).advised_modality == Modality.CT_MULTIPHASE


def test_surveillance_ends_with_a_signature(clinician: Client, lesion: Lesion) -> None:
    clinician.post(address(lesion), {"kind": "CLOSE", "reason": "Palliative care"})

    assert not FollowUp.objects.open().filter(lesion=lesion).exists()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        pytest.param({"kind": ""}, "Choose what you decide", id="nothing chosen"),
        pytest.param({"reason": ""}, "Fill in: why", id="no reason"),
        pytest.param({"latest_on": ""}, "Say until when", id="no date"),
        pytest.param({"latest_on": "2028-01-01", "kind": "LATER"}, "low class only", id="too late"),
        pytest.param({"modality": "US"}, "Only for another modality", id="modality with a date"),
        pytest.param({"kind": "CLOSE"}, "Only for a sooner or later date", id="date with an end"),
    ],
)
def test_what_is_not_allowed_is_said_and_changes_nothing(
    clinician: Client, lesion: Lesion, changed: dict[str, str], words: str
) -> None:
    before = imaging(lesion)

    response = clinician.post(address(lesion), SOONER | changed)

    assert response.status_code == 422
    assert words in response.content.decode()
    assert imaging(lesion) == before
    assert not LesionAssessment.objects.exclude(override_kind="").exists()


def test_a_date_that_nobody_could_choose_is_not_offered(clinician: Client, clinic: Clinic) -> None:
    """Sooner than a last day that has passed is no day that is still to come."""
    overdue = surveyed(clinic, performed_on=date(2025, 6, 2)).lesion

    form = clinician.get(address(overdue)).context["form"]

    assert [value for value, _label in form.fields["kind"].choices] == ["MODALITY", "CLOSE"]
    assert "latest_on" not in form.fields
    last_day = date_words(imaging(overdue).latest_on)
    assert f"before the last day, {last_day}. Book at once." in form.fields["kind"].help_text


def test_only_those_who_sign_decide_otherwise(navigator: Client, lesion: Lesion) -> None:
    assert navigator.get(address(lesion)).status_code == 403
    assert navigator.post(address(lesion), SOONER).status_code == 403
    page = navigator.get(f"/patients/{lesion.patient_id}/").content.decode()
    assert address(lesion) not in page


def test_a_lesion_of_another_site_does_not_exist(clinician: Client) -> None:
    elsewhere = watched(a_clinic())

    assert clinician.get(address(elsewhere)).status_code == 404
    assert clinician.post(address(elsewhere), SOONER).status_code == 404
