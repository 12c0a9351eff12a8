"""What a referral brought is recorded as the fact it is; the protocol then says what is owed."""

from datetime import date

import pytest
from django.test import Client

from patients.models import RiskProfile, Tri
from surveillance.exam_reports import ExamReport, Finding
from surveillance.models import FollowUp, LesionEvent
from surveillance.protocol.terms import Conclusion, LesionKind, Modality, ObligationKind
from surveillance.workflows.record_exam import record_exam
from surveillance.workflows.register_lesion import register_lesion
from tests.factories import NOW
from tests.surveillance.web.scenes import Clinic, a_patient, owed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
SEEN_ON = date(2026, 8, 20)
ANSWER = {"occurred_on": "2026-08-27", "author": "Dr Chair", "evidence": "Minutes"}


def address(follow_up: FollowUp) -> str:
    return f"/follow-ups/{follow_up.pk}/answer/"


def referred(clinic: Clinic, *, kind: LesionKind, conclusion: Conclusion | None, **who) -> FollowUp:
    """The referral that the protocol itself opens."""
    lesion = register_lesion(
        patient=a_patient(clinic, **who), label="L1", kind=kind, by=None, now=NOW
    )
    found = Finding(lesion=lesion, size_mm=None, conclusion=conclusion)
    report = ExamReport(
        accession="A-1",
        performed_on=SEEN_ON,
        modality=Modality.MRI_HEPATOBILIARY if conclusion else Modality.US,
        findings=(found,),
    )
    record_exam(patient=lesion.patient, report=report, by=None, now=NOW)
    return FollowUp.objects.open().get(lesion=lesion, kind=ObligationKind.REFERRAL)


@pytest.fixture
def suspicious(clinic: Clinic) -> FollowUp:
    return referred(clinic, kind=LesionKind.NODULE_OR_MASS, conclusion=Conclusion.SUSPICIOUS_HCC)


def said(follow_up: FollowUp, answer: str, **changes: str) -> dict[str, object]:
    return {"version": follow_up.version, "answer": answer} | ANSWER | changes


def test_decision_to_watch_ends_the_referral_and_leaves_imaging(
    navigator: Client, clinic: Clinic, suspicious: FollowUp
) -> None:
    response = navigator.post(address(suspicious), said(suspicious, "WATCH"), follow=True)

    assert "The answer is recorded." in response.content.decode()
    suspicious.refresh_from_db()
    assert suspicious.outcome == "COMPLETED"
    event = LesionEvent.objects.get()
    assert (event.kind, event.value, event.author, event.evidence, event.recorded_by) == (
        "MDT_DECISION",
        "CONTINUE_SURVEILLANCE",
        "Dr Chair",
        "Minutes",
        clinic.navigator,
    )
    assert FollowUp.objects.open().get(lesion=suspicious.lesion).kind == ObligationKind.IMAGING


@pytest.mark.parametrize(
    ("answer", "kind", "value"),
    [
        ("MALIGNANT", "PATHOLOGY", "MALIGNANT"),
        ("NONDIAGNOSTIC", "PATHOLOGY", "NONDIAGNOSTIC"),
        ("TREAT", "MDT_DECISION", "TREAT"),
    ],
)
def test_an_answer_that_settles_nothing_leaves_a_referral_open(
    navigator: Client, suspicious: FollowUp, answer: str, kind: str, value: str
) -> None:
    navigator.post(address(suspicious), said(suspicious, answer))

    event = LesionEvent.objects.get()
    assert (event.kind, event.value) == (kind, value)
    referrals = FollowUp.objects.open().filter(kind=ObligationKind.REFERRAL)
    assert referrals.filter(lesion=suspicious.lesion).exists()


def test_removal_ends_everything(navigator: Client, suspicious: FollowUp) -> None:
    navigator.post(address(suspicious), said(suspicious, "REMOVED"))

    assert not FollowUp.objects.open().exists()


def test_a_childs_work_up_is_a_fact_about_the_patient(navigator: Client, clinic: Clinic) -> None:
    evaluation = referred(
        clinic,
        kind=LesionKind.ISOLATED_CALCIFICATION,
        conclusion=None,
        birth_date=date(2019, 12, 1),
        cirrhotic=False,
        low_risk=True,
    )

    offered = navigator.get(address(evaluation)).context["form"].fields["answer"].choices
    navigator.post(address(evaluation), said(evaluation, "EVALUATED"))

    assert offered[0][0] == "EVALUATED"
    profile = RiskProfile.objects.in_force(NOW.date()).first()
    assert profile is not None
    assert (profile.torch_evaluated, profile.source) == (Tri.YES, "Dr Chair, 2026-08-27")
    evaluation.refresh_from_db()
    assert evaluation.outcome == "COMPLETED"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        pytest.param({"occurred_on": "2026-12-24"}, "occurred_on", id="in the future"),
        pytest.param({"occurred_on": ""}, "occurred_on", id="no day"),
        pytest.param({"author": " "}, "author", id="nobody"),
        pytest.param({"answer": "DONE"}, "answer", id="a mere done"),
    ],
)
def test_what_cannot_be_recorded_comes_back_with_the_cure(
    navigator: Client, suspicious: FollowUp, changes: dict[str, str], field: str
) -> None:
    response = navigator.post(address(suspicious), said(suspicious, "WATCH") | changes)

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert not LesionEvent.objects.exists()


def test_only_referrals_have_an_answer(navigator: Client, clinic: Clinic) -> None:
    assert navigator.get(address(owed(clinic, 20))).status_code == 404


def test_the_action_is_offered_on_the_patients_page(
    navigator: Client, suspicious: FollowUp
) -> None:
    page = navigator.get(f"/patients/{suspicious.patient_id}/").content.decode()

    assert address(suspicious) in page
    assert page.count("Record the answer") == 1
