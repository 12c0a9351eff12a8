"""Writes exams and findings, many in a few statements, without deciding anything.

Only workflows that assess the lesions afterwards, in the same transaction, may call this.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from patients.audit import Deed, record_events
from patients.models import Patient
from surveillance.exam_reports import (
    ExamReport,
    Finding,
    RecordedExam,
    content_digest,
    differing_fields,
    differing_finding_fields,
    exam_values,
    finding_values,
)
from surveillance.models import ImagingExam, Lesion, LesionObservation, ReportStatus
from surveillance.record_locks import lock_records
from surveillance.workflows.check_report import FindingImpossible, check_report
from surveillance.workflows.errors import WorkflowRefused
from surveillance.workflows.retract_row import retract_row

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Key = tuple[int, str]  # site, accession number


class ExamOfAnotherPatient(WorkflowRefused):
    """The accession number belongs to an exam of somebody else."""

    code = "exam_of_another_patient"


class ExamContentDiffers(WorkflowRefused):
    """The accession number is on file with other content; `details['fields']` names what."""

    code = "exam_content_differs"


@dataclass
class _Ledger:
    """What is on file, and what this batch adds to it."""

    survivors: dict[UUID, Patient]
    further_findings: bool
    by: "User | None"
    now: datetime
    exams: dict[Key, ImagingExam] = field(default_factory=dict)
    rows: dict[UUID, dict[UUID, LesionObservation]] = field(default_factory=dict)
    new_exams: list[ImagingExam] = field(default_factory=list)
    new_rows: list[LesionObservation] = field(default_factory=list)
    deeds: list[Deed] = field(default_factory=list)


@transaction.atomic
def append_exams(
    *,
    entries: Sequence[tuple[Patient, ExamReport]],
    further_findings: bool = False,
    by: "User | None",
    now: datetime,
) -> list[RecordedExam | WorkflowRefused]:
    """Add the reported exams that are not yet on file; one answer per entry, in order.

    An entry that is refused stands as its refusal in the answer and leaves no trace. With
    `further_findings`, a report under a known accession number may tell of further lesions.
    """
    ledger = _open_ledger(entries, further_findings, by, now)
    answers = [_taken(ledger, patient, report) for patient, report in entries]
    ImagingExam.objects.bulk_create(ledger.new_exams)
    LesionObservation.objects.bulk_create(ledger.new_rows)
    record_events(ledger.deeds, by=by, now=now)
    return answers


def _open_ledger(
    entries: Sequence[tuple[Patient, ExamReport]],
    further_findings: bool,
    by: "User | None",
    now: datetime,
) -> _Ledger:
    people = {patient.pk for patient, _report in entries}
    people |= {found.lesion.patient_id for _patient, report in entries for found in report.findings}
    ledger = _Ledger(lock_records(people), further_findings, by, now)
    sites = {patient.site_id for patient in ledger.survivors.values()}
    numbers = [report.accession for _patient, report in entries]
    on_file = ImagingExam.objects.standing().filter(site__in=sites, accession__in=numbers)
    for exam in on_file:
        ledger.exams[exam.site_id, exam.accession] = exam
        ledger.rows[exam.pk] = {}
    for row in LesionObservation.objects.filter(exam__in=list(ledger.rows)).select_related(
        "lesion"
    ):
        ledger.rows[row.exam_id][row.lesion_id] = row
    return ledger


def _taken(ledger: _Ledger, patient: Patient, report: ExamReport) -> RecordedExam | WorkflowRefused:
    try:
        return _take(ledger, ledger.survivors[patient.pk], report)
    except WorkflowRefused as refusal:
        return refusal


def _take(ledger: _Ledger, patient: Patient, report: ExamReport) -> RecordedExam:
    check_report(report, patient=patient, today=patient.site.local_date(ledger.now))
    for finding in report.findings:
        if ledger.survivors[finding.lesion.patient_id] != patient:
            raise FindingImpossible(
                _("Lesion “{lesion}” belongs to another patient.").format(
                    lesion=finding.lesion.label
                ),
                field="lesion",
            )
    exam = ledger.exams.get((patient.site_id, report.accession))
    if exam is None:
        return _add_exam(ledger, patient, report, ())
    if exam.patient_id != patient.pk:
        raise ExamOfAnotherPatient(
            _(
                "Accession number {accession} is on file for another patient of this site. "
                "Check the number, or retract the exam that carries it wrongly."
            ).format(accession=report.accession),
            accession=report.accession,
        )
    if _is_final_of(exam, report):
        return _replace_preliminary(ledger, patient, exam, report)
    return _add_missing_findings(ledger, patient, exam, report)


def _add_exam(
    ledger: _Ledger, patient: Patient, report: ExamReport, before: Iterable[Lesion]
) -> RecordedExam:
    exam = ImagingExam(
        patient=patient,
        site=patient.site,
        accession=report.accession,
        content_digest=content_digest(report),
        recorded_at=ledger.now,
        recorded_by=ledger.by,
        **exam_values(report),
    )
    ledger.exams[patient.site_id, report.accession] = exam
    ledger.rows[exam.pk] = {}
    ledger.new_exams.append(exam)
    detail = {"performed_on": report.performed_on.isoformat(), "modality": report.modality.value}
    ledger.deeds.append(Deed("exam_recorded", patient.site, exam, patient, detail))
    lesions = [_add_row(ledger, exam, finding) for finding in report.findings]
    told = {lesion.pk: lesion for lesion in (*before, *lesions)}
    return RecordedExam(exam, True, tuple(told.values()))


def _add_row(ledger: _Ledger, exam: ImagingExam, finding: Finding) -> Lesion:
    row = LesionObservation(exam=exam, lesion=finding.lesion, **finding_values(finding))
    ledger.rows[exam.pk][finding.lesion.pk] = row
    ledger.new_rows.append(row)
    return finding.lesion


def _is_final_of(exam: ImagingExam, report: ExamReport) -> bool:
    """A signed report replaces its own preliminary version (clinical.md 8.2: report amended)."""
    return (
        exam.report_status == ReportStatus.PRELIMINARY
        and report.report_status == ReportStatus.FINAL
        and (exam.performed_on, exam.modality) == (report.performed_on, report.modality)
        and not exam._state.adding
    )


def _replace_preliminary(
    ledger: _Ledger, patient: Patient, exam: ImagingExam, report: ExamReport
) -> RecordedExam:
    reason = "Replaced by the final report under the same accession number."
    retract_row(row=exam, reason=reason, by=ledger.by, now=ledger.now)
    ledger.deeds.append(Deed("exam_retracted", patient.site, exam, patient, {"cause": "final"}))
    before = [row.lesion for row in ledger.rows[exam.pk].values()]
    return _add_exam(ledger, patient, report, before)


def _add_missing_findings(
    ledger: _Ledger, patient: Patient, exam: ImagingExam, report: ExamReport
) -> RecordedExam:
    on_file = ledger.rows[exam.pk]
    differing = set(differing_fields(exam, report))
    further = [found for found in report.findings if found.lesion.pk not in on_file]
    for finding in report.findings:
        if finding.lesion.pk in on_file:
            differing |= set(differing_finding_fields(on_file[finding.lesion.pk], finding))
    if further and not ledger.further_findings:
        differing.add("findings")
    if differing:
        fields = sorted(differing)
        raise ExamContentDiffers(
            _(
                "Accession number {accession} is already on file with other content "
                "({fields}). If the exam on file is wrong, retract it and record this "
                "report again."
            ).format(accession=report.accession, fields=", ".join(fields)),
            accession=report.accession,
            fields=fields,
        )
    lesions = tuple(_add_row(ledger, exam, finding) for finding in further)
    if lesions:
        detail = {"lesions": [str(lesion.pk) for lesion in lesions]}
        ledger.deeds.append(Deed("findings_added", patient.site, exam, patient, detail))
    return RecordedExam(exam, False, lesions)
