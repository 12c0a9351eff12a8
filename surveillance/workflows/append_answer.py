"""Writes down what somebody answered to an escalation."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from patients.audit import record_event
from surveillance.models import (
    Escalation,
    EscalationAnswer,
    EscalationAnswerKind,
    LesionAssessment,
    OutsideCare,
)
from surveillance.workflows.errors import WorkflowRefused

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class AnswerNeedsReason(WorkflowRefused):
    """An answer says why."""

    code = "answer_needs_reason"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAnswer:
    """What is answered, as `EscalationAnswer` keeps it."""

    kind: EscalationAnswerKind
    reason: str = ""
    not_indicated: str = ""
    order_number: str = ""
    ordered_on: date | None = None
    promised_on: date | None = None


def given_already(
    escalation: Escalation, new: NewAnswer, by: "User", **more: object
) -> EscalationAnswer | None:
    """The same answer of the same person, if it is on file: a form that was sent twice.

    `more` (lookups) is what the answer did and does not say itself. Where that differs, or has
    been undone since, it is another answer.
    """
    known = EscalationAnswer.objects.filter(escalation=escalation, answered_by=by, **asdict(new))
    return known.filter(**more).order_by("-answered_at").first()


@transaction.atomic
def append_answer(
    *,
    escalation: Escalation,
    new: NewAnswer,
    assessment: LesionAssessment | None = None,
    outside_care: OutsideCare | None = None,
    by: "User",
    now: datetime,
) -> EscalationAnswer:
    """Add the answer. Callers did what it says, in the same transaction.

    Refused: no reason, except for an order, whose number says it.
    """
    if new.kind != EscalationAnswerKind.ORDERED and not new.reason:
        raise AnswerNeedsReason(_("Say why: your name, the day and this are kept."), field="reason")
    answer = EscalationAnswer.objects.create(
        escalation=escalation,
        **asdict(new),
        assessment=assessment,
        outside_care=outside_care,
        answered_at=now,
        answered_by=by,
    )
    follow_up = escalation.follow_up
    promised = new.promised_on.isoformat() if new.promised_on else None
    record_event(
        "escalation_answered",
        site=follow_up.site,
        subject=answer,
        patient=follow_up.patient,
        by=by,
        now=now,
        detail={"escalation": str(escalation.pk), "kind": new.kind.value, "until": promised},
    )
    return answer
