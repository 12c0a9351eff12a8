"""Refuses a report that cannot be right: a clear sentence naming the field, never a guess."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from patients.models import Patient
from surveillance.exam_reports import SIZE_FIELDS, ExamReport, Finding
from surveillance.protocol import parameters
from surveillance.protocol.terms import Modality
from surveillance.workflows.errors import WorkflowRefused


class ExamIncomplete(WorkflowRefused):
    """The report lacks something that an exam must have."""

    code = "exam_incomplete"


class ExamDateImpossible(WorkflowRefused):
    """The exam lies in the future or before the patient's birth."""

    code = "exam_date_impossible"


class FindingImpossible(WorkflowRefused):
    """A finding cannot be right: its size, or whose lesion it describes."""

    code = "finding_impossible"


def check_report(report: ExamReport, *, patient: Patient, today: date) -> None:
    """Raise if the report cannot be a true report on this patient by the site's day `today`."""
    _check_exam(report)
    _check_dates(report, patient, today)
    _check_findings(report.findings)


def _check_exam(report: ExamReport) -> None:
    if not report.accession.strip():
        raise ExamIncomplete(_("Give the exam its accession number."), field="accession")
    if report.modality == Modality.MRI_CONTRAST:
        raise ExamIncomplete(
            _("Say which contrast the MRI used: MRI_EXTRACELLULAR or MRI_HEPATOBILIARY."),
            field="modality",
        )
    if report.is_external and not report.evidence.strip():
        raise ExamIncomplete(
            _(
                "An exam from another institution counts once its report is on file: say what "
                "proves it."
            ),
            field="evidence",
        )


def _check_dates(report: ExamReport, patient: Patient, today: date) -> None:
    if report.performed_on > today:
        raise ExamDateImpossible(
            _("The exam is dated {day}, after today ({today}). Correct the date.").format(
                day=report.performed_on, today=today
            ),
            field="performed_on",
        )
    if patient.birth_date and report.performed_on < patient.birth_date:
        raise ExamDateImpossible(
            _(
                "The exam is dated {day}, before the patient was born. Correct the "
                "date of the exam, or the patient's birth date."
            ).format(day=report.performed_on),
            field="performed_on",
        )


def _check_findings(findings: Sequence[Finding]) -> None:
    if len({finding.lesion.pk for finding in findings}) < len(findings):
        raise FindingImpossible(
            _("The report describes one lesion twice. Keep one finding per lesion."),
            field="lesion",
        )
    for finding in findings:
        for name in SIZE_FIELDS:
            _check_size(name, getattr(finding, name))


def _check_size(name: str, size: Decimal | None) -> None:
    if size is None:
        return
    largest = parameters.LARGEST_PLAUSIBLE_SIZE.value
    if not size.is_finite() or not 0 < size <= largest:
        raise FindingImpossible(
            _(
                "A size of {size} mm cannot be right: sizes are millimetres, more than 0 and at "
                "most {largest}."
            ).format(size=size, largest=largest),
            field=name,
        )
    if size != size.quantize(Decimal("0.01")):
        raise FindingImpossible(
            _(
                "A size of {size} mm is given too precisely: at most two decimals are kept, "
                "because rounding could move a lesion across a limit."
            ).format(size=size),
            field=name,
        )
