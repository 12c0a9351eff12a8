"""An appointment was made, moved, cancelled, missed or kept in another system."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from patients.models import Patient
from surveillance.arrangements import call_off_of, heard_of, imaging_served
from surveillance.arrivals import AppointmentArrival, AppointmentState, ArrivalKind
from surveillance.models import FollowUp, IntakeItem
from surveillance.protocol.terms import ObligationKind
from surveillance.record_locks import lock_records
from surveillance.said_before import (
    Said,
    is_told_otherwise,
    moment_of,
    newest_of_each,
    patient_known_as,
)
from surveillance.workflows.book_follow_up import book_follow_up
from surveillance.workflows.doubt_about import doubt_about
from surveillance.workflows.hear_arrangements_again import hear_arrangements_again
from surveillance.workflows.record_missed_appointment import record_missed_appointment
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
    waiting,
)

MISSED = "missed"
NOT_YET = gettext_noop(
    "The sender says that nobody came, and the day of the appointment is still ahead. If it was "
    "called off, lift the booking on the follow-up and set this aside; otherwise take this in "
    "again after that day."
)
STANDING = (AppointmentState.BOOKED, AppointmentState.FULFILLED)


@transaction.atomic
def take_in_appointment(*, item: IntakeItem, arrival: AppointmentArrival, now: datetime) -> TakenIn:
    """Note, move or lift the appointment of the open imaging that it can serve (8.2, 8.8).

    Cancelled: the chase begins anew. Missed: counted once per appointment and day, whatever is
    said of it later. Kept: nothing, the report will tell. An appointment of a day before an exam
    on file serves nothing. Waits: what `doubt_about` says. Refused: what `book_follow_up` and
    `record_missed_appointment` refuse.
    """
    known = patient_known_as(item.site, arrival.person.mrn)
    if known is None:
        return not_followed()
    patient = lock_records([known.pk])[known.pk]
    if doubt := doubt_about(item=item, arrival=arrival, known=known, patient=patient):
        return doubt
    heard = heard_of(patient, ArrivalKind.APPOINTMENT)
    if arrival.state == AppointmentState.NO_SHOW:
        return _miss(item, arrival, patient, heard, now)
    if is_told_otherwise(item, patient):
        return told_otherwise(patient)
    if arrival.state == AppointmentState.CANCELLED:
        return _cancel(item, arrival, patient, heard, now)
    return _book(item, arrival, patient, heard, now)


def _book(
    item: IntakeItem,
    arrival: AppointmentArrival,
    patient: Patient,
    heard: list[Said],
    now: datetime,
) -> TakenIn:
    if arrival.starts_on < patient.site.local_date(now):
        words = _("The day of the appointment has passed; the report, or a no-show, will tell.")
        return nothing_new("day_has_passed", words, patient)
    served = imaging_served(patient, arrival, arrival.starts_on, now)
    if not served.surely:
        return unserved(patient, perhaps=bool(served.perhaps))
    new = [row for row in served.surely if row.booked_for != arrival.starts_on]
    held = {day for said in _standing(item, heard) if (day := _day_if_later(said, item))}
    free = [row for row in new if row.booked_for not in held]
    if free:
        first, *others = free
        book_follow_up(follow_up=first, also=others, booked_for=arrival.starts_on, by=None, now=now)
        return applied(ARRANGED, _("Noted as booked."), patient)
    if new:
        return nothing_new(ANOTHER_STANDS, _("A later appointment is on file."), patient)
    return known_already(patient)


def _standing(item: IntakeItem, heard: list[Said]) -> list[Said]:
    """Other appointments of this person that still stand, as far as their sender said last."""
    newest = newest_of_each(said for said in heard if said.item.key != item.key)
    return [
        said
        for said in newest
        if isinstance(said.arrival, AppointmentArrival) and said.arrival.state in STANDING
    ]


def _day_if_later(said: Said, item: IntakeItem) -> date | None:
    if said.moment > moment_of(item) and isinstance(said.arrival, AppointmentArrival):
        return said.arrival.starts_on
    return None


def _cancel(
    item: IntakeItem,
    arrival: AppointmentArrival,
    patient: Patient,
    heard: list[Said],
    now: datetime,
) -> TakenIn:
    is_last, reason = call_off_of(item, arrival, patient)
    days = _days_of(item, arrival, heard) - {
        said.arrival.starts_on
        for said in _standing(item, heard)
        if isinstance(said.arrival, AppointmentArrival)
    }
    holding = _booked_on(patient, days)
    served = imaging_served(patient, arrival, arrival.starts_on, now)
    is_ahead = arrival.starts_on >= patient.site.local_date(now)
    bare = [
        row
        for row in served.surely
        if row.booked_for is None and row.arrangement_lost_reason != reason
    ]
    bare = bare if is_last and is_ahead else []
    for row in bare:
        book_follow_up(follow_up=row, booked_for=arrival.starts_on, by=None, now=now)
    for row in [*holding, *bare]:
        book_follow_up(follow_up=row, booked_for=None, reason=reason, by=None, now=now)
    if holding or bare:
        _hear_others(patient)
        return applied("called_off", _("The appointment is off; it is chased again."), patient)
    if served.surely:
        return nothing_new("not_on_file", _("This appointment is not on file."), patient)
    return unserved(patient)


def _miss(
    item: IntakeItem,
    arrival: AppointmentArrival,
    patient: Patient,
    heard: list[Said],
    now: datetime,
) -> TakenIn:
    counted = any(
        said.item.code == MISSED and _is_same_visit(said, item, arrival) for said in heard
    )
    if counted:
        return known_already(patient)
    if arrival.starts_on > patient.site.local_date(now):
        return waiting("no_show_of_a_day_to_come", _(NOT_YET), patient)
    days = {arrival.starts_on} | _days_said_before(item, heard)
    rows = _booked_on(patient, days)
    if not rows:
        served = imaging_served(patient, arrival, arrival.starts_on, now)
        if not served.surely:
            return unserved(patient, perhaps=bool(served.perhaps))
        rows = served.surely
    for row in rows:
        record_missed_appointment(follow_up=row, missed_on=arrival.starts_on, by=None, now=now)
    _hear_others(patient)
    return applied(MISSED, _("Noted as missed; the owner is asked to call."), patient)


def _is_same_visit(said: Said, item: IntakeItem, arrival: AppointmentArrival) -> bool:
    return (
        said.item.key == item.key
        and isinstance(said.arrival, AppointmentArrival)
        and said.arrival.starts_on == arrival.starts_on
    )


def _days_of(item: IntakeItem, arrival: AppointmentArrival, heard: list[Said]) -> set[date]:
    """Every day for which this appointment was ever made."""
    return {arrival.starts_on} | {
        said.arrival.starts_on
        for said in heard
        if said.item.key == item.key and isinstance(said.arrival, AppointmentArrival)
    }


def _days_said_before(item: IntakeItem, heard: list[Said]) -> set[date]:
    return {
        said.arrival.starts_on
        for said in heard
        if said.item.key == item.key
        and said.moment < moment_of(item)
        and isinstance(said.arrival, AppointmentArrival)
    }


def _booked_on(patient: Patient, days: set[date]) -> list[FollowUp]:
    owed = FollowUp.objects.open().filter(patient=patient, kind=ObligationKind.IMAGING)
    return list(owed.filter(booked_for__in=days).select_related("site", "patient"))


def _hear_others(patient: Patient) -> None:
    """Another appointment may serve now."""
    hear_arrangements_again(patient=patient, kinds=[ArrivalKind.APPOINTMENT], all_that_stand=True)
