"""Invented rows on their way into the records, by the same door as a hospital's file."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import groupby

from surveillance.intake.csv_registry.columns import COLUMNS
from surveillance.intake.csv_registry.header import Header
from surveillance.intake.csv_registry.importing import Batch
from surveillance.intake.csv_registry.parsing import RowReader
from surveillance.intake.csv_registry.reading import Record
from surveillance.intake.csv_registry.values import DateFormat
from surveillance.intake.synthetic.generate import SyntheticRow
from surveillance.registry.known import PatientRows
from surveillance.registry.rows import RegistryRow

NAMES = tuple(column.name for column in COLUMNS)
HEADER = Header(COLUMNS)


class LaterRows:
    """Rows that become known on a later day, kept on disk until then."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None)
        self._database.execute("CREATE TABLE later (day TEXT, line INTEGER, cells TEXT)")
        self._database.execute("CREATE INDEX by_day ON later (day, line)")

    def keep(self, row: SyntheticRow, line: int) -> None:
        """Put a row aside."""
        values = (row.day.isoformat(), line, json.dumps(row.cells))
        self._database.execute("INSERT INTO later VALUES (?, ?, ?)", values)

    def of(self, day: date) -> list[tuple[int, dict[str, str]]]:
        """(line, cells) of the rows of that day, in the order of the registry."""
        rows = self._database.execute(
            "SELECT line, cells FROM later WHERE day = ? ORDER BY line", [day.isoformat()]
        )
        return [(line, json.loads(cells)) for line, cells in rows]


def batches(
    rows: Iterable[tuple[int, Mapping[str, str]]], todays: Mapping[str, date], size: int = 1000
) -> Iterator[Batch]:
    """Rows, sorted by patient, as batches for the importer; `todays` by site."""
    reader = RowReader(HEADER, DateFormat(), todays)
    groups: list[PatientRows] = []
    count = 0
    for (site, mrn), of_one in groupby(rows, key=lambda row: (row[1]["site"], row[1]["mrn"])):
        read = [read_row(reader, line, cells) for line, cells in of_one]
        groups.append(PatientRows(site, mrn, tuple(read)))
        count += len(read)
        if count >= size:
            yield Batch(tuple(groups), (), 0, None)
            groups, count = [], 0
    if groups:
        yield Batch(tuple(groups), (), 0, None)


def read_row(reader: RowReader, line: int, cells: Mapping[str, str]) -> RegistryRow:
    """One invented row as the importer reads it; ValueError when it could not be right."""
    row = reader.read(Record(line, line, [cells.get(name, "") for name in NAMES]))
    if isinstance(row, RegistryRow):
        return row
    raise ValueError(f"an invented row is wrong: {row[0].column} {row[0].message}")
