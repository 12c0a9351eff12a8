"""Registry rows that come as a list of objects: named as the columns of a registry file.

Rows of one patient are looked at together, wherever they stand in the list, as those of a file.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from patients.models import Site
from surveillance.intake.csv_registry.header import match_header
from surveillance.intake.csv_registry.importing import Batch, Destination, look_at, take_in
from surveillance.intake.csv_registry.parsing import RowReader
from surveillance.intake.csv_registry.reading import Record
from surveillance.intake.csv_registry.values import DateFormat
from surveillance.registry.draft import SharedAccessions
from surveillance.registry.known import Key, PatientRows, read_known
from surveillance.registry.plan import TakenIn
from surveillance.registry.planning import plan_patient
from surveillance.registry.rows import RegistryRow, RowProblem, Severity

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """What became of one row: NEW (something of it was not on record), KNOWN or REFUSED."""

    row: int
    outcome: str
    problems: tuple[RowProblem, ...]


def take_in_listed(
    rows: Sequence[Mapping[str, Any]],
    *,
    sites: Mapping[str, Site],
    is_dry: bool,
    by: "User | None",
    now: datetime,
) -> tuple[list[RowOutcome], TakenIn]:
    """Take the rows in, or say what that would come to; `row` counts from 1.

    Raises `FileRefused` where a name is no column. A row goes in whole or not at all.
    """
    read = _read(rows, sites, now)
    readable = [one for one in read if isinstance(one, RegistryRow)]
    unread = [problem for one in read if isinstance(one, list) for problem in one]
    batch = Batch(tuple(_grouped(readable)), (), 0, None)
    destination = Destination(sites, _shared(readable))
    new = _new_lines(batch, destination)
    taken = look_at(batch, destination) if is_dry else take_in(batch, destination, by=by, now=now)
    problems = [*unread, *taken.problems]
    return [_outcome(number, new, problems) for number in range(1, len(rows) + 1)], taken


def _read(
    rows: Sequence[Mapping[str, Any]], sites: Mapping[str, Site], now: datetime
) -> list[RegistryRow | list[RowProblem]]:
    names = list(dict.fromkeys(name for row in rows for name in row))
    header = match_header([*names], needs_site=True)
    todays = {slug: site.local_date(now) for slug, site in sites.items()}
    reader = RowReader(header, DateFormat(), todays)
    records = (
        Record(number, number, [as_cell(row.get(name)) for name in names])
        for number, row in enumerate(rows, 1)
    )
    return [reader.read(record) for record in records]


def as_cell(value: Any) -> str:
    """A JSON value as it would stand in a cell; null is a blank cell, which states nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "|".join(as_cell(one) for one in value)
    return str(value)


def _grouped(rows: Iterable[RegistryRow]) -> list[PatientRows]:
    groups: dict[Key, list[RegistryRow]] = {}
    for row in rows:
        groups.setdefault((row.site, row.mrn), []).append(row)
    return [PatientRows(site, mrn, tuple(own)) for (site, mrn), own in sorted(groups.items())]


def _shared(rows: Iterable[RegistryRow]) -> SharedAccessions:
    """Accession numbers that several patients of one site claim: the first one's MRN and row."""
    first: dict[tuple[str, str], tuple[str, int]] = {}
    shared: dict[tuple[str, str], tuple[str, int]] = {}
    for row in rows:
        key = (row.site, row.exam.get("accession", ""))
        owner = first.setdefault(key, (row.mrn, row.line))
        if key[1] and owner[0] != row.mrn:
            shared[key] = owner
    return shared


def _new_lines(batch: Batch, destination: Destination) -> set[int]:
    """The rows that say something that is not on record, each looked at by itself."""
    known = read_known(batch.groups, destination.sites)
    alone = (
        PatientRows(group.site, group.mrn, (row,)) for group in batch.groups for row in group.rows
    )
    return {
        one.rows[0].line
        for one in alone
        if plan_patient(one, known, destination.shared).changes_anything
    }


def _outcome(number: int, new: set[int], problems: Sequence[RowProblem]) -> RowOutcome:
    own = tuple(one for one in problems if one.line == number)
    is_refused = any(one.severity is Severity.ERROR for one in own)
    word = "REFUSED" if is_refused else "NEW" if number in new else "KNOWN"
    return RowOutcome(number, word, own)
