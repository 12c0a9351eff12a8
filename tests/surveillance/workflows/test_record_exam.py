"""A report arrives: once on file, decided about at once, refused when it cannot be right."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from patients.models import AuditEvent, PatientStatus
from surveillance.models import (
    FollowUp,
    ImagingExam,
    LesionAssessment,
    LesionObservation,
    ReportStatus,
)
from surveillance.protocol.terms import LiRads, Modality, ObligationKind, Tri
from surveillance.workflows.append_exams import (
    ExamContentDiffers,
    ExamOfAnotherPatient,
)
from surveillance.workflows.check_report import (
    ExamDateImpossible,
    ExamIncomplete,
    FindingImpossible,
)
from surveillance.workflows.record_exam import record_exam
from surveillance.workflows.retract_exam import retract_exam
from tests.factories import NOW, TODAY, PatientFactory
from tests.surveillance.factories import LesionFactory, finding, report

TOMORROW = TODAY + timedelta(days=1)
LAST_WEEK = date(2026, 8, 24)


def recorded(ward, told, now=NOW, patient=None):
    return record_exam(patient=patient or ward.cirrhotic, report=told, by=ward.navigator, now=now)


def test_exam_is_on_file_with_its_findings_and_author(ward):
    told = report(finding(ward.lesion, "8.4", aphe=Tri.NO), on=LAST_WEEK, accession="A1")

    answer = recorded(ward, told)

    exam = ImagingExam.objects.get()
    assert answer.created
    assert answer.exam == exam
    assert (exam.patient, exam.site) == (ward.cirrhotic, ward.site)
    assert (exam.accession, exam.performed_on) == ("A1", LAST_WEEK)
    assert (exam.recorded_at, exam.recorded_by) == (NOW, ward.navigator)
    row = exam.observations.get()
    assert (row.lesion, row.size_mm, row.aphe, row.washout) == (
        ward.lesion,
        Decimal("8.4"),
        "NO",
        "",
    )


def test_lesion_is_decided_about_and_what_is_owed_is_open(ward):
    answer = recorded(ward, report(finding(ward.lesion, lirads=LiRads.LR_3), on=LAST_WEEK))

    [assessment] = answer.assessments
    follow_up = FollowUp.objects.open().get(kind=ObligationKind.IMAGING)
    assert (assessment.lesion, assessment.rule, assessment.cause) == (
        ward.lesion,
        "R69",
        "exam_recorded",
    )
    assert (follow_up.assessment, follow_up.owner) == (assessment, ward.navigator)
    assert follow_up.latest_on == date(2027, 2, 24)


def test_audit_names_what_was_done_and_no_finding(ward):
    recorded(ward, report(finding(ward.lesion), on=LAST_WEEK))

    events = AuditEvent.objects.filter(patient_id=str(ward.cirrhotic.pk))
    assert {"exam_recorded", "lesion_assessed", "follow_up_opened"} <= {
        event.action for event in events
    }
    assert {event.actor for event in events} == {f"user:{ward.navigator.pk}"}
    assert events.get(action="exam_recorded").detail == {
        "performed_on": "2026-08-24",
        "modality": "MRI_EXTRACELLULAR",
    }


def test_same_report_again_changes_nothing(ward):
    told = report(finding(ward.lesion), on=LAST_WEEK)
    first = recorded(ward, told)
    rows = _rows()

    second = recorded(ward, told, now=NOW + timedelta(days=3))

    assert (second.created, second.exam) == (False, first.exam)
    assert _rows() == rows


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        pytest.param({"performed_on": TODAY}, ["performed_on"], id="day"),
        pytest.param({"modality": Modality.US}, ["modality"], id="modality"),
        pytest.param(
            {"reporter": "Dr B", "whole_liver": False}, ["reporter", "whole_liver"], id="two"
        ),
    ],
)
def test_other_content_under_the_same_number_is_refused_by_field(ward, change, fields):
    told = report(finding(ward.lesion), on=LAST_WEEK)
    recorded(ward, told)
    rows = _rows()

    with pytest.raises(ExamContentDiffers) as refused:
        recorded(ward, replace(told, **change))

    assert refused.value.details["fields"] == fields
    assert ", ".join(fields) in refused.value.message
    assert _rows() == rows


def test_other_finding_under_the_same_number_is_refused_by_field(ward):
    told = report(finding(ward.lesion, "8"), on=LAST_WEEK, accession="A1")
    recorded(ward, told)

    with pytest.raises(ExamContentDiffers) as refused:
        recorded(ward, report(finding(ward.lesion, "9"), on=LAST_WEEK, accession="A1"))

    assert refused.value.details["fields"] == ["size_mm"]


def test_further_lesion_under_the_same_number_is_refused(ward):
    told = report(finding(ward.lesion), on=LAST_WEEK)
    recorded(ward, told)
    another = LesionFactory(patient=ward.cirrhotic)

    with pytest.raises(ExamContentDiffers) as refused:
        recorded(ward, replace(told, findings=(*told.findings, finding(another))))

    assert refused.value.details["fields"] == ["findings"]


def test_number_of_another_patients_exam_is_refused(ward):
    other = LesionFactory(patient=PatientFactory(site=ward.site))
    recorded(ward, report(finding(ward.lesion), on=LAST_WEEK, accession="A1"))

    with pytest.raises(ExamOfAnotherPatient):
        recorded(ward, report(finding(other), on=LAST_WEEK, accession="A1"), patient=other.patient)


def test_same_number_at_another_site_is_another_exam(ward):
    elsewhere = LesionFactory()
    recorded(ward, report(finding(ward.lesion), on=LAST_WEEK, accession="A1"))

    answer = recorded(
        ward, report(finding(elsewhere), on=LAST_WEEK, accession="A1"), patient=elsewhere.patient
    )

    assert answer.created


def test_report_on_a_merged_record_goes_to_the_survivor_and_is_recognised(ward):
    merged = PatientFactory(site=ward.site, merged_into=ward.cirrhotic)
    told = report(finding(ward.lesion), on=LAST_WEEK)

    first = recorded(ward, told, patient=merged)
    second = recorded(ward, told, patient=ward.cirrhotic)

    assert first.exam.patient == ward.cirrhotic
    assert (second.created, second.exam) == (False, first.exam)


def test_final_report_replaces_its_preliminary_version(ward):
    draft = report(finding(ward.lesion), on=LAST_WEEK, report_status=ReportStatus.PRELIMINARY)
    preliminary = recorded(ward, draft).exam

    final = recorded(ward, replace(draft, report_status=ReportStatus.FINAL, reporter="Dr Signed"))

    preliminary.refresh_from_db()
    assert preliminary.retracted_at is not None
    assert final.created
    assert [row.exam for row in LesionObservation.objects.standing()] == [final.exam]
    assert AuditEvent.objects.filter(action="exam_retracted").count() == 1


def test_final_report_of_another_day_does_not_replace_a_preliminary_one(ward):
    draft = report(
        finding(ward.lesion),
        on=LAST_WEEK,
        accession="A1",
        report_status=ReportStatus.PRELIMINARY,
    )
    recorded(ward, draft)

    with pytest.raises(ExamContentDiffers):
        recorded(ward, replace(draft, performed_on=TODAY, report_status=ReportStatus.FINAL))


def test_retracted_number_may_be_used_again(ward):
    told = report(finding(ward.lesion), on=LAST_WEEK)
    exam = recorded(ward, told).exam
    retract_exam(exam=exam, reason="wrong patient", by=ward.clinician, now=NOW)

    assert recorded(ward, told).created


@pytest.mark.parametrize(
    ("day", "refused"),
    [
        pytest.param(TODAY, False, id="today"),
        pytest.param(TOMORROW, True, id="tomorrow"),
        pytest.param(date(1970, 5, 17), False, id="day of birth"),
        pytest.param(date(1970, 5, 16), True, id="day before birth"),
    ],
)
def test_exam_lies_between_birth_and_today(ward, day, refused):
    told = report(finding(ward.lesion), on=day)

    if refused:
        with pytest.raises(ExamDateImpossible):
            recorded(ward, told)
        assert not ImagingExam.objects.exists()
    else:
        assert recorded(ward, told).created


def test_today_is_the_sites_day(ward):
    ward.site.time_zone = "Pacific/Auckland"
    ward.site.save()
    late_in_utc = NOW.replace(hour=20)

    assert recorded(ward, report(finding(ward.lesion), on=TOMORROW), now=late_in_utc).created


@pytest.mark.parametrize(
    ("size", "refused"),
    [
        pytest.param("0.01", False, id="smallest"),
        pytest.param("0", True, id="zero"),
        pytest.param("-3", True, id="negative"),
        pytest.param("400", False, id="largest"),
        pytest.param("400.01", True, id="absurd"),
        pytest.param("9.996", True, id="would be rounded across 10 mm"),
        pytest.param("NaN", True, id="not a number"),
    ],
)
def test_size_is_positive_plausible_and_kept_exactly(ward, size, refused):
    told = report(finding(ward.lesion, size), on=LAST_WEEK)

    if refused:
        with pytest.raises(FindingImpossible) as refusal:
            recorded(ward, told)
        assert refusal.value.details["field"] == "size_mm"
    else:
        recorded(ward, told)
        assert LesionObservation.objects.get().size_mm == Decimal(size)


def test_lesion_of_another_patient_is_refused(ward):
    with pytest.raises(FindingImpossible):
        recorded(ward, report(finding(LesionFactory()), on=LAST_WEEK))


def test_lesion_described_twice_is_refused(ward):
    with pytest.raises(FindingImpossible):
        recorded(ward, report(finding(ward.lesion, "8"), finding(ward.lesion, "9"), on=LAST_WEEK))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        pytest.param({"accession": " "}, "accession", id="no number"),
        pytest.param({"modality": Modality.MRI_CONTRAST}, "modality", id="which contrast"),
        pytest.param({"is_external": True}, "evidence", id="outside exam without evidence"),
    ],
)
def test_incomplete_report_is_refused_by_field(ward, change, field):
    told = report(finding(ward.lesion), on=LAST_WEEK)

    with pytest.raises(ExamIncomplete) as refused:
        recorded(ward, replace(told, **change))

    assert refused.value.details["field"] == field
    assert refused.value.code == "exam_incomplete"


def test_nothing_is_on_file_when_the_decision_fails(ward, monkeypatch):
    def broken(**_kwargs):
        raise RuntimeError("the second write fails")

    monkeypatch.setattr(LesionAssessment.objects, "bulk_create", broken, raising=True)

    with pytest.raises((RuntimeError, TypeError)):
        recorded(ward, report(finding(ward.lesion), on=LAST_WEEK))

    assert not ImagingExam.objects.exists()
    assert not LesionObservation.objects.exists()
    assert not AuditEvent.objects.exists()


def test_exam_of_a_deceased_patient_is_on_file_and_owes_nothing(ward):
    ward.cirrhotic.status, ward.cirrhotic.status_on = PatientStatus.DECEASED, TODAY
    ward.cirrhotic.save()

    recorded(ward, report(finding(ward.lesion), on=LAST_WEEK))

    assert not FollowUp.objects.open().exists()


def test_database_refuses_a_second_exam_of_the_number(ward):
    exam = recorded(ward, report(finding(ward.lesion), on=LAST_WEEK)).exam
    exam.pk = None
    exam._state.adding = True

    with pytest.raises(IntegrityError):
        exam.save(force_insert=True)


def test_report_on_many_lesions_costs_as_many_queries_as_on_two(ward):
    lesions = LesionFactory.create_batch(8, patient=ward.cirrhotic)
    few = report(*(finding(lesion) for lesion in lesions[:2]), on=LAST_WEEK, accession="A1")
    many = report(*(finding(lesion) for lesion in lesions[2:]), on=LAST_WEEK, accession="A2")

    cost_of_few = _queries(ward, few)

    assert _queries(ward, many) <= cost_of_few


def _queries(ward, told) -> int:
    with CaptureQueriesContext(connection) as queries:
        recorded(ward, told)
    return len(queries)


def _rows():
    models = (ImagingExam, LesionObservation, LesionAssessment, FollowUp, AuditEvent)
    return {model.__name__: model.objects.count() for model in models}
