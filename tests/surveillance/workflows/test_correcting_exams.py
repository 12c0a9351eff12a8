"""Further findings of an exam on file, and exams that turn out to be wrong."""

from datetime import date, timedelta

import pytest

from patients.models import AuditEvent
from surveillance.models import FollowUp, ImagingExam, LesionAssessment, LesionObservation
from surveillance.protocol.terms import Conclusion, LiRads, ObligationKind
from surveillance.workflows.add_findings import ExamWasRetracted, add_findings
from surveillance.workflows.append_exams import ExamContentDiffers
from surveillance.workflows.check_report import FindingImpossible
from surveillance.workflows.record_exam import record_exam
from surveillance.workflows.retract_exam import retract_exam
from surveillance.workflows.retract_row import RetractionWithoutReason
from tests.factories import NOW, PatientFactory
from tests.surveillance.factories import LesionFactory, finding, report

LAST_WEEK = date(2026, 8, 24)
NEXT_WEEK = NOW + timedelta(days=7)


@pytest.fixture
def exam(ward):
    told = report(finding(ward.lesion, lirads=LiRads.LR_3), on=LAST_WEEK)
    return record_exam(patient=ward.cirrhotic, report=told, by=ward.navigator, now=NOW).exam


def test_further_lesion_is_put_on_file_and_decided_about(ward, exam):
    another = LesionFactory(patient=ward.cirrhotic)

    answer = add_findings(exam=exam, findings=[finding(another, "5")], by=ward.navigator, now=NOW)

    assert (answer.created, answer.lesions) == (False, (another,))
    assert [one.lesion for one in answer.assessments] == [another]
    assert exam.observations.count() == 2
    assert FollowUp.objects.open().filter(lesion=another, kind=ObligationKind.IMAGING).exists()
    assert AuditEvent.objects.filter(action="findings_added").count() == 1


def test_same_finding_again_changes_nothing(ward, exam):
    answer = add_findings(
        exam=exam,
        findings=[finding(ward.lesion, lirads=LiRads.LR_3)],
        by=ward.navigator,
        now=NEXT_WEEK,
    )

    assert (answer.lesions, answer.assessments) == ((), ())
    assert LesionObservation.objects.count() == 1


def test_other_finding_of_the_same_lesion_is_refused(ward, exam):
    with pytest.raises(ExamContentDiffers) as refused:
        add_findings(exam=exam, findings=[finding(ward.lesion, "9")], by=None, now=NOW)

    assert refused.value.details["fields"] == ["lirads", "size_mm"]


def test_finding_of_another_patients_lesion_is_refused(ward, exam):
    with pytest.raises(FindingImpossible):
        add_findings(exam=exam, findings=[finding(LesionFactory())], by=None, now=NOW)


def test_nothing_is_added_to_a_retracted_exam(ward, exam):
    retract_exam(exam=exam, reason="wrong patient", by=ward.clinician, now=NOW)

    with pytest.raises(ExamWasRetracted):
        add_findings(
            exam=exam,
            findings=[finding(LesionFactory(patient=ward.cirrhotic))],
            by=None,
            now=NOW,
        )


def test_nothing_is_added_to_an_exam_that_somebody_retracted_since_it_was_read(ward, exam):
    retract_exam(
        exam=ImagingExam.objects.get(pk=exam.pk), reason="wrong", by=ward.clinician, now=NOW
    )
    assert exam.retracted_at is None

    with pytest.raises(ExamWasRetracted):
        add_findings(exam=exam, findings=[finding(ward.lesion, "9")], by=None, now=NOW)


def test_retracted_exam_stays_visible_with_who_when_and_why(ward, exam):
    retract_exam(exam=exam, reason="wrong patient", by=ward.clinician, now=NEXT_WEEK)

    stored = ImagingExam.objects.get()
    assert (stored.retracted_at, stored.retracted_by, stored.retracted_reason) == (
        NEXT_WEEK,
        ward.clinician,
        "wrong patient",
    )
    assert AuditEvent.objects.get(action="exam_retracted").subject_id == str(exam.pk)


def test_retraction_leads_to_new_decisions_on_all_lesions(ward, exam):
    untouched = LesionFactory(patient=ward.cirrhotic)

    decisions = retract_exam(exam=exam, reason="wrong patient", by=ward.clinician, now=NEXT_WEEK)

    assert {one.lesion for one in decisions} == {ward.lesion, untouched}
    assert {one.rule for one in decisions} == {"R05"}
    assert not FollowUp.objects.open().filter(kind=ObligationKind.IMAGING).exists()


def test_retracting_the_exam_that_discharged_opens_the_lesion_again(ward):
    patient = PatientFactory(site=ward.site, low_risk=True)
    lesion = LesionFactory(patient=patient)
    first = report(finding(lesion, conclusion=Conclusion.INDETERMINATE), on=date(2026, 1, 10))
    record_exam(patient=patient, report=first, by=None, now=NOW - timedelta(days=200))
    check = report(finding(lesion), on=date(2026, 7, 9))
    discharge = record_exam(patient=patient, report=check, by=None, now=NOW).exam
    assert not FollowUp.objects.open().filter(lesion=lesion).exists()

    retract_exam(exam=discharge, reason="wrong patient", by=ward.clinician, now=NEXT_WEEK)

    again = FollowUp.objects.open().get(lesion=lesion, kind=ObligationKind.IMAGING)
    done = FollowUp.objects.get(completed_by=discharge)
    assert done.outcome == "COMPLETED"
    assert again.latest_on == done.latest_on
    assert again.owed_since == date(2026, 9, 7)


def test_retracting_twice_changes_nothing(ward, exam):
    retract_exam(exam=exam, reason="wrong patient", by=ward.clinician, now=NOW)
    events = AuditEvent.objects.count()

    assert retract_exam(exam=exam, reason="again", by=ward.clinician, now=NEXT_WEEK) == []

    exam.refresh_from_db()
    assert exam.retracted_reason == "wrong patient"
    assert AuditEvent.objects.count() == events


def test_retraction_without_a_reason_is_refused(ward, exam):
    with pytest.raises(RetractionWithoutReason):
        retract_exam(exam=exam, reason="  ", by=ward.clinician, now=NOW)

    exam.refresh_from_db()
    assert exam.retracted_at is None


def test_exam_is_not_retracted_when_the_decision_fails(ward, exam, monkeypatch):
    def broken(*_args, **_kwargs):
        raise RuntimeError("the second write fails")

    monkeypatch.setattr(LesionAssessment.objects.__class__, "bulk_create", broken)

    with pytest.raises(RuntimeError):
        retract_exam(exam=exam, reason="wrong patient", by=ward.clinician, now=NOW)

    exam.refresh_from_db()
    assert exam.retracted_at is None
