"""An imaging order was placed or cancelled in another system."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from patients.models import Patient
from surveillance.arrangements import Served, call_off_of, heard_of, imaging_served, is_vouched_for
from surveillance.arrivals import ArrivalKind, OrderArrival, OrderState
from surveillance.models import FollowUp, IntakeItem
from surveillance.protocol.order_number import plain_order_number
from surveillance.record_locks import lock_records
from surveillance.said_before import is_told_otherwise, moment_of, newest_of_each, patient_known_as
from surveillance.workflows.book_follow_up import book_follow_up
from surveillance.workflows.cancel_order import cancel_order
from surveillance.workflows.doubt_about import doubt_about
from surveillance.workflows.hear_again import AGAIN
from surveillance.workflows.hear_arrangements_again import hear_arrangements_again
from surveillance.workflows.record_order import record_order
from surveillance.workflows.taken_in import (
    ANOTHER_STANDS,
    ARRANGED,
    TakenIn,
    applied,
    known_already,
    not_followed,
    nothing_new,
    told_otherwise,
    unserved,
)


@transaction.atomic
def take_in_order(*, item: IntakeItem, arrival: OrderArrival, now: datetime) -> TakenIn:
    """Note the order on the open imaging that it can serve, or take it off (8.2, 8.8).

    It serves imaging of liver or abdomen whose need it answers, by a modality that can be enough;
    where the sender's words do not tell, it waits. Of several orders the one said last stands.
    An order of which only the cancellation came is noted and cancelled: in whatever order the two
    come, the same is on file. Waits: what `doubt_about` says. Refused: what `record_order` refuses.
    """
    known = patient_known_as(item.site, arrival.person.mrn)
    if known is None:
        return not_followed()
    patient = lock_records([known.pk])[known.pk]
    if doubt := doubt_about(item=item, arrival=arrival, known=known, patient=patient):
        return doubt
    if is_told_otherwise(item, patient):
        return told_otherwise(patient)
    served = imaging_served(patient, arrival, arrival.ordered_on, now)
    if arrival.state == OrderState.CANCELLED:
        return _cancel(item, arrival, patient, served, now)
    if not served.surely:
        return unserved(patient, perhaps=bool(served.perhaps))
    return _place(item, arrival, patient, served.surely, now)


def _place(
    item: IntakeItem,
    arrival: OrderArrival,
    patient: Patient,
    served: list[FollowUp],
    now: datetime,
) -> TakenIn:
    number = plain_order_number(arrival.order_number)
    told = (number, arrival.ordered_on)
    new = [row for row in served if (row.order_number, row.ordered_on) != told]
    replaced = [row for row in new if _replaces(item, arrival, row)]
    for row in replaced:
        record_order(
            follow_up=row, order_number=number, ordered_on=arrival.ordered_on, by=None, now=now
        )
    if replaced:
        return applied(ARRANGED, _("Noted as ordered."), patient)
    if new:
        return nothing_new(ANOTHER_STANDS, _("A later order is on file."), patient)
    return known_already(patient)


def _replaces(item: IntakeItem, arrival: OrderArrival, row: FollowUp) -> bool:
    """Nothing is ordered yet, or what is was said earlier; an order typed in by a person gives way
    to one of the same day or later."""
    if row.ordered_on is None or row.order_number == plain_order_number(arrival.order_number):
        return True
    moments = [
        said.moment
        for said in heard_of(row.patient, ArrivalKind.ORDER)
        if plain_order_number(said.item.key) == row.order_number
    ]
    if moments:
        return moment_of(item) > max(moments)
    return arrival.ordered_on >= row.ordered_on


def _cancel(
    item: IntakeItem, arrival: OrderArrival, patient: Patient, served: Served, now: datetime
) -> TakenIn:
    number = plain_order_number(arrival.order_number)
    is_last, reason = call_off_of(item, arrival, patient)
    holding = _holding(patient, number)
    bare = [row for row in served.surely if _may_note(row, reason)] if is_last else []
    for row in bare:
        record_order(
            follow_up=row, order_number=number, ordered_on=arrival.ordered_on, by=None, now=now
        )
    for row in [*holding, *bare]:
        cancel_order(follow_up=row, reason=reason, by=None, now=now)
    _call_off_what_it_vouched_for(holding, number, reason, now)
    if holding or bare:
        hear_arrangements_again(patient=patient, kinds=[ArrivalKind.ORDER], all_that_stand=True)
        return applied("called_off", _("The order was taken off; it is chased again."), patient)
    if served.surely:
        return nothing_new("not_on_file", _("This order is not on file."), patient)
    return unserved(patient)


def _call_off_what_it_vouched_for(
    rows: list[FollowUp], number: str, reason: str, now: datetime
) -> None:
    """Appointments that are on file because they name this order, and whose own words do not tell
    whether they are for it: nothing says so any more, and they are looked at again."""
    for row in rows:
        row.refresh_from_db()
        told = newest_of_each(heard_of(row.patient, ArrivalKind.APPOINTMENT))
        alone = [said.item.pk for said in told if is_vouched_for(said.arrival, row, number, now)]
        if alone:
            book_follow_up(follow_up=row, booked_for=None, reason=reason, by=None, now=now)
            IntakeItem.objects.filter(pk__in=alone).update(**AGAIN)


def _holding(patient: Patient, number: str) -> list[FollowUp]:
    rows = FollowUp.objects.open().filter(patient=patient, order_number=number)
    return list(rows.exclude(order_number="").select_related("site", "patient"))


def _may_note(row: FollowUp, reason: str) -> bool:
    """Nothing is ordered, and that this was cancelled is not on file yet."""
    return row.ordered_on is None and row.arrangement_lost_reason != reason
