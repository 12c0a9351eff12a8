"""Writes what a person says of a match; workflows that act on it call this in one transaction."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from patients.audit import record_event
from surveillance.models import ExamMatch, ExamMatchAnswer, MatchAnswer
from surveillance.workflows.errors import WorkflowRefused

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class MatchAlreadyAnswered(WorkflowRefused):
    """Somebody else decided about it, or looked at it, before."""

    code = "match_already_answered"


class MatchAnswerWithoutReason(WorkflowRefused):
    """Who says that the machine was wrong says why."""

    code = "match_answer_without_reason"


def append_match_answer(
    *, match: ExamMatch, answer: MatchAnswer, reason: str, by: "User", now: datetime
) -> ExamMatchAnswer:
    """Put the answer on file. Refused: decided or audited before; a "no" without a reason."""
    agrees = answer in (MatchAnswer.CONFIRMED, MatchAnswer.AUDITED_RIGHT)
    if not agrees and not reason.strip():
        raise MatchAnswerWithoutReason(
            _("Say why it does not answer: the reason stays on record."), field="reason"
        )
    row = ExamMatchAnswer(
        match=match, answer=answer, reason=reason.strip(), answered_at=now, answered_by=by
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as before:
        raise MatchAlreadyAnswered(
            _("Somebody answered this meanwhile. Reload the page to see what was decided.")
        ) from before
    detail = {"answer": answer.value}
    record_event(
        "exam_match_answered",
        site=match.site,
        subject=match,
        patient=match.patient,
        detail=detail,
        by=by,
        now=now,
    )
    return row
