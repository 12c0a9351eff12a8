"""An appointment is made, moved or cancelled, or an order is placed."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from surveillance.models import FollowUp
from surveillance.protocol.order_number import plain_order_number
from surveillance.record_locks import lock_records
from surveillance.workflows.call_off_visit import call_off_visit
from surveillance.workflows.change_follow_up import change_follow_up
from surveillance.workflows.errors import WorkflowRefused
from surveillance.workflows.refuse_impossible_order import refuse_impossible_order

if TYPE_CHECKING:
    from django.contrib.auth.models import User


LONGEST_AHEAD = timedelta(days=730)
"""An appointment further away than two years is a slip of the pen, and would silence nobody."""


class BookingImpossible(WorkflowRefused):
    """The appointment cannot be right."""

    code = "booking_impossible"


@transaction.atomic
def book_follow_up(
    *,
    follow_up: FollowUp,
    booked_for: date | None,
    order_number: str = "",
    ordered_on: date | None = None,
    also: Iterable[FollowUp] = (),
    reason: str = "",
    expected_version: int | None = None,
    by: "User | None",
    now: datetime,
) -> FollowUp:
    """Note the appointment (and order) of `follow_up`, and of `also` which it serves as well.

    An appointment has no clinical effect: one past the last day is noted and counts as unbooked
    (clinical.md 8.2). `booked_for=None` cancels, says why, and begins the chase anew. An order
    already noted stays unless another is given. Who was told of an appointment is told when it is
    lifted or moved. Twice changes nothing. Refused: a day in the past
    or more than two years ahead, an order that `record_order` refuses, follow-ups of several
    patients, a cancellation without reason, closed or changed meanwhile.
    """
    lock_records([follow_up.patient_id])
    everyone = [follow_up, *also]
    today = follow_up.site.local_date(now)
    _refuse(everyone, booked_for, today, reason)
    before = {one.booked_for for one in FollowUp.objects.filter(pk__in=[o.pk for o in everyone])}
    order = _order(everyone, plain_order_number(order_number), ordered_on, now)
    for one in everyone:
        fields: dict[str, object] = {"booked_for": booked_for, **order}
        if booked_for is None and one.booked_for is not None:
            fields |= {"arrangement_lost_on": today, "arrangement_lost_reason": reason.strip()}
        action, detail = _deed(one, booked_for, order)
        change_follow_up(
            follow_up=one,
            action=action,
            fields=fields,
            detail=detail,
            expected_version=expected_version if one is follow_up else None,
            by=by,
            now=now,
        )
    for day in sorted(day for day in before if day is not None and day != booked_for):
        call_off_visit(follow_up=follow_up, day=day, now=now)
    return follow_up


def _deed(
    follow_up: FollowUp, booked_for: date | None, order: dict[str, Any]
) -> tuple[str, dict[str, str | None]]:
    """What the history says was done; an order alone cancels no appointment."""
    if booked_for is not None:
        return "follow_up_booked", {"booked_for": booked_for.isoformat()}
    if follow_up.booked_for is None and order:
        noted = {"ordered_on": order["ordered_on"].isoformat()}
        return "follow_up_ordered", noted | {"order_number": order["order_number"]}
    return "follow_up_booking_cancelled", {"booked_for": None}


def _order(
    follow_ups: list[FollowUp], number: str, ordered_on: date | None, now: datetime
) -> dict[str, Any]:
    """The order to be noted; empty when none was given. Only what is not on file is checked."""
    if ordered_on is None and not number:
        return {}
    day = ordered_on or follow_ups[0].site.local_date(now)
    new = [one for one in follow_ups if (one.order_number, one.ordered_on) != (number, day)]
    if new:
        refuse_impossible_order(follow_ups=new, order_number=number, ordered_on=day, now=now)
    return {"ordered_on": day, "order_number": number}


def _refuse(follow_ups: list[FollowUp], booked_for: date | None, today: date, reason: str) -> None:
    if len({one.patient_id for one in follow_ups}) > 1:
        raise BookingImpossible(_("One appointment serves one patient."), field="also")
    if booked_for is not None and booked_for < today:
        raise BookingImpossible(
            _("{day} is in the past. If the exam was done, record its report.").format(
                day=booked_for
            ),
            field="booked_for",
        )
    if booked_for is not None and booked_for > today + LONGEST_AHEAD:
        raise BookingImpossible(
            _("{day} is more than two years ahead. Look at the year.").format(day=booked_for),
            field="booked_for",
        )
    cancels = booked_for is None and any(one.booked_for is not None for one in follow_ups)
    if cancels and not reason.strip():
        raise BookingImpossible(_("Say why the appointment is cancelled."), field="reason")
