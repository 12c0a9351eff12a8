"""What outside systems say, in our own terms: the one language of HL7 v2, FHIR and uploads.

A format is translated into these (surveillance/intake), a workflow takes one of them in. Each names
its moment, `said_at` (aware): of two that speak of the same thing the later one stands, in
whatever order they come. None or empty: the sender says nothing of the matter.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from surveillance.protocol.laboratory import LaboratoryTest
from surveillance.protocol.terms import (
    CalcificationPattern,
    Conclusion,
    Isolation,
    LesionKind,
    LiRads,
    Modality,
    Segment,
    Sex,
    Tri,
    VisualisationScore,
)


class ArrivalKind(StrEnum):
    """What one arrival speaks of; `key` of each kind in brackets."""

    PATIENT = "PATIENT"
    """A person's demographics or death (the MRN)."""
    MERGE = "MERGE"
    """Two records are one person (the MRN that is given up)."""
    REPORT = "REPORT"
    """An imaging report (the accession number)."""
    ORDER = "ORDER"
    """An imaging order (the order number)."""
    APPOINTMENT = "APPOINTMENT"
    """An appointment (the scheduler's number)."""
    CONDITION = "CONDITION"
    """A fact of liver risk (its name in `RiskFacts`)."""
    LABORATORY = "LABORATORY"
    """A laboratory result (its number in the laboratory)."""


class ReportState(StrEnum):
    """HL7 OBR-25 and FHIR DiagnosticReport.status, as far as they differ for us."""

    PRELIMINARY = "PRELIMINARY"
    FINAL = "FINAL"
    CORRECTED = "CORRECTED"
    CANCELLED = "CANCELLED"
    """Cancelled, deleted or wrong: what was said under this number no longer counts."""


class OrderState(StrEnum):
    PLACED = "PLACED"
    CANCELLED = "CANCELLED"


class AppointmentState(StrEnum):
    """FHIR Appointment.status, as far as it matters to us."""

    BOOKED = "BOOKED"
    CANCELLED = "CANCELLED"
    NO_SHOW = "NO_SHOW"
    FULFILLED = "FULFILLED"


class ResultState(StrEnum):
    """HL7 OBX-11 and FHIR Observation.status. A preliminary result is no arrival: it is not used
    until it is final."""

    FINAL = "FINAL"
    CORRECTED = "CORRECTED"
    CANCELLED = "CANCELLED"
    """Cancelled, deleted or entered in error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """The patient as the sender knows them; `mrn` is their number at the feed's site."""

    mrn: str
    family_name: str = ""
    given_name: str = ""
    birth_date: date | None = None
    sex: Sex | None = None
    phone: str = ""
    email: str = ""
    address: str = ""
    postal_code: str = ""
    city: str = ""
    region: str = ""
    country: str = ""
    language: str = ""
    deceased: bool | None = None
    deceased_on: date | None = None
    """Beside `deceased` False: the sender says both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodedFinding:
    """One lesion as the sender coded it (not read from text). Sizes in millimetres."""

    label: str = ""
    segments: tuple[Segment, ...] = ()
    lesion_seen: bool = True
    size_mm: Decimal | None = None
    calcified_mm: Decimal | None = None
    aphe: Tri | None = None
    washout: Tri | None = None
    capsule: Tri | None = None
    lirads: LiRads | None = None
    conclusion: Conclusion | None = None
    kind: LesionKind | None = None
    isolation: Isolation | None = None
    pattern: CalcificationPattern | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientArrival:
    """`is_present`: the person is being admitted or registered there."""

    person: Person
    is_present: bool = False
    said_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeArrival:
    """`duplicate_mrn` is given up; `person` is the surviving record."""

    person: Person
    duplicate_mrn: str
    said_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportArrival:
    """`procedure` and `body_site` are the sender's words; `modality` is None where nothing maps
    them to ours. `text` is the whole report."""

    person: Person
    accession: str
    state: ReportState
    performed_on: date
    modality: Modality | None
    procedure: str = ""
    body_site: str = ""
    text: str = ""
    reporter: str = ""
    order_number: str = ""
    adequate: bool | None = None
    vis: VisualisationScore | None = None
    whole_liver: bool | None = None
    is_external: bool = False
    evidence: str = ""
    findings: tuple[CodedFinding, ...] = field(default=())
    said_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderArrival:
    person: Person
    order_number: str
    state: OrderState
    ordered_on: date
    modality: Modality | None = None
    procedure: str = ""
    body_site: str = ""
    reason: str = ""
    said_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentArrival:
    person: Person
    appointment: str
    state: AppointmentState
    starts_on: date
    order_number: str = ""
    modality: Modality | None = None
    procedure: str = ""
    body_site: str = ""
    reason: str = ""
    said_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionArrival:
    """`fact` is a field of `RiskFacts` (surveillance/workflows/update_risk.py)."""

    person: Person
    fact: str
    value: Tri
    effective_on: date
    said_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LaboratoryArrival:
    """`value` in ng/mL (AFP) or mL/min/1.73 m² (eGFR); None where the state is CANCELLED, or where
    `problem` (a code of workflows/take_in_laboratory.py) says why it cannot be used. `result` is
    the number that stays the same when the result is corrected. The flags are the laboratory's."""

    person: Person
    result: str
    test: LaboratoryTest
    state: ResultState
    taken_on: date
    value: Decimal | None = None
    rising: bool = False
    elevated_for_age: bool = False
    problem: str = ""
    said_at: datetime


Arrival = (
    PatientArrival
    | MergeArrival
    | ReportArrival
    | OrderArrival
    | AppointmentArrival
    | ConditionArrival
    | LaboratoryArrival
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmapped:
    """A part of a message that could not be translated; it waits for a person or a new mapping.

    `where` is the place in the message (`OBR-4.1`, `Bundle.entry[3].resource.code`), `problem` a
    sentence for people: what, and how to mend it. `code` is stable.
    """

    kind: ArrivalKind
    code: str
    where: str
    problem: str
    mrn: str = ""
    key: str = ""
    said_at: datetime | None = None


def key_of(arrival: Arrival) -> str:
    """What the arrival speaks of, among those of its kind at one site."""
    match arrival:
        case PatientArrival():
            return arrival.person.mrn
        case MergeArrival():
            return arrival.duplicate_mrn
        case ReportArrival():
            return arrival.accession
        case OrderArrival():
            return arrival.order_number
        case AppointmentArrival():
            return arrival.appointment
        case ConditionArrival():
            return f"{arrival.person.mrn} {arrival.fact}"
        case LaboratoryArrival():
            return arrival.result


KINDS = {
    PatientArrival: ArrivalKind.PATIENT,
    MergeArrival: ArrivalKind.MERGE,
    ReportArrival: ArrivalKind.REPORT,
    OrderArrival: ArrivalKind.ORDER,
    AppointmentArrival: ArrivalKind.APPOINTMENT,
    ConditionArrival: ArrivalKind.CONDITION,
    LaboratoryArrival: ArrivalKind.LABORATORY,
}


def kind_of(arrival: Arrival) -> ArrivalKind:
    """Which kind the arrival is."""
    return KINDS[type(arrival)]
