"""A person looks at a follow-up that closed by itself, sampled or not: right or wrong?"""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from surveillance.models import ExamMatch, MatchAnswer
from surveillance.workflows.append_match_answer import append_match_answer
from surveillance.workflows.undo_match import undo_match

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@transaction.atomic
def audit_match(
    *, match: ExamMatch, is_right: bool, reason: str = "", by: "User", now: datetime
) -> None:
    """Note whether it was right; what was wrong is undone at once. Refused: a wrong one without a
    reason; looked at or undone meanwhile."""
    if is_right:
        append_match_answer(
            match=match, answer=MatchAnswer.AUDITED_RIGHT, reason=reason, by=by, now=now
        )
        return
    undo_match(match=match, reason=reason, answer=MatchAnswer.AUDITED_WRONG, by=by, now=now)
