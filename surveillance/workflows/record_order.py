"""The exam or the visit was ordered: the first link, and the first that breaks."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction

from surveillance.models import FollowUp
from surveillance.protocol.order_number import plain_order_number
from surveillance.record_locks import lock_records
from surveillance.workflows.change_follow_up import change_follow_up
from surveillance.workflows.refuse_impossible_order import refuse_impossible_order

if TYPE_CHECKING:
    from django.contrib.auth.models import User


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
    nothing. Refused: no number, one that is another patient's, a day in the future or before the
    need arose, a review, follow-ups of several patients, closed or changed meanwhile.
    """
    lock_records([follow_up.patient_id])
    everyone = [follow_up, *also]
    number = plain_order_number(order_number)
    refuse_impossible_order(
        follow_ups=everyone, order_number=number, ordered_on=ordered_on, now=now
    )
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
