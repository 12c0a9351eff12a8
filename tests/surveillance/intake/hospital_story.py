"""What a hospital's systems say of one patient over a week, and what a clinician sees of it.

The feed was down: all of it comes within an hour of `NOW`, in whatever order.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

from patients.models import AfpResult, Patient, RiskProfile, Site
from patients.workflows.record_risk_profile import RISK_FIELDS
from surveillance.arrivals import (
    AppointmentArrival,
    AppointmentState,
    Arrival,
    ConditionArrival,
    LaboratoryArrival,
    MergeArrival,
    OrderArrival,
    OrderState,
    PatientArrival,
    Person,
    ResultState,
)
from surveillance.intake.applying import take_in_waiting_items
from surveillance.models import FollowUp, IntakeFeed, IntakeItem, ItemStatus, MessageFormat
from surveillance.protocol.laboratory import LaboratoryTest
from surveillance.protocol.terms import LiRads, Modality, Tri
from surveillance.workflows.keep_message import Envelope, keep_message
from surveillance.workflows.record_exam import record_exam
from tests.factories import NOW, TODAY, PatientFactory, SiteFactory
from tests.surveillance.factories import LesionFactory, finding, report

MINE, GIVEN_UP, UNKNOWN = "H-100", "H-077", "H-999"
DAY = timedelta(days=1)
LIVER = {"procedure": "MRI liver with contrast", "modality": Modality.MRI_EXTRACELLULAR}


def at(hours: int) -> datetime:
    """So many hours into the week before `NOW`."""
    return NOW - timedelta(days=7) + timedelta(hours=hours)


def a_person(mrn: str = MINE, **said: Any) -> Person:
    return Person(mrn=mrn, **said)


def told(hours: int, mrn: str = MINE, **said: Any) -> PatientArrival:
    return PatientArrival(person=a_person(mrn, **said), said_at=at(hours))


def ordered(hours: int, number: str = "O-1", mrn: str = MINE, **said: Any) -> OrderArrival:
    values: dict[str, Any] = {"state": OrderState.PLACED, "ordered_on": TODAY - 3 * DAY} | LIVER
    return OrderArrival(
        person=a_person(mrn), order_number=number, said_at=at(hours), **values | said
    )


def booked(
    hours: int, day: date, number: str = "A-1", mrn: str = MINE, **said: Any
) -> AppointmentArrival:
    values: dict[str, Any] = {"state": AppointmentState.BOOKED} | LIVER
    return AppointmentArrival(
        person=a_person(mrn), appointment=number, starts_on=day, said_at=at(hours), **values | said
    )


def diagnosed(
    hours: int, fact: str, value: Tri = Tri.YES, on: date = TODAY - 5 * DAY, mrn: str = MINE
) -> ConditionArrival:
    return ConditionArrival(
        person=a_person(mrn), fact=fact, value=value, effective_on=on, said_at=at(hours)
    )


def measured(
    hours: int,
    value: str | None,
    number: str = "L-1",
    on: date = TODAY - 5 * DAY,
    mrn: str = MINE,
    **said: Any,
) -> LaboratoryArrival:
    """An AFP in ng/mL unless another test is named; None: withdrawn."""
    state = ResultState.CANCELLED if value is None else ResultState.FINAL
    values: dict[str, Any] = {"test": LaboratoryTest.AFP, "state": state} | said
    return LaboratoryArrival(
        person=a_person(mrn),
        result=number,
        taken_on=on,
        value=None if value is None else Decimal(value),
        said_at=at(hours),
        **values,
    )


def joined(hours: int, survivor: str = MINE, duplicate: str = GIVEN_UP) -> MergeArrival:
    return MergeArrival(person=a_person(survivor), duplicate_mrn=duplicate, said_at=at(hours))


@dataclass
class Hospital:
    """A site with a feed, and a cirrhotic patient who is owed imaging of one lesion."""

    feed: IntakeFeed
    patients: dict[str, Patient] = field(default_factory=dict)
    count: int = 0

    @property
    def site(self) -> Site:
        return self.feed.site

    def admit(self, mrn: str, **fields: Any) -> Patient:
        patient = PatientFactory(site=self.site, mrn=mrn, cirrhotic=True, **fields)
        lesion = LesionFactory(patient=patient, label=f"L-{mrn}")
        seen = report(
            finding(lesion, lirads=LiRads.LR_3), on=TODAY - 60 * DAY, accession=f"ACC-{mrn}"
        )
        record_exam(patient=patient, report=seen, by=None, now=NOW - 59 * DAY)
        self.patients[mrn] = patient
        return patient

    def say(self, arrival: Arrival, now: datetime = NOW) -> IntakeItem:
        """The message is kept; its bytes are the same in whatever order it comes."""
        self.count += 1
        raw = repr(arrival).encode()
        envelope = Envelope(
            message_type="test",
            control_id=sha256(raw).hexdigest()[:20],
            sent_at=arrival.said_at,
            raw=raw,
        )
        kept = keep_message(feed=self.feed, envelope=envelope, parts=[arrival], now=now)
        return kept.message.items.get()

    def hear(self, arrivals: Iterable[Arrival]) -> list[IntakeItem]:
        """Each message is taken in before the next one comes."""
        items = []
        for arrival in arrivals:
            items.append(self.say(arrival))
            settle()
        for item in items:
            item.refresh_from_db()
        return items


def settle() -> None:
    """As many wake-ups as there is something to do."""
    while take_in_waiting_items(clock=lambda: NOW):
        pass


def a_hospital(**site: Any) -> Hospital:
    site_of_feed = SiteFactory(**site)
    feed = IntakeFeed.objects.create(
        site=site_of_feed,
        name="HIS",
        format=MessageFormat.HL7V2,
        sending_facility=site_of_feed.slug,
    )
    return Hospital(feed)


def seen_by_clinicians(hospital: Hospital) -> dict[str, Any]:
    """What they look at: who it is, the risk in force, what is owed and arranged, what waits."""
    return {
        "people": list(
            Patient.objects.filter(site=hospital.site, merged_into=None)
            .order_by("mrn")
            .values_list("mrn", "family_name", "phone", "address", "city", "status", "status_on")
        ),
        "risk": [_risk(row) for row in Patient.objects.order_by("mrn") if row.merged_into is None],
        "afp": _highest(AfpResult.objects.filter(patient__site=hospital.site)),
        "owed": sorted(_owed(row) for row in FollowUp.objects.open().select_related("lesion")),
        "ended": sorted(
            FollowUp.objects.exclude(closed_at=None)
            .exclude(outcome="SUPERSEDED")
            .values_list("lesion__label", "outcome")
        ),
        "waiting": sorted(
            IntakeItem.objects.filter(status=ItemStatus.WAITING).values_list("kind", "code")
        ),
    }


def _highest(results: Iterable[AfpResult]) -> dict[tuple[object, date], object]:
    """Of each day: a value that was corrected upwards stays beside the one that counts."""
    ranked = sorted(results, key=lambda row: (row.value_ng_ml or 0, row.rising))
    return {(row.patient.mrn, row.taken_on): (row.value_ng_ml, row.rising) for row in ranked}


def _risk(patient: Patient) -> tuple[Any, ...]:
    profile = RiskProfile.objects.filter(patient=patient).in_force(TODAY).first()
    return tuple(str(getattr(profile, name)) for name in RISK_FIELDS) if profile else ()


def _owed(row: FollowUp) -> tuple[str, ...]:
    """Why an arrangement was lost matters as long as nothing else is arranged."""
    arranged = row.ordered_on or row.booked_for
    facts: Sequence[object] = (
        row.lesion.label,
        row.patient.mrn,
        row.kind,
        row.recommendation,
        row.latest_on,
        row.ordered_on,
        row.order_number,
        row.booked_for,
        row.missed_appointments,
        "" if arranged else row.arrangement_lost_on,
        "" if arranged else row.arrangement_lost_reason,
    )
    return tuple(str(fact) for fact in facts)
