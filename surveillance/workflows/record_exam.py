"""A report arrives."""

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from patients.models import Patient
from surveillance.exam_reports import ExamReport, RecordedExam
from surveillance.workflows.append_exams import append_exams
from surveillance.workflows.assess_lesions import assess_lesions
from surveillance.workflows.errors import WorkflowRefused
from surveillance.workflows.warn_of_amendments import amendments_among, warn_of_amendments

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def record_exam(
    *, patient: Patient, report: ExamReport, by: "User | None", now: datetime
) -> RecordedExam:
    """Put a reported exam on file and decide again about every lesion it describes.

    An amended report that makes the case more urgent is told to the lead navigator at once (8.2).
    The same report again changes nothing (`created` is False). Refused: an impossible date or
    size, a lesion of another patient, an accession number that is on file with other content or
    for another patient (see `append_exams` and `check_report`).
    """
    try:
        return _record(patient, report, by, now)
    except IntegrityError:
        # Somebody put the same accession number on file at the same moment: look again.
        return _record(patient, report, by, now)


@transaction.atomic
def _record(patient: Patient, report: ExamReport, by: "User | None", now: datetime) -> RecordedExam:
    [answer] = append_exams(entries=[(patient, report)], by=by, now=now)
    if isinstance(answer, WorkflowRefused):
        raise answer
    amendments = amendments_among([answer])
    assessments = assess_lesions(lesions=answer.lesions, cause="exam_recorded", by=by, now=now)
    warn_of_amendments(amendments=amendments, assessments=assessments, now=now)
    return replace(answer, assessments=tuple(assessments))
