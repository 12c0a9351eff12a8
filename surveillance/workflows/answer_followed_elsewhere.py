"""A clinician answers an escalation: somebody else follows this patient."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from surveillance.models import Escalation, EscalationAnswer, EscalationAnswerKind
from surveillance.protocol.terms import ObligationKind
from surveillance.record_locks import lock_records
from surveillance.workflows.acknowledge_escalation import acknowledge_escalation
from surveillance.workflows.append_answer import NewAnswer, append_answer, given_already
from surveillance.workflows.errors import WorkflowRefused
from surveillance.workflows.record_outside_care import record_outside_care

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class DecisionIsOurs(WorkflowRefused):
    """Nobody at another institution takes a decision that this site owes."""

    code = "decision_is_ours"


@transaction.atomic
def answer_followed_elsewhere(
    *,
    escalation: Escalation,
    institution: str,
    evidence: str,
    document_reference: str = "",
    expires_on: date,
    until: date,
    by: "User",
    now: datetime,
) -> EscalationAnswer:
    """Put the evidence on file, and the escalation off until `until` (at most seven days ahead).

    It ends nothing: it comes back until the report of the other institution is here. The same
    answer again changes nothing. Refused: a review, and what `record_outside_care` and
    `acknowledge_escalation` refuse.
    """
    follow_up = escalation.follow_up
    if follow_up.kind == ObligationKind.REVIEW:
        raise DecisionIsOurs(
            _("A review is a decision of this site. Decide, or complete the facts.")
        )
    lock_records([follow_up.patient_id])
    new = NewAnswer(
        kind=EscalationAnswerKind.FOLLOWED_ELSEWHERE,
        reason=f"{institution.strip()}: {evidence.strip()}",
        promised_on=until,
    )
    care = record_outside_care(
        follow_up=follow_up,
        institution=institution,
        evidence=evidence,
        document_reference=document_reference,
        expires_on=expires_on,
        by=by,
        now=now,
    )
    if known := given_already(escalation, new, by, outside_care=care):
        return known
    acknowledged = acknowledge_escalation(
        escalation=escalation,
        next_action=f"Followed at {care.institution}: the report is asked for.",
        until=until,
        by=by,
        now=now,
    )
    return append_answer(escalation=acknowledged, new=new, outside_care=care, by=by, now=now)
