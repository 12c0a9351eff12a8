"""A clinician answers an escalation: this is not indicated."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from patients.kept_words import kept
from surveillance.models import (
    Escalation,
    EscalationAnswer,
    EscalationAnswerKind,
    NotIndicated,
    OverrideKind,
)
from surveillance.record_locks import lock_records
from surveillance.workflows.acknowledge_escalation import (
    acknowledge_escalation,
    refuse_answered_meanwhile,
)
from surveillance.workflows.append_answer import NewAnswer, append_answer, given_already
from surveillance.workflows.errors import WorkflowRefused
from surveillance.workflows.override_assessment import override_assessment

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class NotSigned(WorkflowRefused):
    """What ends surveillance of a lesion is signed."""

    code = "not_signed"


class NeedsReturn(WorkflowRefused):
    """What leaves the obligation open says when somebody looks again."""

    code = "needs_return"


@transaction.atomic
def answer_not_indicated(
    *,
    escalation: Escalation,
    why: NotIndicated,
    reason: str,
    is_signed: bool = False,
    until: date | None = None,
    by: "User",
    now: datetime,
) -> EscalationAnswer:
    """Record that somebody finds it not indicated, and why.

    A clinician's signed NOT_APPROPRIATE ends what is owed to the lesion (R04, clinical.md 8.9). Any
    other reason is an answer only: it stays owed, overdue counts, and the escalation comes back
    after `until` (at most seven days ahead); the fact that would end it has a form of its own. The
    same answer again changes nothing. Refused: ending it unsigned or by who may not sign, no day
    for what stays open, no reason, resolved or answered by somebody else meanwhile.
    """
    follow_up = escalation.follow_up
    lock_records([follow_up.patient_id])
    ends = why == NotIndicated.NOT_APPROPRIATE
    new = NewAnswer(
        kind=EscalationAnswerKind.NOT_INDICATED,
        reason=reason.strip(),
        not_indicated=why.value,
        promised_on=None if ends else until,
    )
    if known := given_already(escalation, new, by):
        return known
    if ends:
        return _end(escalation, new, is_signed, by, now)
    if until is None:
        raise NeedsReturn(_("It stays owed: say by when you look again."), field="until")
    acknowledged = acknowledge_escalation(
        escalation=escalation,
        next_action=f"Not indicated ({kept(why.label).lower()}): {new.reason}",
        until=until,
        by=by,
        now=now,
    )
    return append_answer(escalation=acknowledged, new=new, by=by, now=now)


def _end(
    escalation: Escalation, new: NewAnswer, is_signed: bool, by: "User", now: datetime
) -> EscalationAnswer:
    """Close the lesion by the clinician's signature; its escalations end with it."""
    if not is_signed:
        raise NotSigned(
            _("This ends what is owed to the lesion: tick that you sign it."), field="is_signed"
        )
    current = Escalation.objects.get(pk=escalation.pk)
    refuse_answered_meanwhile(escalation, current)
    decision = override_assessment(
        lesion=escalation.follow_up.lesion,
        kind=OverrideKind.CLOSE,
        reason=new.reason,
        by=by,
        now=now,
    )
    return append_answer(escalation=escalation, new=new, assessment=decision, by=by, now=now)
