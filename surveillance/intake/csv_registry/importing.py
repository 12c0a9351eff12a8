"""A registry file goes in, or is looked at: patients in batches, a bad row never takes good ones.

1. The file is read once and its rows are sorted by patient on disk (`spool`).
2. Patients are handed to the workflow in batches of about a thousand rows, one transaction each.
3. A batch that the database refuses is tried again in halves, a patient row by row, until the
   row that cannot go in stands alone.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import DatabaseError

from patients.models import Site
from surveillance.intake.csv_registry.encoding import FileForm, detect_form
from surveillance.intake.csv_registry.header import Header, match_header
from surveillance.intake.csv_registry.parsing import RowReader
from surveillance.intake.csv_registry.reading import Record, read_records
from surveillance.intake.csv_registry.spool import Position, Spool
from surveillance.intake.csv_registry.values import DateFormat
from surveillance.registry.draft import SharedAccessions
from surveillance.registry.known import PatientRows
from surveillance.registry.plan import TakenIn
from surveillance.registry.planning import plan_rows
from surveillance.registry.rows import RegistryRow, RowProblem
from surveillance.workflows.errors import WorkflowRefused
from surveillance.workflows.import_registry_rows import import_registry_rows
from surveillance.workflows.note_import_progress import (
    ImportPosition,
    ImportTakenOver,
    note_import_progress,
)

if TYPE_CHECKING:
    from django.contrib.auth.models import User

BATCH_ROWS = 1000
EXPECTED = (DatabaseError, WorkflowRefused, ValueError, ArithmeticError)
"""What may keep one patient out without keeping out the others."""


@dataclass(frozen=True, slots=True)
class FileToRead:
    """A file and how it is to be understood. `sites`: those that may be written to, by slug."""

    path: Path
    sites: Mapping[str, Site]
    dates: DateFormat = field(default_factory=DateFormat)
    site: str = ""


@dataclass(frozen=True, slots=True)
class Destination:
    """Where rows may go: sites by slug, and the accession numbers that several patients claim."""

    sites: Mapping[str, Site]
    shared: SharedAccessions = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Batch:
    """Some patients' rows, what is wrong with `unread` others, and the last patient's place."""

    groups: tuple[PatientRows, ...]
    problems: tuple[RowProblem, ...]
    unread: int
    end: Position | None

    @property
    def rows(self) -> int:
        """All rows of the batch, unreadable ones included."""
        return self.unread + sum(len(group.rows) for group in self.groups)


class OpenRegistryFile:
    """A registry file whose rows are sorted by patient. Use it as a context manager.

    Raises `FileRefused` if the file as a whole cannot be read.
    """

    def __init__(self, file: FileToRead, *, now: datetime) -> None:
        self.file = file
        self.form: FileForm = detect_form(file.path)
        self._spool = Spool()
        self.header = self._read()
        self.rows = self._spool.rows
        shared = self._spool.owners_of_shared_accessions()
        self.destination = Destination(file.sites, shared)
        todays = {slug: site.local_date(now) for slug, site in file.sites.items()}
        self._reader = RowReader(self.header, file.dates, todays, file.site)

    def __enter__(self) -> "OpenRegistryFile":
        return self

    def __exit__(self, *_error: object) -> None:
        self._spool.__exit__()

    def batches(self, *, after: Position | None = None, size: int = 0) -> Iterator[Batch]:
        """Broken rows, then whole patients, about `size` rows at a time (0: as many as is best).

        With `after`, from the patient after that one on; the broken rows were handed out before.
        """
        size = size or BATCH_ROWS
        if after is None:
            yield from self._broken(size)
        groups: list[PatientRows] = []
        problems: list[RowProblem] = []
        unread = rows = 0
        for position, records in self._spool.patients(after=after):
            group, wrong, lost = self._group(position, records)
            groups += [group] if group.rows else []
            problems += wrong
            unread += lost
            rows += len(records)
            after = position
            if rows >= size:
                yield Batch(tuple(groups), tuple(problems), unread, position)
                groups, problems, unread, rows = [], [], 0, 0
        if rows:
            yield Batch(tuple(groups), tuple(problems), unread, after)

    def _broken(self, size: int) -> Iterator[Batch]:
        broken = self._spool.broken()
        while piece := tuple(islice(broken, size)):
            yield Batch((), piece, len(piece), None)

    def _group(
        self, position: Position, records: Sequence[Record]
    ) -> tuple[PatientRows, list[RowProblem], int]:
        read = [self._reader.read(record) for record in records]
        rows = tuple(row for row in read if isinstance(row, RegistryRow))
        problems = [one for row in read if isinstance(row, list) for one in row]
        return PatientRows(*position, rows), problems, len(read) - len(rows)

    def _read(self) -> Header:
        with self.file.path.open(encoding=self.form.encoding, newline="") as text:
            records = read_records(text, self.form.separator)
            first = next(records, None)
            names = first.cells if isinstance(first, Record) else []
            header = match_header(names, needs_site=not self.file.site)
            self._spool.fill(self._keyed(header, records))
        return header

    def _keyed(
        self, header: Header, records: Iterator[Record | RowProblem]
    ) -> Iterator[tuple[str, str, str, Record] | RowProblem]:
        places = {column.name: i for i, column in enumerate(header.columns) if column}
        for record in records:
            if isinstance(record, RowProblem):
                yield record
                continue
            keys = (self._cell(record, places, name) for name in ("site", "mrn", "accession"))
            site, mrn, accession = keys
            yield (site.casefold() or self.file.site, mrn, accession, record)

    def _cell(self, record: Record, places: Mapping[str, int], name: str) -> str:
        place = places.get(name, len(record.cells))
        return record.cells[place].strip() if place < len(record.cells) else ""


def look_at(batch: Batch, destination: Destination) -> TakenIn:
    """What taking the batch in would come to; nothing is written."""
    return plan_rows(batch.groups, destination.sites, destination.shared)


def take_in(
    batch: Batch,
    destination: Destination,
    *,
    position: ImportPosition | None = None,
    by: "User | None",
    now: datetime,
) -> TakenIn:
    """Take the batch in; patients whom the record refuses after all are tried again in parts."""
    write = partial(
        import_registry_rows,
        sites=destination.sites,
        shared=destination.shared,
        by=by,
        now=now,
    )
    try:
        return write(groups=batch.groups, position=position)
    except ImportTakenOver:
        raise
    except EXPECTED as error:
        taken = _in_parts(batch.groups, error, lambda groups: write(groups=groups))
    if position is not None:
        note_import_progress(position=position, taken=taken)
    return taken


def _in_parts(
    groups: Sequence[PatientRows],
    error: Exception,
    write: Callable[[Sequence[PatientRows]], TakenIn],
) -> TakenIn:
    """What comes of the halves, after `error` undid the whole."""
    if not groups:
        raise error  # nothing to blame but the system itself
    parts = _smaller(groups)
    if not parts:
        return _refused(groups[0].rows[0], error)
    taken = []
    for part in parts:
        try:
            taken.append(write(part))
        except EXPECTED as again:
            taken.append(_in_parts(part, again, write))
    return _together(taken)


def _smaller(groups: Sequence[PatientRows]) -> list[list[PatientRows]]:
    if len(groups) > 1:
        middle = len(groups) // 2
        return [list(groups[:middle]), list(groups[middle:])]
    [group] = groups
    if len(group.rows) > 1:
        return [[PatientRows(group.site, group.mrn, (row,))] for row in group.rows]
    return []


def _refused(row: RegistryRow, error: Exception) -> TakenIn:
    known = isinstance(error, WorkflowRefused)
    message = f"cannot be recorded: {error}" if known else "could not be stored"
    cure = "" if known else "Import again; if it stays, tell those who run this system the line"
    code = str(getattr(error, "code", "not_stored"))
    return TakenIn(Counter(), (RowProblem(row.line, "", "", code, message, cure),), 1, 1)


def _together(parts: Sequence[TakenIn]) -> TakenIn:
    counts: Counter[tuple[str, str]] = Counter()
    for part in parts:
        counts.update(part.counts)
    return TakenIn(
        counts,
        tuple(problem for part in parts for problem in part.problems),
        sum(part.rows for part in parts),
        sum(part.refused for part in parts),
    )
