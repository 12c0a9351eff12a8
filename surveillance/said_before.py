"""Who is meant by a number of another system, and what was said of the same thing before.

What was said is read from the parts of messages that were taken in (`IntakeItem`). The order in
which they came does not matter: of two that speak of one thing, the one said later stands. Said at
the same moment, a cancellation stands, otherwise the message with the greater digest, whichever
came first.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from patients.models import Patient, Site
from surveillance.arrivals import Arrival, ArrivalKind
from surveillance.arrivals_json import arrival_from_json
from surveillance.models import FormerIdentifier, IntakeItem, ItemStatus

HEARD = (ItemStatus.APPLIED, ItemStatus.NOTHING_NEW)
"""What was taken in, or would have been if it had not been known."""

DECEASED_ON_FILE = "deceased_on_file"
"""Code of what shows alive whom the record calls deceased: it waits for a person."""
WAITS_ALREADY = "waits_already"
"""Code of what says again what waits for a person, or was set aside: not heard itself."""

Moment = tuple[datetime, int, str, int]
LAST_OF_A_MOMENT = ("NO_SHOW", "FULFILLED", "CANCELLED")
"""States that end what was said at the same moment; many senders' clocks have no seconds."""


class Said(NamedTuple):
    """A part of a message and what it says; nothing where its content was emptied since."""

    item: IntakeItem
    arrival: Arrival | None

    @property
    def moment(self) -> Moment:
        """By which the later of two is told."""
        return moment_of(self.item)


def moment_of(item: IntakeItem) -> Moment:
    """When it was said; what was said at one moment has an order, too, and always the same: a
    cancellation comes after what it cancels."""
    state = item.content.get("state", "")
    rank = LAST_OF_A_MOMENT.index(state) + 1 if state in LAST_OF_A_MOMENT else 0
    return (item.said_at or item.created_at, rank, item.message.digest, item.position)


def patient_known_as(site: Site, mrn: str) -> Patient | None:
    """The record with this number at the site, else the one for which the number was given up.

    It may have been merged into another since (`lock_records` finds the survivor).
    """
    if record := Patient.objects.filter(site=site, mrn=mrn).first():
        return record
    former = FormerIdentifier.objects.filter(site=site, mrn=mrn).select_related("patient").first()
    return former.patient if former else None


def survivor_of(patient: Patient) -> Patient:
    """The record that holds everything of this person now, one merge after another."""
    while patient.merged_into is not None:
        patient = patient.merged_into
    return patient


def records_of_person(patient: Patient) -> list[Patient]:
    """The record and all that were merged into it, one round of merges after another."""
    found = [patient]
    newest: list[UUID] = [patient.pk]
    while newest:
        rows = list(Patient.objects.filter(merged_into__in=newest))
        newest = [row.pk for row in rows]
        found += rows
    return found


def numbers_of(records: Iterable[Patient]) -> set[str]:
    """Every number under which these records are or were known."""
    records = list(records)
    former = FormerIdentifier.objects.filter(patient__in=[row.pk for row in records])
    return {row.mrn for row in records} | set(former.values_list("mrn", flat=True))


def heard_about(site: Site, kind: ArrivalKind, mrns: Iterable[str]) -> list[Said]:
    """What was taken in of that kind about a person known by these numbers, the earliest first."""
    rows = _heard(site, kind).filter(mrn__in=list(mrns))
    return sorted(_read(rows), key=lambda said: said.moment)


def is_told_otherwise(item: IntakeItem, patient: Patient | None = None) -> bool:
    """Whether something that was said later of the same thing was taken in already. `patient`:
    only what was said of this person, where two senders may use one number."""
    rows = _heard(item.site, ArrivalKind(item.kind)).filter(key=item.key).exclude(pk=item.pk)
    if patient is not None:
        rows = rows.filter(mrn__in=numbers_of(records_of_person(patient)))
    later = rows.filter(said_at__gte=item.said_at) if item.said_at else rows
    return any(moment_of(row) > moment_of(item) for row in later)


def newest_of_each(said: Iterable[Said]) -> list[Said]:
    """Of each thing only what was said last, the earliest first."""
    newest = {one.item.key: one for one in sorted(said, key=lambda one: one.moment)}
    return sorted(newest.values(), key=lambda one: one.moment)


def _heard(site: Site, kind: ArrivalKind) -> QuerySet[IntakeItem]:
    rows = IntakeItem.objects.filter(site=site, kind=kind, status__in=HEARD)
    rows = rows.exclude(code=WAITS_ALREADY)
    return rows.select_related("message").defer("message__raw")


def _read(rows: QuerySet[IntakeItem]) -> Iterator[Said]:
    for row in rows:
        yield Said(row, arrival_from_json(row.content) if row.content else None)
