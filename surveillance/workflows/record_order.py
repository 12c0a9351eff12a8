"""The exam or the visit was ordered: the first link, and the first that breaks."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max

from surveillance.models import FollowUp, LesionObservation
from surveillance.protocol.terms import ObligationKind
from surveillance.record_locks import lock_records
from surveillance.workflows.change_follow_up import change_follow_up
from surveillance.workflows.errors import WorkflowRefused

if TYPE_CHECKING:
    from django.contrib.auth.models import User


LONGEST_NUMBER = 64


class OrderImpossible(WorkflowRefused):
    """The order cannot be right. `details`: field."""

    code = "order_impossible"


@transaction.atomic
def record_order(
    *,
    follow_up: FollowUp,
    order_number: str,
    ordered_on: date,
    also: Iterable[FollowUp] = (),
    expected_version: int | None = None,
    by: "User | None",
    now: datetime,
) -> FollowUp:
    """Note the order of `follow_up`, and of `also` which it serves as well.

    It silences the chase of the order and nothing else: what is not booked is chased on, and the
    ladder runs (clinical.md 8.2). Another number or day corrects the order on file. Twice changes
    nothing. Refused: no number, a day in the future or before the need arose, a review, follow-ups
    of several patients, closed or changed meanwhile.
    """
    lock_records([follow_up.patient_id])
    everyone = [follow_up, *also]
    number = order_number.strip()
    _refuse(everyone, number)
    for one in everyone:
        _refuse_day(one, ordered_on, now)
    for one in everyone:
        change_follow_up(
            follow_up=one,
            action="follow_up_ordered",
            fields={"ordered_on": ordered_on, "order_number": number},
            detail={"ordered_on": ordered_on.isoformat(), "order_number": number},
            expected_version=expected_version if one is follow_up else None,
            by=by,
            now=now,
        )
    return follow_up


def _refuse(follow_ups: list[FollowUp], number: str) -> None:
    if not number:
        raise OrderImpossible(
            "Give the number of the order: without it nobody can find the order again.",
            field="order_number",
        )
    if len(number) > LONGEST_NUMBER:
        raise OrderImpossible(
            f"An order number has at most {LONGEST_NUMBER} characters.", field="order_number"
        )
    if len({one.patient_id for one in follow_ups}) > 1:
        raise OrderImpossible("One order serves one patient.", field="also")
    if any(one.kind == ObligationKind.REVIEW for one in follow_ups):
        raise OrderImpossible(
            "A review is a decision: nothing is ordered for it. Decide, or complete the facts.",
            field="order_number",
        )


def _refuse_day(follow_up: FollowUp, ordered_on: date, now: datetime) -> None:
    today = follow_up.site.local_date(now)
    if ordered_on > today:
        raise OrderImpossible(
            f"The order is dated {ordered_on}, after today ({today}).", field="ordered_on"
        )
    needed = needed_since(follow_up)
    if ordered_on < needed:
        raise OrderImpossible(
            f"The order is dated {ordered_on}, before this was needed ({needed}): it was for an "
            f"earlier exam. Give the order placed since then.",
            field="ordered_on",
            needed_since=needed,
        )


def needed_since(follow_up: FollowUp) -> date:
    """The first day on which this can have been ordered: that of the lesion's last exam or of the
    opening, whichever came first, and the day from which a new need is counted if before both."""
    seen = LesionObservation.objects.standing().filter(lesion=follow_up.lesion_id)
    last: date | None = seen.aggregate(on=Max("exam__performed_on"))["on"]
    days = (last, follow_up.owed_since, follow_up.earliest_on)
    return min(day for day in days if day is not None)
