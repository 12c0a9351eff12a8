"""The radiologist said what the recommendation left out."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from patients.audit import record_event
from surveillance.models import Clarification
from surveillance.workflows.errors import WorkflowRefused

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class ClarificationWithoutAnswer(WorkflowRefused):
    """An answer must say something."""

    code = "clarification_without_answer"


@transaction.atomic
def answer_clarification(
    *, clarification: Clarification, answer: str, by: "User", now: datetime
) -> Clarification:
    """Note what was said, and by whom it was asked; the first answer stands.

    What the protocol owes to the lesion stays as it is: a clinician who wants it otherwise
    overrides it there. Refused: no words.
    """
    said = answer.strip()
    if not said:
        raise ClarificationWithoutAnswer(_("Write what the radiologist said."), field="answer")
    row = Clarification.objects.select_related("report__site", "report__patient").get(
        pk=clarification.pk
    )
    if row.answered_at is not None:
        return row
    open_still = Clarification.objects.open().filter(pk=row.pk)
    if open_still.update(answer=said, answered_at=now, answered_by=by):
        record_event(
            "clarification_answered",
            site=row.report.site,
            subject=row,
            patient=row.report.patient,
            by=by,
            now=now,
        )
    row.refresh_from_db()
    return row
