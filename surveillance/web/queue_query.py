"""What the queue asks of the database: one page of rows, and what belongs to those rows.

Every function here costs a constant number of queries, whatever the number of rows.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import BigIntegerField, Exists, OuterRef

from patients.models import RiskProfile
from surveillance.absences import people_standing_in
from surveillance.models import (
    ContactAttempt,
    Escalation,
    FollowUp,
    FollowUpQuerySet,
    LesionObservation,
)
from surveillance.protocol.queue_lists import Tab
from surveillance.roles import Permission, sites_where
from surveillance.web.queue_filter import QueueFilter
from surveillance.web.queue_tabs import Desk, rows_of

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of the queue ended: the key of its last row. In the address as `12.uuid`."""

    sort_key: int
    pk: UUID

    def __str__(self) -> str:
        return f"{self.sort_key}.{self.pk}"

    @classmethod
    def read(cls, text: str) -> "Place | None":
        """The place, or None (the beginning) when the address was mistyped."""
        sort_key, _, pk = text.partition(".")
        try:
            place = cls(int(sort_key), UUID(pk))
        except ValueError:
            return None
        return place if abs(place.sort_key) <= BigIntegerField.MAX_BIGINT else None


@dataclass(frozen=True, slots=True)
class Page:
    """The follow-ups of one page, and where the next one begins (None: this is the last)."""

    follow_ups: list[FollowUp]
    next_place: Place | None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the rows of a page need besides the follow-ups themselves."""

    lesions_owed: Counter[UUID] = field(default_factory=Counter)
    profiles: dict[UUID, RiskProfile] = field(default_factory=dict)
    sizes: dict[UUID, LesionObservation] = field(default_factory=dict)
    escalations: dict[UUID, Escalation] = field(default_factory=dict)
    next_tries: dict[UUID, tuple[date, str]] = field(default_factory=dict)
    stand_ins: dict[tuple[int, int], User] = field(default_factory=dict)
    sites_to_log: frozenset[int] = frozenset()
    sites_to_book: frozenset[int] = frozenset()


def page_of(tab: Tab, desk: Desk, narrowed: QueueFilter, after: Place | None) -> Page:
    """One page of a tab: the most urgent matching follow-up of each patient. One query."""
    rows = narrowed.apply(rows_of(tab, desk)).most_urgent_per_patient()
    if after:
        rows = rows.after(after.sort_key, after.pk)
    found = list(with_row_fields(rows).dangerous_first()[: PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE]
    more = len(found) > PAGE_SIZE
    return Page(shown, Place(shown[-1].sort_key, shown[-1].pk) if more else None)


def with_row_fields(rows: FollowUpQuerySet) -> FollowUpQuerySet:
    """Everything that a row shows of the follow-up's own relations, without the long JSON."""
    joined = rows.select_related("site", "patient", "lesion", "assessment", "owner")
    return joined.defer("assessment__answer", "assessment__inputs")


def surroundings_of(follow_ups: Iterable[FollowUp], on: date, reader: User) -> Surroundings:
    """What belongs to these rows, and where `reader` may log a contact or note an order: seven
    queries, and one per site to see who is away there."""
    follow_ups = list(follow_ups)
    patients = {row.patient_id for row in follow_ups}
    return Surroundings(
        lesions_owed=_lesions_owed(patients),
        profiles=_profiles(patients, on),
        sizes=newest_sizes(row.lesion_id for row in follow_ups),
        escalations=_escalations(follow_ups),
        next_tries=_next_tries(patients),
        stand_ins=people_standing_in((row.site_id for row in follow_ups), on),
        sites_to_log=_sites(reader, Permission.LOG_CONTACT),
        sites_to_book=_sites(reader, Permission.BOOK),
    )


def _sites(reader: User, permission: Permission) -> frozenset[int]:
    return frozenset(sites_where(reader, permission).values_list("pk", flat=True))


def _lesions_owed(patients: set[UUID]) -> Counter[UUID]:
    rows = FollowUp.objects.open().filter(patient__in=patients)
    return Counter(patient for patient, _ in set(rows.values_list("patient_id", "lesion_id")))


def _profiles(patients: set[UUID], on: date) -> dict[UUID, RiskProfile]:
    rows = RiskProfile.objects.filter(patient__in=patients).in_force(on)
    return {row.patient_id: row for row in reversed(rows)}


def newest_sizes(lesions: Iterable[UUID]) -> dict[UUID, LesionObservation]:
    """The newest standing measurement of each lesion, with its exam. One query."""
    rows = LesionObservation.objects.standing().filter(lesion__in=set(lesions))
    measured = rows.exclude(size_mm=None).select_related("exam")
    light = measured.defer("exam__report_text", "exam__evidence")
    return {row.lesion_id: row for row in light.order_by("exam__performed_on", "exam__pk")}


def _escalations(follow_ups: list[FollowUp]) -> dict[UUID, Escalation]:
    """The highest unresolved escalation of each follow-up."""
    rows = Escalation.objects.unresolved().filter(follow_up__in=[row.pk for row in follow_ups])
    return {row.follow_up_id: row for row in rows.order_by("tier")}


def _next_tries(patients: set[UUID]) -> dict[UUID, tuple[date, str]]:
    """Day and part of the day of the next try, where the newest attempt asks for one."""
    later = ContactAttempt.objects.standing().filter(
        patient=OuterRef("patient"), attempted_at__gt=OuterRef("attempted_at")
    )
    newest = ContactAttempt.objects.standing().filter(~Exists(later), patient__in=patients)
    found = newest.order_by("pk").values_list("patient_id", "next_try_on", "next_try_part")
    return {patient: (day, part) for patient, day, part in found if day}
