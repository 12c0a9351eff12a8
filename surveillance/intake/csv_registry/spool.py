"""Rows sorted by patient, on disk: files of any size, memory flat, nothing left behind.

A private SQLite database without a name holds the records; the operating system removes it when
the process ends, however it ends.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from itertools import groupby

from surveillance.intake.csv_registry.reading import Record
from surveillance.registry.rows import RowProblem

Position = tuple[str, str]
"""Site and MRN: patients are handed out in this order."""

RECORDS = (
    "CREATE TABLE record (site TEXT, mrn TEXT, accession TEXT, line INTEGER, ends INTEGER, "
    "cells TEXT)"
)
BROKEN = "CREATE TABLE broken (line INTEGER, code TEXT, message TEXT, cure TEXT)"
FIRST_OWNERS = """
SELECT site, accession, mrn, MIN(line) FROM record
WHERE accession != '' AND (site, accession) IN (
    SELECT site, accession FROM record WHERE accession != ''
    GROUP BY site, accession HAVING COUNT(DISTINCT mrn) > 1)
GROUP BY site, accession
"""
ADD = "INSERT INTO record VALUES (?, ?, ?, ?, ?, ?)"
ALL = "SELECT site, mrn, line, ends, cells FROM record ORDER BY site, mrn, line"
AFTER = ALL.replace("ORDER", "WHERE (site, mrn) > (?, ?) ORDER")


class Spool:
    """Records by patient. Use it as a context manager."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None)
        # Losing this file loses nothing: the uploaded one is still there.
        self._database.execute("PRAGMA synchronous = OFF")
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.execute(RECORDS)
        self._database.execute(BROKEN)

    def __enter__(self) -> "Spool":
        return self

    def __exit__(self, *_error: object) -> None:
        self._database.close()

    def fill(self, rows: Iterable[tuple[str, str, str, Record] | RowProblem]) -> None:
        """Take in (site, mrn, accession, record) and sort them; keep broken records apart."""
        self._database.execute("BEGIN")
        for row in rows:
            if isinstance(row, RowProblem):
                broken = (row.line, row.code, row.message, row.cure)
                self._database.execute("INSERT INTO broken VALUES (?, ?, ?, ?)", broken)
            else:
                site, mrn, accession, record = row
                cells = json.dumps(record.cells)
                self._database.execute(ADD, (site, mrn, accession, record.line, record.end, cells))
        self._database.execute("COMMIT")
        self._database.execute("CREATE INDEX by_patient ON record (site, mrn, line)")

    @property
    def rows(self) -> int:
        """All rows, broken ones included."""
        counted = "SELECT (SELECT COUNT(*) FROM record) + (SELECT COUNT(*) FROM broken)"
        [rows] = self._database.execute(counted).fetchone()
        return int(rows)

    def broken(self) -> Iterator[RowProblem]:
        """The records that could not even be told apart."""
        for line, code, message, cure in self._database.execute("SELECT * FROM broken"):
            yield RowProblem(line, "", "", code, message, cure)

    def owners_of_shared_accessions(self) -> dict[tuple[str, str], tuple[str, int]]:
        """Accession numbers that several patients of one site claim: the first one's MRN and line.

        SQLite takes `mrn` from the row that has the smallest line.
        """
        self._database.execute("CREATE INDEX by_accession ON record (site, accession)")
        found = self._database.execute(FIRST_OWNERS)
        return {(site, accession): (mrn, line) for site, accession, mrn, line in found}

    def patients(self, *, after: Position | None = None) -> Iterator[tuple[Position, list[Record]]]:
        """Each patient's records in the order of the file, patients in the order of `Position`."""
        rows = self._database.execute(ALL if after is None else AFTER, after or ())
        for position, group in groupby(rows, key=lambda row: (row[0], row[1])):
            yield position, [Record(row[2], row[3], json.loads(row[4])) for row in group]
