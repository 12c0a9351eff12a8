"""An exam that might have answered does not."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from surveillance.models import ExamMatch, ExamMatchAnswer, MatchAnswer
from surveillance.workflows.append_match_answer import append_match_answer

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@transaction.atomic
def reject_match(*, match: ExamMatch, reason: str, by: "User", now: datetime) -> ExamMatchAnswer:
    """Take it off the list; the exam stays on file without a finding and what is owed stays owed.

    Refused: no reason; answered meanwhile.
    """
    return append_match_answer(
        match=match, answer=MatchAnswer.REJECTED, reason=reason, by=by, now=now
    )
