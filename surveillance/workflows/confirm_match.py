"""A person confirms what an exam showed of a lesion, and the protocol decides at once."""

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from surveillance.arrivals import ReportArrival
from surveillance.arrivals_json import arrival_from_json
from surveillance.exam_matching import exam_report
from surveillance.exam_reports import Finding, RecordedExam
from surveillance.models import ExamMatch, IntakeItem, ItemStatus, MatchAnswer
from surveillance.protocol.terms import Modality
from surveillance.record_locks import lock_records
from surveillance.workflows.add_findings import add_findings
from surveillance.workflows.append_match_answer import append_match_answer
from surveillance.workflows.errors import WorkflowRefused
from surveillance.workflows.record_exam import record_exam

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class ExamKindNotSaid(WorkflowRefused):
    """Without its kind an exam can be neither recorded nor judged."""

    code = "exam_kind_not_said"


@transaction.atomic
def confirm_match(
    *,
    match: ExamMatch,
    finding: Finding,
    modality: Modality | None = None,
    by: "User",
    now: datetime,
) -> RecordedExam:
    """Put the finding on file with its exam; `modality` is asked for where it was not known.

    Whether it closes what is owed is the protocol's: an inadequate exam never does. Refused:
    answered meanwhile, the exam was retracted, an impossible size, no kind of exam.
    """
    lock_records([match.patient_id])
    append_match_answer(match=match, answer=MatchAnswer.CONFIRMED, reason="", by=by, now=now)
    finding = replace(finding, lesion=match.lesion)
    if match.exam is not None:
        return add_findings(exam=match.exam, findings=[finding], by=by, now=now)
    return _recorded_now(match, finding, modality, by, now)


def _recorded_now(
    match: ExamMatch, finding: Finding, modality: Modality | None, by: "User", now: datetime
) -> RecordedExam:
    """The exam whose kind the sender did not say."""
    if modality is None:
        raise ExamKindNotSaid(_("Say what kind of exam it was."), field="modality")
    arrival = arrival_from_json(match.item.content)
    assert isinstance(arrival, ReportArrival)
    told = exam_report(arrival, modality, (finding,))
    recorded = record_exam(patient=match.patient, report=told, by=by, now=now)
    IntakeItem.objects.filter(pk=match.item_id, status=ItemStatus.WAITING).update(
        status=ItemStatus.APPLIED,
        code="confirmed",
        exam=recorded.exam,
        settled_by=by,
        finished_at=now,
    )
    return recorded
