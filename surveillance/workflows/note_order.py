"""An order is placed; the appointment is still to be made."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction

from surveillance.models import FollowUp
from surveillance.protocol.terms import ObligationKind
from surveillance.workflows.change_follow_up import change_follow_up
from surveillance.workflows.errors import WorkflowRefused

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class OrderImpossible(WorkflowRefused):
    """There is nothing to order, or the order has no number or an impossible day."""

    code = "order_impossible"


@transaction.atomic
def note_order(
    *, follow_up: FollowUp, order_number: str, ordered_on: date, by: "User | None", now: datetime
) -> FollowUp:
    """Note that imaging or a referral was ordered; a booking that stands is not touched.

    Twice changes nothing. Refused: a review, no number, a day in the future, closed meanwhile.
    """
    order_number, today = order_number.strip(), follow_up.site.local_date(now)
    if follow_up.kind == ObligationKind.REVIEW:
        raise OrderImpossible("A review is answered by a decision: there is nothing to order.")
    if not order_number:
        raise OrderImpossible("Enter the number of the order.", field="order_number")
    if ordered_on > today:
        raise OrderImpossible(
            f"The order is dated {ordered_on}, after today ({today}).", field="ordered_on"
        )
    change_follow_up(
        follow_up=follow_up,
        action="follow_up_ordered",
        fields={"ordered_on": ordered_on, "order_number": order_number},
        detail={"ordered_on": ordered_on.isoformat()},
        expected_version=None,
        by=by,
        now=now,
    )
    return follow_up
