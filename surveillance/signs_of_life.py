"""Somebody is on file as deceased, and a system says or shows that they live.

A machine never undoes a death. That the sender says otherwise is put to a person: one wrong
keystroke at a registration desk must not end the follow-up of somebody who lives
(docs/adr/0064-alive-after-a-death.md).
"""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import takewhile
from typing import Final

from django.utils.translation import gettext_noop

from patients.models import Patient, PatientStatus, Site
from surveillance.arrivals import (
    AppointmentArrival,
    AppointmentState,
    Arrival,
    ArrivalKind,
    LaboratoryArrival,
    OrderArrival,
    OrderState,
    PatientArrival,
    ReportArrival,
    ReportState,
    ResultState,
)
from surveillance.said_before import heard_about, numbers_of, records_of_person

TOLD_BY_REGISTER: Final = gettext_noop("Told by the hospital's patient register.")
"""The reason of a status that a message set."""
SIGNED: Final = (ReportState.FINAL, ReportState.CORRECTED)


@dataclass(frozen=True, slots=True)
class Death:
    """A death on file: its day, and when it was said last (recorded, if a person did so)."""

    on: date
    said_at: datetime


def death_of(patient: Patient, said_at: datetime | None = None) -> Death | None:
    """The death on file; None if there is none. `said_at`: a message says it (again) just now."""
    if patient.status != PatientStatus.DECEASED:
        return None
    told = [] if patient.status_reason != TOLD_BY_REGISTER else _told(patient)
    told += [said_at] if said_at else []
    said = max(told) if told else _recorded_at(patient)
    return Death(patient.status_on or patient.site.local_date(said), said)


def _told(patient: Patient) -> list[datetime]:
    numbers = numbers_of(records_of_person(patient))
    return [
        said.arrival.said_at
        for said in heard_about(patient.site, ArrivalKind.PATIENT, numbers)
        if isinstance(said.arrival, PatientArrival) and said.arrival.person.deceased
    ]


def _recorded_at(patient: Patient) -> datetime:
    """Since when it is on record that they died."""
    rows = patient.history.order_by("-history_id").values_list("status", "history_date")
    since = list(takewhile(lambda row: row[0] == PatientStatus.DECEASED, rows))
    recorded: datetime = since[-1][1] if since else patient.created_at
    return recorded


def alive_on(arrival: Arrival, death: Death, site: Site) -> date | None:
    """The day on which this shows or says alive whom the record calls deceased; None: it does not.

    Who comes to the hospital, keeps an appointment, gives blood or is examined after the day of
    death is alive, whenever that is told. Whoever orders, books or leaves a box unticked may not
    have heard of the death yet: that counts only if it was said later than the death.
    """
    is_later = arrival.said_at > death.said_at
    match arrival:
        case PatientArrival():
            return _said_alive(arrival, death, is_later, site)
        case OrderArrival(state=OrderState.PLACED) if is_later:
            day = arrival.ordered_on
        case AppointmentArrival(state=AppointmentState.BOOKED) if is_later:
            day = arrival.starts_on
        case AppointmentArrival(state=AppointmentState.FULFILLED):
            day = arrival.starts_on
        case LaboratoryArrival(state=state) if state is not ResultState.CANCELLED:
            day = arrival.taken_on
        case ReportArrival(state=state) if state in SIGNED:
            day = arrival.performed_on
        case _:
            return None
    return day if day > death.on else None


def _said_alive(arrival: PatientArrival, death: Death, is_later: bool, site: Site) -> date | None:
    if arrival.person.deceased:
        return None
    day = site.local_date(arrival.said_at)
    came = arrival.is_present and (is_later or day > death.on)
    return day if came or (is_later and arrival.person.deceased is False) else None
