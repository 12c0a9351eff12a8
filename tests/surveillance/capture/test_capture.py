"""No report that speaks of a hepatic calcification is lost: tracked, excluded, or waiting."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from patients.models import AuditEvent, Patient
from patients.workflows.register_patient import Demographics
from surveillance.arrivals import ReportState
from surveillance.dashboard.capture import count_capture
from surveillance.dashboard.scope import Scope
from surveillance.exam_reports import ExamReport
from surveillance.models import (
    CapturedReport,
    CaptureState,
    Clarification,
    Exclusion,
    FollowUp,
    FormerIdentifier,
    ImagingExam,
    Lesion,
)
from surveillance.protocol.terms import LesionKind, Modality, Segment
from surveillance.workflows.answer_clarification import (
    ClarificationWithoutAnswer,
    answer_clarification,
)
from surveillance.workflows.exclude_report import ExclusionWithoutReason, exclude_report
from surveillance.workflows.track_report import ConfirmedFinding, NothingConfirmed, track_report
from tests.factories import NOW, MembershipFactory, PatientFactory, SiteFactory
from tests.surveillance.capture.scenes import CALCIFIED, SILENT, captured, sent, taken_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def site() -> Any:
    return SiteFactory()


@pytest.fixture
def navigator(site) -> Any:
    return MembershipFactory(site=site, role="NURSE_NAVIGATOR").user


def states() -> list[str]:
    rows: Any = CapturedReport.objects.current().with_state()
    return list(rows.values_list("state", flat=True))


def tracked(report: CapturedReport, by: Any, **more: Any) -> None:
    finding = ConfirmedFinding(
        lesion=None,
        label="L1",
        kind=LesionKind.ISOLATED_CALCIFICATION,
        segments=(Segment.VII,),
        values={"size_mm": Decimal(6)},
    )
    values: dict[str, Any] = {
        "exam": ExamReport(
            accession=report.accession,
            performed_on=report.performed_on,
            modality=Modality.CT_MULTIPHASE,
            report_text=report.text,
        ),
        "demographics": Demographics(mrn=report.item.mrn, family_name="Sample"),
        "findings": [finding],
    }
    track_report(report=report, by=by, now=NOW, **values | more)


def test_a_report_about_a_stranger_is_captured_and_waits(site) -> None:
    report = captured(site)

    assert (report.patient, report.mentions_calcification) == (None, True)
    assert states() == [CaptureState.WAITING]
    assert not Patient.objects.exists()


def test_a_report_that_speaks_of_no_calcification_is_not_captured(site) -> None:
    taken_in(site, sent(site, SILENT))

    assert not CapturedReport.objects.exists()


def test_what_cannot_be_read_of_somebody_followed_here_is_put_to_a_person(site) -> None:
    PatientFactory(site=site, mrn="N1", family_name="Sample", given_name="Ann", birth_date=None)
    spanish = "TC ABDOMEN. Hallazgos: el hígado presenta una calcificación en el lóbulo derecho."

    taken_in(site, sent(site, spanish))

    assert states() == [CaptureState.WAITING]


def test_confirming_registers_the_patient_the_lesion_and_what_is_owed(site, navigator) -> None:
    report = captured(site)

    tracked(report, navigator)

    lesion = Lesion.objects.get()
    assert (lesion.patient.mrn, lesion.segments) == ("N1", ["VII"])
    assert FollowUp.objects.open().filter(lesion=lesion).exists()
    assert states() == [CaptureState.TRACKED]
    report.refresh_from_db()
    assert report.patient == lesion.patient
    assert AuditEvent.objects.filter(action="report_tracked").exists()


def test_confirming_a_known_patient_uses_the_record(site, navigator) -> None:
    known = PatientFactory(
        site=site, mrn="N1", family_name="Sample", given_name="Ann", birth_date=None
    )
    report = captured(site)

    tracked(report, navigator, demographics=None)

    assert Lesion.objects.get().patient == known


def test_a_report_whose_findings_are_on_file_otherwise_is_tracked(site, navigator) -> None:
    first = captured(site)
    tracked(first, navigator)

    again = captured(site, CALCIFIED + " Addendum.", said_at=NOW, state=ReportState.CORRECTED)

    assert again != first
    assert len(states()) == 1  # the corrected words stand for the report


def test_nothing_is_written_when_one_part_is_refused(site, navigator, audit_table_full) -> None:
    report = captured(site)

    with pytest.raises(DatabaseError), transaction.atomic():
        tracked(report, navigator)

    assert not Patient.objects.exists()
    assert not ImagingExam.objects.exists()


@pytest.mark.parametrize("missing", [{"findings": []}, {"demographics": None}])
def test_confirming_nothing_or_nobody_is_refused(site, navigator, missing) -> None:
    report = captured(site)

    with pytest.raises(NothingConfirmed):
        tracked(report, navigator, **missing)

    assert not ImagingExam.objects.exists()


def test_a_cancelled_report_waits_no_longer(site) -> None:
    captured(site)

    taken_in(site, sent(site, state=ReportState.CANCELLED, said_at=NOW))

    assert states() == []


def test_an_exclusion_has_a_reason_and_twice_is_once(site, navigator) -> None:
    report = captured(site)

    with pytest.raises(ExclusionWithoutReason):
        exclude_report(report=report, exclusion=Exclusion.OTHER, note=" ", by=navigator, now=NOW)
    for _time in range(2):
        exclude_report(
            report=report, exclusion=Exclusion.KNOWN_BENIGN, note="", by=navigator, now=NOW
        )

    assert states() == [CaptureState.EXCLUDED]
    assert report.answers.count() == 1


def test_a_recommendation_without_exam_or_interval_is_clarified_within_a_week(
    site, navigator
) -> None:
    report = captured(site)
    tracked(report, navigator)
    clarification = Clarification.objects.get()

    assert (clarification.lacks_modality, clarification.lacks_interval) == (True, True)
    with pytest.raises(ClarificationWithoutAnswer):
        answer_clarification(clarification=clarification, answer="", by=navigator, now=NOW)

    answer_clarification(
        clarification=clarification, answer="MRI, six months", by=navigator, now=NOW
    )
    answer_clarification(clarification=clarification, answer="Never", by=navigator, now=NOW)

    assert Clarification.objects.get().answer == "MRI, six months"


def test_the_leak_is_a_number(site, navigator) -> None:
    exclude_report(
        report=captured(site, accession="R2", mrn="N2"),
        exclusion=Exclusion.NOT_HEPATIC,
        note="",
        by=navigator,
        now=NOW,
    )
    tracked(captured(site, accession="R3", mrn="N3"), navigator)
    captured(site)

    [leak] = count_capture(Scope((site,), NOW + timedelta(minutes=1))).figures

    assert (leak.numerator, leak.denominator) == (1, 3)


def test_a_report_under_a_number_that_was_given_up_reaches_the_survivor(site) -> None:
    survivor = PatientFactory(
        site=site, mrn="NEW", family_name="Sample", given_name="Ann", birth_date=None
    )
    FormerIdentifier.objects.create(site=site, mrn="N1", patient=survivor, recorded_at=NOW)

    item = taken_in(site, sent(site))

    assert (item.status, item.patient) == ("APPLIED", survivor)
    assert ImagingExam.objects.get().patient == survivor
