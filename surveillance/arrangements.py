"""What an order or an appointment of another system can serve, and what holds its place already."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Max
from django.utils.translation import gettext as _

from patients.models import Patient
from surveillance.arrivals import (
    AppointmentArrival,
    AppointmentState,
    Arrival,
    ArrivalKind,
    OrderArrival,
)
from surveillance.cases import build_cases
from surveillance.models import FollowUp, IntakeItem, LesionObservation
from surveillance.obligations import window_of
from surveillance.protocol.arranging import Answer, is_enough, may_serve
from surveillance.protocol.facts import SurveillanceCase
from surveillance.protocol.incoming import OwedImaging
from surveillance.protocol.order_number import plain_order_number
from surveillance.protocol.terms import Modality, ObligationKind, RecommendationKind
from surveillance.said_before import (
    Said,
    heard_about,
    moment_of,
    numbers_of,
    records_of_person,
)

Arranging = OrderArrival | AppointmentArrival


class Served(NamedTuple):
    """Open imaging of the patient: what it can serve, and what the sender's words leave open."""

    surely: list[FollowUp]
    perhaps: list[FollowUp]


class CallOff(NamedTuple):
    """A cancellation: whether none was said later, and why the last one was."""

    is_last: bool
    reason: str


def imaging_served(patient: Patient, arrival: Arranging, day: date, now: datetime) -> Served:
    """The open imaging follow-ups that the order or appointment of `day` can serve (8.2), by what
    is known `now`.

    None that an exam on file of that day or later has been for, and none whose need arose later.
    An appointment that names an order on file serves what the order serves, unless it is by a
    modality that could not.
    """
    owed = FollowUp.objects.open().filter(patient=patient, kind=ObligationKind.IMAGING)
    rows = list(owed.select_related("lesion", "site", "patient").dangerous_first())
    seen = _last_exams(rows)
    in_time = [row for row in rows if _is_in_time(row, arrival, day, seen.get(row.lesion_id))]
    cases = build_cases([row.lesion for row in in_time], as_of=patient.site.local_date(now))
    answers = [(row, _answer(row, arrival, case)) for row, case in zip(in_time, cases, strict=True)]
    return Served(
        surely=[row for row, answer in answers if answer is Answer.YES],
        perhaps=[row for row, answer in answers if answer is Answer.UNCLEAR],
    )


def heard_of(patient: Patient, kind: ArrivalKind) -> list[Said]:
    """Every order or appointment told of this person under any of their numbers."""
    return heard_about(patient.site, kind, numbers_of(records_of_person(patient)))


def call_off_of(item: IntakeItem, arrival: Arranging, patient: Patient) -> CallOff:
    """Whether this cancellation was said last of all of this person's, and the reason of the one
    that was: whichever came first, the same reason is on file."""
    told = [(moment_of(item), arrival.reason)]
    for kind in (ArrivalKind.ORDER, ArrivalKind.APPOINTMENT):
        told += [
            (said.moment, said.arrival.reason)
            for said in heard_of(patient, kind)
            if isinstance(said.arrival, Arranging) and said.arrival.state == "CANCELLED"
        ]
    last, reason = max(told)
    words = reason.strip() or _("Cancelled in the system in which it was made.")
    return CallOff(last == moment_of(item), words)


def is_vouched_for(arrival: Arrival | None, row: FollowUp, number: str, now: datetime) -> bool:
    """Whether this is the appointment that is on file for `row`, only because it names that order:
    its own words do not say that it is for it."""
    if not isinstance(arrival, AppointmentArrival) or arrival.state != AppointmentState.BOOKED:
        return False
    if arrival.starts_on != row.booked_for or plain_order_number(arrival.order_number) != number:
        return False
    [case] = build_cases([row.lesion], as_of=row.site.local_date(now))
    return _by_words(row, arrival, case) is not Answer.YES


def _is_in_time(row: FollowUp, arrival: Arranging, day: date, last_exam: date | None) -> bool:
    """An order may be of the day of the exam that made it necessary, an appointment is later."""
    needed = min(row.owed_since, row.earliest_on)
    if last_exam is None:
        return day >= needed
    if isinstance(arrival, OrderArrival):
        return day >= min(last_exam, needed)
    return day > last_exam


def _answer(row: FollowUp, arrival: Arranging, case: SurveillanceCase) -> Answer:
    named = plain_order_number(arrival.order_number)
    if isinstance(arrival, AppointmentArrival) and named and named == row.order_number:
        made, (owed, advised) = arrival.modality, _need_of(row)
        serves = made is None or is_enough(made, owed, case=case, advised=advised)
        return Answer.YES if serves else Answer.NO
    return _by_words(row, arrival, case)


def _by_words(row: FollowUp, arrival: Arranging, case: SurveillanceCase) -> Answer:
    words, (owed, advised) = (arrival.procedure, arrival.body_site), _need_of(row)
    return may_serve(words, arrival.modality, owed, case=case, advised=advised)


def _need_of(row: FollowUp) -> tuple[OwedImaging, Modality | None]:
    """What is owed, and the exam that is advised for it."""
    owed = OwedImaging(RecommendationKind(row.recommendation), window_of(row))
    return owed, Modality(row.advised_modality) if row.advised_modality else None


def _last_exams(rows: Iterable[FollowUp]) -> dict[UUID, date]:
    lesions = [row.lesion_id for row in rows]
    seen = LesionObservation.objects.standing().filter(lesion__in=lesions)
    days = seen.values("lesion").annotate(on=Max("exam__performed_on"))
    return {row["lesion"]: row["on"] for row in days}
