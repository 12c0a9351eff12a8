"""What was recorded or signed by mistake is taken back on a page, by those who may."""

from datetime import timedelta

import pytest
from django.test import Client

from surveillance.exam_reports import ExamReport, Finding
from surveillance.models import FollowUp, ImagingExam, LesionEvent, LesionEventKind, OverrideKind
from surveillance.protocol.terms import Conclusion, LesionKind, Modality, ObligationKind
from surveillance.workflows.override_assessment import override_assessment
from surveillance.workflows.record_exam import record_exam
from surveillance.workflows.record_lesion_event import record_lesion_event
from surveillance.workflows.register_lesion import register_lesion
from tests.factories import NOW, TODAY
from tests.surveillance.web.scenes import Clinic, a_clinic, a_patient

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
WHY = {"reason": "Belongs to somebody else"}


def suspected(clinic: Clinic) -> FollowUp:
    """The referral that a suspicious MRI of last week opens."""
    patient = a_patient(clinic)
    lesion = register_lesion(
        patient=patient, label="L1", kind=LesionKind.NODULE_OR_MASS, by=None, now=NOW
    )
    found = Finding(lesion=lesion, size_mm=None, conclusion=Conclusion.SUSPICIOUS_HCC)
    report = ExamReport(
        accession=f"A-{patient.mrn}",
        performed_on=TODAY - timedelta(days=7),
        modality=Modality.MRI_HEPATOBILIARY,
        findings=(found,),
    )
    record_exam(patient=patient, report=report, by=None, now=NOW)
    return FollowUp.objects.open().get(lesion=lesion, kind=ObligationKind.REFERRAL)


@pytest.fixture
def referral(clinic: Clinic) -> FollowUp:
    return suspected(clinic)


@pytest.fixture
def clinician(clinic: Clinic, client: Client) -> Client:
    client.force_login(clinic.clinician)
    return client


def addresses(referral: FollowUp) -> tuple[str, str, str]:
    """Where the exam, an event and a signature of this lesion are taken back."""
    exam = ImagingExam.objects.get(patient=referral.patient)
    event = record_lesion_event(
        lesion=referral.lesion,
        kind=LesionEventKind.MDT_DECISION,
        value="CONTINUE_SURVEILLANCE",
        occurred_on=TODAY,
        author="Dr Chair",
        by=None,
        now=NOW,
    )
    return (
        f"/exams/{exam.pk}/retract/",
        f"/lesion-events/{event.pk}/retract/",
        f"/lesions/{referral.lesion_id}/reopen/",
    )


def test_retracted_exam_brings_the_decision_with_it(clinician: Client, referral: FollowUp) -> None:
    exam = ImagingExam.objects.get()
    page = clinician.get(f"/patients/{referral.patient_id}/").content.decode()
    assert f"/exams/{exam.pk}/retract/" in page

    response = clinician.post(f"/exams/{exam.pk}/retract/", WHY, follow=True)

    assert "what is owed was decided again" in response.content.decode()
    exam.refresh_from_db()
    referral.refresh_from_db()
    assert (exam.retracted_reason, bool(referral.outcome)) == (WHY["reason"], True)


def test_retracted_decision_counts_no_longer(clinician: Client, referral: FollowUp) -> None:
    _, address, _ = addresses(referral)
    assert not FollowUp.objects.open().filter(kind=ObligationKind.REFERRAL).exists()
    page = clinician.get(f"/patients/{referral.patient_id}/").content.decode()
    assert "continue surveillance" in page
    assert address in page

    clinician.post(address, WHY)

    assert LesionEvent.objects.get().retracted_at is not None
    assert FollowUp.objects.open().filter(kind=ObligationKind.REFERRAL).exists()


def test_a_signature_is_lifted(clinician: Client, clinic: Clinic, referral: FollowUp) -> None:
    override_assessment(
        lesion=referral.lesion,
        kind=OverrideKind.SOONER,
        latest_on=TODAY + timedelta(days=2),
        reason="New pain",
        by=clinic.clinician,
        now=NOW,
    )
    page = clinician.get(f"/patients/{referral.patient_id}/").content.decode()
    address = f"/lesions/{referral.lesion_id}/reopen/"
    assert address in page

    clinician.post(address, WHY)

    page = clinician.get(f"/patients/{referral.patient_id}/").content.decode()
    assert address not in page


def test_a_reason_is_asked_for(clinician: Client, referral: FollowUp) -> None:
    for address in addresses(referral):
        shown = clinician.get(address).content.decode()
        refused = clinician.post(address, {"reason": " "})

        assert "reason" in shown.lower()
        assert (refused.status_code, "required" in refused.content.decode()) == (422, True)


def test_a_navigator_may_take_back_nothing(navigator: Client, referral: FollowUp) -> None:
    for address in addresses(referral):
        assert navigator.get(address).status_code == 403
        assert navigator.post(address, WHY).status_code == 403
    page = navigator.get(f"/patients/{referral.patient_id}/").content.decode()
    assert "retract/" not in page


def test_what_is_of_another_site_does_not_exist(clinician: Client) -> None:
    for address in addresses(suspected(a_clinic())):
        assert clinician.get(address).status_code == 404
        assert clinician.post(address, WHY).status_code == 404
