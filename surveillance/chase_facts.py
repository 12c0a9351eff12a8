"""What a sweep reads: the follow-ups to look at, and what was raised for them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import starmap
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Q
from django.db.models.expressions import RawSQL

from patients.prepared import Prepared, slot, slots
from surveillance.chase_ladder import Columns
from surveillance.lead_days import LeadColumns
from surveillance.models import Disowning, Escalation, FollowUp, FollowUpQuerySet
from surveillance.outreach import Contact, is_quiet
from surveillance.protocol.terms import EscalationClass, ObligationKind


class Candidate(NamedTuple):
    """An open follow-up as the sweep reads it, with what it must know of its patient."""

    id: UUID
    version: int
    next_look_on: date
    site_id: int
    patient_id: UUID
    kind: str
    escalation_class: str
    advised_modality: str
    earliest_on: date
    target_on: date
    latest_on: date
    owed_since: date
    ordered_on: date | None
    booked_for: date | None
    arrangement_lost_on: date | None
    twice_missed_on: date | None
    owner_id: int | None
    navigator_id: int | None
    responsible_clinician_id: int | None
    merged_into_id: UUID | None
    patient_status: str
    email: str
    phone: str
    address: str
    postal_code: str
    city: str
    region: str
    country: str
    address_returned_on: date | None
    consent_email: str
    consent_sms: str
    consent_letter: str
    undeliverable_email: str
    undeliverable_phone: str

    @property
    def columns(self) -> Columns:
        """What the ladder asks."""
        return self.escalation_class, self.earliest_on, self.target_on, self.latest_on

    @property
    def lead_columns(self) -> LeadColumns:
        """What the chase of orders and bookings asks."""
        return LeadColumns(
            self.kind,
            self.escalation_class,
            self.advised_modality,
            self.earliest_on,
            self.target_on,
            self.latest_on,
            self.owed_since,
            self.arrangement_lost_on,
        )

    @property
    def is_patient_quiet(self) -> bool:
        """Whether this person never receives anything."""
        return is_quiet(self.patient_status, self.merged_into_id)

    @property
    def contact(self) -> Contact:
        """What is on record about reaching the patient."""
        return Contact(
            status=self.patient_status,
            email=self.email,
            phone=self.phone,
            address=self.address,
            postal_code=self.postal_code,
            city=self.city,
            region=self.region,
            country=self.country,
            address_returned_on=self.address_returned_on,
            consent_email=self.consent_email,
            consent_sms=self.consent_sms,
            consent_letter=self.consent_letter,
            undeliverable_email=self.undeliverable_email,
            undeliverable_phone=self.undeliverable_phone,
        )


KEYS_AT_A_TIME = 20_000

_COLUMNS = (
    "id",
    "version",
    "next_look_on",
    "site_id",
    "patient_id",
    "kind",
    "escalation_class",
    "advised_modality",
    "earliest_on",
    "target_on",
    "latest_on",
    "owed_since",
    "ordered_on",
    "booked_for",
    "arrangement_lost_on",
    "twice_missed_on",
    "owner_id",
    "patient__navigator_id",
    "patient__responsible_clinician_id",
    "patient__merged_into_id",
    *(f"patient__{name}" for name in Contact._fields),
)


class Waiting(NamedTuple):
    """Imaging that waits for a booking, as far as it matters to who speaks for a patient."""

    id: UUID
    patient_id: UUID
    escalation_class: str
    earliest_on: date
    target_on: date
    latest_on: date

    @property
    def columns(self) -> Columns:
        """What the ladder asks."""
        return self.escalation_class, self.earliest_on, self.target_on, self.latest_on


class Standing(NamedTuple):
    """An escalation that exists already."""

    id: UUID
    follow_up_id: UUID
    tier: int
    owner_id: int | None
    raised_at: datetime
    acknowledged_until: date | None
    incident_review_on: date | None
    resolution: str
    declined: frozenset[int] = frozenset()

    @property
    def is_open(self) -> bool:
        """Whether somebody must still act on it."""
        return not self.resolution


def candidates_in_chunks(day: date, sites: Sequence[int], size: int) -> Iterator[list[Candidate]]:
    """The follow-ups with a step that may be owed by `day`, longest waiting first.

    Read by keyset and without locks, at most `size` at a time: what was moved meanwhile is gone,
    what could not be moved is passed over until the next run.
    """
    last: tuple[date, UUID] | None = None
    while page := _page_after(last, day, sites):
        for start in range(0, len(page), size):
            ids = [pk for _day, pk in page[start : start + size]]
            yield [Candidate._make(row) for row in _STILL_DUE.ask(day=day, ids=ids)]
        last = page[-1]


def _page_after(
    last: tuple[date, UUID] | None, day: date, sites: Sequence[int]
) -> list[tuple[date, UUID]]:
    """Where to look next: keys only, so that a day with very many is not sorted for each chunk."""
    if last is None and len(sites) == 1:
        # As most days have it, and most installations: one page of one site.
        return [(day, pk) for day, pk in _FIRST_PAGE.ask(day=day, site=sites[0]) if day is not None]
    rows = FollowUp.objects.to_look_at(day).filter(site__in=sites)
    if last is not None:
        rows = rows.filter(next_look_on__gte=last[0]).filter(
            Q(next_look_on__gt=last[0]) | Q(id__gt=last[1])
        )
    keys = rows.order_by("next_look_on", "id").values_list("next_look_on", "id")
    return [(day, pk) for day, pk in keys[:KEYS_AT_A_TIME] if day is not None]


_FIRST_PAGE = Prepared(
    lambda: (
        FollowUp.objects.to_look_at(slot(FollowUp, "next_look_on", "day"))
        .filter(site=slot(FollowUp, "site"))
        .order_by("next_look_on", "id")
        .values_list("next_look_on", "id")[:KEYS_AT_A_TIME]
    )
)
_STILL_DUE = Prepared(
    lambda: (
        FollowUp.objects.to_look_at(slot(FollowUp, "next_look_on", "day"))
        .filter(pk__in=slots(FollowUp, "pk", "ids"))
        .order_by("next_look_on", "id")
        .values_list(*_COLUMNS)
    )
)


def read_candidates(rows: FollowUpQuerySet) -> Iterator[Candidate]:
    """`rows` as candidates, in their order."""
    return map(Candidate._make, rows.values_list(*_COLUMNS))


def read_waiting(patients: Iterable[UUID]) -> dict[UUID, list[Waiting]]:
    """What waits for a booking, by patient: one message speaks for all of it."""
    found: dict[UUID, list[Waiting]] = defaultdict(list)
    if asked := set(patients):
        for row in map(Waiting._make, _WAITING.ask(patients=asked)):
            found[row.patient_id].append(row)
    return found


def read_standing(follow_ups: Iterable[UUID]) -> dict[UUID, dict[int, Standing]]:
    """The escalations of each follow-up, by tier."""
    found: dict[UUID, dict[int, Standing]] = defaultdict(dict)
    for row in starmap(Standing, _STANDING.ask(follow_ups=list(follow_ups))):
        found[row.follow_up_id][row.tier] = row
    _mark_declined(found)
    return found


_WAITING = Prepared(
    lambda: (
        FollowUp.objects.open()
        .filter(patient__in=slots(FollowUp, "patient", "patients"))
        .filter(kind=ObligationKind.IMAGING, booked_for=None)
        .filter(escalation_class__in=list(EscalationClass))  # a broken row holds up no other
        .values_list(*Waiting._fields)
    )
)
_STANDING = Prepared(
    lambda: Escalation.objects.filter(
        follow_up__in=slots(Escalation, "follow_up", "follow_ups")
    ).values_list(
        "id",
        "follow_up_id",
        "tier",
        "owner_id",
        "raised_at",
        "acknowledged_until",
        "incident_review_on",
        "resolution",
    )
)


def _mark_declined(found: dict[UUID, dict[int, Standing]]) -> None:
    """Who said "not mine" is not asked again."""
    if not found:
        return
    for follow_up, tiers in Disowning.objects.declined(_any_of(found)).items():
        for tier, people in tiers.items():
            if row := found[follow_up].get(tier):
                found[follow_up][tier] = row._replace(declined=people)


def _any_of(ids: Iterable[UUID]) -> RawSQL | list[UUID]:
    """The right side of IN: on PostgreSQL one array, since thousands of parameters cost more than
    the query."""
    if connection.vendor != "postgresql":
        return list(ids)
    return RawSQL("SELECT unnest(%s::uuid[])", [array_literal(ids)])


def array_literal(values: Iterable[object]) -> str:
    """Ids, days, numbers and codes as PostgreSQL reads an array: far quicker than adapting a list
    item by item. Texts that people wrote do not belong here: quotation marks are not escaped."""
    return "{" + ",".join("NULL" if value is None else f'"{value}"' for value in values) + "}"
