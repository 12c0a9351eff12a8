"""A clinician answers an escalation with another plan than the rule's."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from patients.kept_words import kept
from surveillance.models import (
    Escalation,
    EscalationAnswer,
    EscalationAnswerKind,
    FollowUp,
    OverrideKind,
)
from surveillance.protocol.terms import Modality
from surveillance.record_locks import lock_records
from surveillance.workflows.acknowledge_escalation import acknowledge_escalation
from surveillance.workflows.append_answer import NewAnswer, append_answer, given_already
from surveillance.workflows.errors import WorkflowRefused
from surveillance.workflows.escalate import escalation_id
from surveillance.workflows.override_assessment import override_assessment

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class PlanDoesNotClose(WorkflowRefused):
    """Ending surveillance is another answer, with another signature."""

    code = "plan_does_not_close"


@transaction.atomic
def answer_plan_changed(
    *,
    escalation: Escalation,
    kind: OverrideKind,
    reason: str,
    latest_on: date | None = None,
    modality: Modality | None = None,
    expires_on: date | None = None,
    until: date,
    by: "User",
    now: datetime,
) -> EscalationAnswer:
    """Record the clinician's decision beside the rule, and put the escalation off until `until`.

    Where the new plan replaces the follow-up, its successor begins with the same escalation,
    acknowledged as promised: who has just answered is not asked again at once. The same answer
    again changes nothing. Refused: closing (see `answer_not_indicated`), and what
    `override_assessment` and `acknowledge_escalation` refuse.
    """
    if kind == OverrideKind.CLOSE:
        raise PlanDoesNotClose(_("To end surveillance, answer “Not indicated”."), field="kind")
    follow_up = escalation.follow_up
    lock_records([follow_up.patient_id])
    new = NewAnswer(
        kind=EscalationAnswerKind.PLAN_CHANGED, reason=reason.strip(), promised_on=until
    )
    plan = _plan(kind, latest_on, modality, expires_on)
    if known := given_already(escalation, new, by, **plan):
        return known
    acknowledged = acknowledge_escalation(
        escalation=escalation,
        next_action=f"Plan changed ({kept(kind.label).lower()}): {new.reason}",
        until=until,
        by=by,
        now=now,
    )
    decision = override_assessment(
        lesion=follow_up.lesion,
        kind=kind,
        reason=new.reason,
        latest_on=latest_on,
        modality=modality,
        expires_on=expires_on,
        by=by,
        now=now,
    )
    _carry(acknowledged, now)
    return append_answer(escalation=acknowledged, new=new, assessment=decision, by=by, now=now)


def _plan(
    kind: OverrideKind, latest_on: date | None, modality: Modality | None, expires_on: date | None
) -> dict[str, object]:
    """Where the decision of an answer says what is asked for."""
    asked = {"latest_on": latest_on, "preferred_modality": modality}
    given = {name: value for name, value in asked.items() if value is not None}
    said = {"override_kind": kind, "override_expires_on": expires_on} | given
    return {f"assessment__{name}": value for name, value in said.items()}


def _carry(acknowledged: Escalation, now: datetime) -> None:
    """Give the successor of a replaced follow-up the same escalation with the same promise."""
    follow_up = FollowUp.objects.select_related("superseded_by").get(pk=acknowledged.follow_up_id)
    successor = follow_up.superseded_by
    if successor is None:
        return
    carried = Escalation(
        id=escalation_id(successor.pk, acknowledged.tier),
        follow_up=successor,
        tier=acknowledged.tier,
        step=acknowledged.step,
        owner_id=acknowledged.owner_id,
        raised_at=now,
        acknowledged_at=acknowledged.acknowledged_at,
        acknowledged_by_id=acknowledged.acknowledged_by_id,
        acknowledged_until=acknowledged.acknowledged_until,
        next_action=acknowledged.next_action,
    )
    Escalation.objects.bulk_create([carried], ignore_conflicts=True)
