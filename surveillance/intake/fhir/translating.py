"""One resource of any type into our terms."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from surveillance.arrivals import ArrivalKind, Unmapped
from surveillance.intake.fhir.appointments import translate_appointment
from surveillance.intake.fhir.conditions import translate_condition
from surveillance.intake.fhir.elements import identifiers, text
from surveillance.intake.fhir.laboratory import result_number_in, translate_result
from surveillance.intake.fhir.orders import order_number_in, translate_order
from surveillance.intake.fhir.people import translate_patient
from surveillance.intake.fhir.problems import IssueType, Problem, Severity
from surveillance.intake.fhir.reports import translate_report
from surveillance.intake.fhir.studies import accession_in, translate_study
from surveillance.intake.fhir.telling import NotMapped, Telling, Translated

TRANSLATORS: Final[dict[str, tuple[ArrivalKind, Callable[[Telling], Translated]]]] = {
    "Patient": (ArrivalKind.PATIENT, translate_patient),
    "Condition": (ArrivalKind.CONDITION, translate_condition),
    "ImagingStudy": (ArrivalKind.REPORT, translate_study),
    "DiagnosticReport": (ArrivalKind.REPORT, translate_report),
    "Observation": (ArrivalKind.LABORATORY, translate_result),
    "ServiceRequest": (ArrivalKind.ORDER, translate_order),
    "Appointment": (ArrivalKind.APPOINTMENT, translate_appointment),
}
USED: Final = frozenset(TRANSLATORS)


def translate(told: Telling) -> Translated:
    """What a valid resource of one of the types in `USED` says. What cannot be mapped comes as
    `Unmapped`, with a warning for the sender: it waits for a person."""
    kind, translator = TRANSLATORS[told.resource["resourceType"]]
    try:
        return translator(told)
    except NotMapped as missing:
        waiting = Unmapped(
            kind=kind,
            code=missing.code,
            where=missing.where,
            problem=missing.words,
            mrn=_mrn(told),
            key=_key(told, kind),
            said_at=_said_at(told),
        )
        problem = Problem(missing.where, IssueType.INCOMPLETE, missing.words, Severity.WARNING)
        return Translated((waiting,), (problem,))


def _said_at(told: Telling) -> datetime:
    return told.said_at("issued", "authoredOn", "created", "recordedDate")


def _mrn(told: Telling) -> str:
    """The number of the person, as far as the resource or its subject names one."""
    subject = told.around.resolve(told.resource.get("subject"), told.resource)
    patient = subject.resource or told.resource
    return next(iter(identifiers(patient, "MR")), subject.value)


def _key(told: Telling, kind: ArrivalKind) -> str:
    """What it speaks of, as far as that is known."""
    if kind == ArrivalKind.REPORT:
        return accession_in(told.resource, told.mapping)
    if kind == ArrivalKind.ORDER:
        return order_number_in(told.resource, told.mapping)
    if kind == ArrivalKind.LABORATORY:
        return result_number_in(told.resource)
    return _mrn(told) if kind == ArrivalKind.PATIENT else text(told.resource.get("id"))
