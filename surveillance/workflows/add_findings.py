"""A report on file turns out to describe further lesions."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from surveillance.exam_reports import (
    EXAM_FIELDS,
    ExamReport,
    Finding,
    RecordedExam,
)
from surveillance.models import ImagingExam
from surveillance.record_locks import lock_records
from surveillance.workflows.append_exams import append_exams
from surveillance.workflows.assess_lesions import assess_lesions
from surveillance.workflows.errors import WorkflowRefused

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class ExamWasRetracted(WorkflowRefused):
    """Nothing can be added to an exam that no longer counts."""

    code = "exam_was_retracted"


def add_findings(
    *, exam: ImagingExam, findings: Sequence[Finding], by: "User | None", now: datetime
) -> RecordedExam:
    """Add what `exam` showed of lesions it did not yet describe, and decide about them again.

    The same finding again changes nothing. Refused: another finding of a lesion that the exam
    already describes, a lesion of another patient, an impossible size, a retracted exam.
    """
    try:
        return _add(exam, findings, by, now)
    except IntegrityError:
        # Somebody added the same finding at the same moment: look again.
        return _add(exam, findings, by, now)


@transaction.atomic
def _add(
    exam: ImagingExam, findings: Sequence[Finding], by: "User | None", now: datetime
) -> RecordedExam:
    lock_records([exam.patient_id])
    exam = ImagingExam.objects.select_related("patient").get(pk=exam.pk)
    if exam.retracted_at is not None:
        raise ExamWasRetracted(
            _("This exam was retracted. Record the report anew; then add the findings."),
            exam_id=exam.pk,
        )
    values = {name: getattr(exam, name) for name in EXAM_FIELDS}
    report = ExamReport(accession=exam.accession, findings=tuple(findings), **values)
    [answer] = append_exams(entries=[(exam.patient, report)], further_findings=True, by=by, now=now)
    if isinstance(answer, WorkflowRefused):
        raise answer
    assessments = assess_lesions(lesions=answer.lesions, cause="findings_added", by=by, now=now)
    return replace(answer, assessments=tuple(assessments))
