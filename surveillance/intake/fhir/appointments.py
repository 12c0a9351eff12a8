"""Appointment: booked, called off, missed or kept."""

from datetime import date
from typing import Final

from surveillance.arrivals import AppointmentArrival, AppointmentState, Person
from surveillance.intake.fhir.document import Resource
from surveillance.intake.fhir.elements import (
    all_words,
    codes,
    first,
    identifiers,
    objects,
    text,
    words,
)
from surveillance.intake.fhir.modalities import Exam, exam_of, is_none_of_ours
from surveillance.intake.fhir.orders import exam_asked, order_number_of
from surveillance.intake.fhir.people import subject_of
from surveillance.intake.fhir.problems import note
from surveillance.intake.fhir.references import all_of
from surveillance.intake.fhir.telling import NotMapped, Telling, Translated
from surveillance.intake.fhir.times import day_of

STATES: Final = {
    "booked": AppointmentState.BOOKED,
    "arrived": AppointmentState.BOOKED,
    "checked-in": AppointmentState.BOOKED,
    "fulfilled": AppointmentState.FULFILLED,
    "cancelled": AppointmentState.CANCELLED,
    "entered-in-error": AppointmentState.CANCELLED,
    "noshow": AppointmentState.NO_SHOW,
}


def translate_appointment(told: Telling) -> Translated:
    """An appointment that stands or fell through; one that is only asked for is not used."""
    appointment = told.resource
    state = STATES.get(text(appointment.get("status")))
    if state is None:
        return Translated((), (note(told.at("status"), "Not used: it is not booked yet."),))
    if is_none_of_ours(told.mapping, codes(appointment.get("serviceType"))):
        words_ = "Not used: the feed's mapping calls it no imaging."
        return Translated((), (note(told.at("serviceType"), words_),))
    exam = _exam(told)
    said_at = told.said_at("created")
    arrival = AppointmentArrival(
        person=_person(told),
        appointment=_number(told),
        state=state,
        starts_on=_day(told, state) or said_at.astimezone(told.mapping.zone).date(),
        order_number=_order_number(told),
        modality=exam.modality,
        procedure=words(appointment.get("serviceType")) or text(appointment.get("description")),
        body_site=exam.body_site,
        reason=words(appointment.get("cancelationReason")) or words(appointment.get("reasonCode")),
        said_at=said_at,
    )
    return Translated((arrival,))


def _number(told: Telling) -> str:
    """The scheduler's number; the resource's own id does as well, it stays the same."""
    systems = told.mapping.appointment_systems
    found = identifiers(told.resource, systems=systems) if systems else _any(told.resource)
    number = found[0] if found else text(told.resource.get("id"))
    if not number:
        said = "The appointment has no identifier and no id: it could not be called off later."
        raise NotMapped("no_appointment_number", told.at("identifier"), said)
    return number


def _any(appointment: Resource) -> list[str]:
    values = (text(one.get("value")) for one in objects(appointment.get("identifier")))
    return [one for one in values if one]


def _day(told: Telling, state: AppointmentState) -> date | None:
    start = text(told.resource.get("start"))
    period = first(told.resource.get("requestedPeriod"))
    written = start or text(period.get("start"))
    day = day_of(written, told.mapping.zone) if written else None
    if day is None and state != AppointmentState.CANCELLED:
        raise NotMapped("no_date", told.at("start"), "Does not say when it is: send “start”.")
    return day


def _person(told: Telling) -> Person:
    """The participant who is a patient."""
    for index, one in enumerate(objects(told.resource.get("participant"))):
        if _is_patient(told, one):
            alone = Telling(
                {**told.resource, "actor": one.get("actor")},
                f"{told.path}.participant[{index}]",
                told.mapping,
                told.around,
                told.heard_at,
            )
            return subject_of(alone, "actor")
    said = "No participant is a patient: one “actor” must refer to the Patient."
    raise NotMapped("patient_not_known", told.at("participant"), said)


def _is_patient(told: Telling, participant: Resource) -> bool:
    actor = first(participant.get("actor"))
    target = told.around.resolve(actor, told.resource).resource
    if target is not None:
        return target.get("resourceType") == "Patient"
    address = text(actor.get("reference"))
    return actor.get("type") == "Patient" or "Patient/" in address or "Patient?" in address


def _exam(told: Telling) -> Exam:
    appointment = told.resource
    ordered = [
        exam_asked(one, told.mapping)
        for one in all_of(told.around, appointment.get("basedOn"), appointment)
        if one.get("resourceType") == "ServiceRequest"
    ]
    said = [all_words(appointment.get("serviceType")), all_words(appointment.get("reasonCode"))]
    said.append(text(appointment.get("description")))
    own = exam_of(told.mapping, codes(appointment.get("serviceType")), (), " ".join(said))
    return next((one for one in ordered if one.modality), own)


def _order_number(told: Telling) -> str:
    listed = objects(told.resource.get("basedOn"))
    return next(filter(None, (order_number_of(told, one, told.resource) for one in listed)), "")
