"""SIU^S12 to S26: appointments made, moved, cancelled, and not kept."""

from collections.abc import Iterable
from datetime import date
from typing import Final

from surveillance.arrivals import AppointmentArrival, AppointmentState, ArrivalKind, Unmapped
from surveillance.intake.hl7v2.grouping import Scope, whole
from surveillance.intake.hl7v2.people import person_of
from surveillance.intake.hl7v2.problems import Untranslatable, shown
from surveillance.intake.hl7v2.procedures import is_ours, procedure_of
from surveillance.intake.hl7v2.said import Sender, day_of, number_at, said_at, unmapped, words_at
from surveillance.intake.hl7v2.splitting import Segment

EVENTS: Final = {
    "S15": AppointmentState.CANCELLED, "S16": AppointmentState.CANCELLED,
    "S17": AppointmentState.CANCELLED, "S26": AppointmentState.NO_SHOW,
    **dict.fromkeys(("S12", "S13", "S14", "S18", "S19", "S20", "S21", "S22"), None),
}  # fmt: skip
"""What an event says whatever SCH-25 says; None: booked, unless SCH-25 says otherwise. S18 to S22
change a service or room of an appointment that stands."""
WITHOUT_PATIENT: Final = frozenset({"S23", "S24", "S25"})
"""Blocked and opened slots, and a question: about nobody."""


def appointments_in(
    segments: Iterable[Segment], event: str, sender: Sender
) -> list[AppointmentArrival | Unmapped]:
    """The appointment of the message."""
    scope = whole(segments)
    if not is_ours(scope, sender.mapping):
        return []
    try:
        return [_appointment(scope, event, sender)]
    except Untranslatable as refused:
        places = sender.mapping.appointment
        return [unmapped(ArrivalKind.APPOINTMENT, refused.problem, scope, places, sender)]


def _appointment(scope: Scope, event: str, sender: Sender) -> AppointmentArrival:
    mapping = sender.mapping
    state = _state(scope, event, sender)
    procedure = procedure_of(scope, mapping)
    return AppointmentArrival(
        person=person_of(scope.first.get("PID"), mapping),
        appointment=number_at(scope, mapping.appointment, "no_appointment_number"),
        state=state,
        starts_on=_starts_on(scope, state, sender),
        order_number=words_at(scope, mapping.appointment_order)[:64],
        modality=procedure.modality,
        procedure=procedure.words,
        body_site=procedure.body_site,
        reason=words_at(scope, mapping.appointment_reason),
        said_at=said_at(scope, sender),
    )


def _state(scope: Scope, event: str, sender: Sender) -> AppointmentState:
    if decided := EVENTS.get(event):
        return decided
    sent = [word for part in (1, 2) if (word := scope.value((f"SCH-25.{part}",)))]
    if not sent:
        return AppointmentState.BOOKED
    for word in sent:
        if state := sender.mapping.appointment_states.get(word.casefold()):
            return state
    raise Untranslatable(
        "unknown_appointment_status", "SCH-25", f"holds {shown(sent[0])}: nobody can say whether "
        "the appointment stands. Give its meaning in the mapping (appointment_states)."
    )  # fmt: skip


def _starts_on(scope: Scope, state: AppointmentState, sender: Sender) -> date:
    """The day of the appointment. One that is cancelled is known by its number: the day may be
    missing, and is then that of the statement."""
    try:
        return day_of(scope, sender.mapping.starts_on, "no_appointment_date")
    except Untranslatable:
        if state != AppointmentState.CANCELLED:
            raise
        return said_at(scope, sender).date()
