"""A person confirms what was read in a captured report: its findings come on file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import models, transaction
from django.utils.translation import gettext as _

from patients.audit import record_event
from patients.models import Patient
from patients.workflows.register_patient import Demographics, register_patient
from surveillance.dataclass_json import from_json
from surveillance.exam_reports import ExamReport, Finding
from surveillance.models import (
    CaptureAnswer,
    CapturedReport,
    CaptureState,
    Clarification,
    ImagingExam,
    Lesion,
)
from surveillance.protocol.parameters.capture import CLARIFY_WITHIN_DAYS
from surveillance.protocol.report_reader.reading import ReportReading
from surveillance.protocol.terms import LesionKind, Segment
from surveillance.said_before import patient_known_as
from surveillance.workflows.add_findings import add_findings
from surveillance.workflows.errors import WorkflowRefused
from surveillance.workflows.record_exam import record_exam
from surveillance.workflows.register_lesion import register_lesion

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class NothingConfirmed(WorkflowRefused):
    """A report is tracked by its findings."""

    code = "nothing_confirmed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmedFinding:
    """What a person confirms of one lesion. `lesion` None: it is registered under `label`.

    `values` are fields of `Finding` (surveillance/exam_reports.py).
    """

    lesion: Lesion | None
    label: str
    kind: LesionKind
    segments: tuple[Segment, ...]
    values: dict[str, object]


@transaction.atomic
def track_report(
    *,
    report: CapturedReport,
    exam: ExamReport,
    demographics: Demographics | None,
    findings: Sequence[ConfirmedFinding],
    by: "User",
    now: datetime,
) -> CaptureAnswer:
    """Put the confirmed findings on file under the report's accession number, and decide about the
    lesions. `demographics` register a patient who has no record here yet.

    A recommendation without modality or interval is asked back (`Clarification`). Refused: nothing
    confirmed, and whatever registering and recording refuse; nothing is written then.
    """
    if not findings:
        raise NothingConfirmed(_("Confirm at least one lesion, or exclude the report and say why."))
    patient = _patient(report, demographics, by, now)
    found = tuple(_finding(patient, one, by, now) for one in findings)
    on_file = ImagingExam.objects.standing().filter(site=report.site, accession=report.accession)
    known = on_file.first()
    if known is None:
        told = _with_findings(exam, found)
        record_exam(patient=patient, report=told, by=by, now=now)
    else:
        add_findings(exam=known, findings=found, by=by, now=now)
    if report.patient_id is None:
        # The append-only managers refuse every update; the database allows this column.
        models.QuerySet(CapturedReport).filter(pk=report.pk).update(patient=patient)
    _clarify(report, now)
    answer = CaptureAnswer.objects.create(
        report=report, state=CaptureState.TRACKED, answered_at=now, answered_by=by
    )
    record_event(
        "report_tracked", site=report.site, subject=report, patient=patient, by=by, now=now
    )
    return answer


def _patient(
    report: CapturedReport, demographics: Demographics | None, by: "User", now: datetime
) -> Patient:
    """Whose report it is: on file already, or registered now."""
    known = patient_known_as(report.site, report.item.mrn)
    if known is not None:
        return known.merged_into or known
    if demographics is None:
        raise NothingConfirmed(_("This patient has no record here yet: say who it is."))
    return register_patient(site=report.site, demographics=demographics, by=by, now=now)


def _finding(patient: Patient, one: ConfirmedFinding, by: "User", now: datetime) -> Finding:
    lesion = one.lesion or register_lesion(
        patient=patient, label=one.label, kind=one.kind, segments=one.segments, by=by, now=now
    )
    return Finding(lesion=lesion, **one.values)  # type: ignore[arg-type]  # checked by the form


def _with_findings(exam: ExamReport, findings: tuple[Finding, ...]) -> ExamReport:
    values = {name: getattr(exam, name) for name in ExamReport.__dataclass_fields__}
    return ExamReport(**values | {"findings": findings})


def _clarify(report: CapturedReport, now: datetime) -> None:
    reading = from_json(ReportReading, report.reading)
    unclear = [one for one in reading.recommendations if one.is_incomplete]
    if unclear:
        Clarification.objects.get_or_create(
            report=report,
            defaults={
                "site": report.site,
                "lacks_modality": any(one.modality is None for one in unclear),
                "lacks_interval": any(one.latest_months is None for one in unclear),
                "opened_at": now,
                "due_at": now + timedelta(days=CLARIFY_WITHIN_DAYS.value),
            },
        )
