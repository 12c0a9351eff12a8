"""Records to rows: every cell read, every problem of a row reported at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from typing import Any

from surveillance.intake.csv_registry.columns import BY_NAME, Column, Part
from surveillance.intake.csv_registry.consistency import ROW_CHECKS, Stated
from surveillance.intake.csv_registry.header import Header
from surveillance.intake.csv_registry.reading import Record
from surveillance.intake.csv_registry.values import BadValue, DateFormat
from surveillance.models import LesionEventKind
from surveillance.registry.rows import RegistryRow, RowProblem, StatedEvent

REMEMBERED = 5000
"""Different cells per column whose reading is kept: most cells of a registry repeat."""

EVENT_PARTS = {
    Part.PATHOLOGY: LesionEventKind.PATHOLOGY,
    Part.MDT: LesionEventKind.MDT_DECISION,
    Part.WAIVER: LesionEventKind.CHARACTERISATION_WAIVER,
    Part.TREATMENT: LesionEventKind.REMOVED_OR_TREATED,
}
WAIVED = "WAIVED"
Read = tuple[Any, BadValue | None]


@dataclass
class RowReader:
    """Reads the records of one file.

    `todays` gives each site that may be written to, by slug, with its local date; `site` is the
    slug chosen for the whole file, if any.
    """

    header: Header
    dates: DateFormat
    todays: Mapping[str, date]
    site: str = ""
    _known: dict[str, dict[str, Read]] = field(default_factory=dict)

    def read(self, record: Record) -> RegistryRow | list[RowProblem]:
        """The row, or all that is wrong with it."""
        if len(record.cells) != len(self.header.columns):
            return [self._wrong_length(record)]
        stated: Stated = {part: {} for part in Part}
        problems: list[RowProblem] = []
        for column, cell in zip(self.header.columns, record.cells, strict=True):
            if column and (text := cell.strip()):
                value, bad = self._read_cell(column, text)
                if bad:
                    problems.append(_problem(record.line, column.name, text, bad))
                else:
                    stated[column.part][column.field] = value
        unreadable = {problem.column for problem in problems}
        further = self._check(record.line, stated)
        # A cell that cannot be read is not missing as well.
        problems += [problem for problem in further if problem.column not in unreadable]
        return problems or _row(record.line, stated)

    def _check(self, line: int, stated: Stated) -> list[RowProblem]:
        key = stated[Part.KEY]
        problems = []
        if self.site and key.setdefault("site", self.site) != self.site:
            cure = f"Take the row out, or import the file without choosing {self.site}"
            bad = BadValue("other_site", "is not the site chosen for this file", cure)
            problems.append(_problem(line, "site", key["site"], bad))
        elif key.get("site") not in self.todays:
            problems.append(_problem(line, "site", key.get("site", ""), self._no_site(key)))
        if "mrn" not in key:
            bad = BadValue("mrn_missing", "is missing", "Give the patient's record number")
            problems.append(_problem(line, "mrn", "", bad))
        today = self.todays.get(key.get("site", ""), date.max)
        for check in ROW_CHECKS:
            for name, value, bad in check(stated, today):
                problems.append(_problem(line, name, value, bad))
        return problems

    def _read_cell(self, column: Column, text: str) -> Read:
        known = self._known.setdefault(column.name, {})
        found = known.get(text)
        if found is None:
            found = _read(column, text, self.dates)
            if len(known) < REMEMBERED:
                known[text] = found
        return found

    def _no_site(self, key: Mapping[str, Any]) -> BadValue:
        named = str(key.get("site", ""))
        if not named:
            return BadValue("site_missing", "is missing", "Name the site, or choose one (--site)")
        near = get_close_matches(named.casefold(), self.todays, n=1, cutoff=0.6)
        guess = f"Did you mean {near[0]}? " if near else ""
        known = ", ".join(sorted(self.todays)) or "none"
        return BadValue(
            "unknown_site", "is not a site that you may import into", f"{guess}Sites: {known}"
        )

    def _wrong_length(self, record: Record) -> RowProblem:
        have, want = len(record.cells), len(self.header.columns)
        if have > want:
            cure = "Put cells that contain the separator (also 8,5) into quotation marks"
        else:
            cure = "Give every row as many cells as the first row has; leave cells blank"
        message = f"has {have} cells, the first row has {want}"
        return RowProblem(record.line, "", "", "wrong_number_of_cells", message, cure)


def _read(column: Column, text: str, dates: DateFormat) -> Read:
    try:
        return column.read(text, dates), None
    except BadValue as bad:
        return None, bad


def _problem(line: int, column: str, value: Any, bad: BadValue) -> RowProblem:
    if isinstance(value, date):
        value = value.isoformat()
    return RowProblem(line, column, str(value)[:200], bad.code, bad.message, bad.cure)


def _row(line: int, stated: Stated) -> RegistryRow:
    risk = dict(stated[Part.RISK])
    risk_on = risk.pop("effective_on", None) or stated[Part.EXAM].get("performed_on")
    return RegistryRow(
        line=line,
        site=stated[Part.KEY]["site"],
        mrn=stated[Part.KEY]["mrn"],
        patient=stated[Part.PATIENT],
        status=stated[Part.STATUS],
        risk=risk,
        risk_on=risk_on if risk else None,
        afp=stated[Part.AFP],
        lesion=stated[Part.LESION],
        exam=stated[Part.EXAM],
        finding=stated[Part.FINDING],
        events=tuple(_events(stated)),
    )


def _events(stated: Stated) -> list[StatedEvent]:
    return [
        StatedEvent(
            kind=kind.value,
            value=stated[part].get("value", WAIVED),
            on=stated[part]["on"],
            author=stated[part].get("author", ""),
            evidence=stated[part].get("evidence", ""),
        )
        for part, kind in EVENT_PARTS.items()
        if stated[part]
    ]


def column_of(part: Part, field_name: str) -> str:
    """The name of the column that fills this field of this part of a row."""
    return next(
        (name for name, c in BY_NAME.items() if c.part is part and c.field == field_name),
        field_name,
    )
