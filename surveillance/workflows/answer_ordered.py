"""A clinician answers an escalation: the order is placed."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from surveillance.models import Escalation, EscalationAnswer, EscalationAnswerKind
from surveillance.protocol.order_number import plain_order_number
from surveillance.protocol.terms import ObligationKind
from surveillance.record_locks import lock_records
from surveillance.workflows.acknowledge_escalation import acknowledge_escalation
from surveillance.workflows.append_answer import NewAnswer, append_answer, given_already
from surveillance.workflows.record_order import record_order
from surveillance.workflows.refuse_impossible_order import OrderImpossible

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@transaction.atomic
def answer_ordered(
    *,
    escalation: Escalation,
    order_number: str,
    ordered_on: date,
    until: date,
    by: "User",
    now: datetime,
) -> EscalationAnswer:
    """Note the order, and put the escalation off until `until` (at most seven days ahead).

    An order is not an exam: without a booking by then the escalation comes back. The same answer
    again changes nothing. Refused: a referral, and what `record_order` and
    `acknowledge_escalation` refuse.
    """
    follow_up = escalation.follow_up
    if follow_up.kind == ObligationKind.REFERRAL:
        raise OrderImpossible(
            _("A referral is answered by what it brought, not by an order: record that."),
            field="order_number",
        )
    lock_records([follow_up.patient_id])
    new = NewAnswer(
        kind=EscalationAnswerKind.ORDERED,
        order_number=plain_order_number(order_number),
        ordered_on=ordered_on,
        promised_on=until,
    )
    order = {"order_number": new.order_number, "ordered_on": ordered_on}
    on_file = {f"escalation__follow_up__{name}": value for name, value in order.items()}
    if known := given_already(escalation, new, by, **on_file):
        return known
    acknowledged = acknowledge_escalation(
        escalation=escalation,
        next_action=f"Order {new.order_number or '(no number)'} placed; the appointment is to be "
        "made.",
        until=until,
        by=by,
        now=now,
    )
    record_order(
        follow_up=follow_up,
        order_number=order_number,
        ordered_on=ordered_on,
        by=by,
        now=now,
    )
    return append_answer(escalation=acknowledged, new=new, by=by, now=now)
