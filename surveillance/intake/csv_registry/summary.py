"""What became of a file, in words and in a table, and its errors as a file of their own."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from io import StringIO
from typing import TextIO

from surveillance.registry.plan import CHANGED, CREATED, KINDS, UNCHANGED
from surveillance.registry.rows import RowProblem, Severity

WORDS = {
    "patients": "Patients", "statuses": "Patient statuses", "risk_profiles": "Risk profiles",
    "afp_results": "AFP results", "lesions": "Lesions", "exams": "Exams", "findings": "Findings",
    "events": "Lesion events",
}  # fmt: skip
OUTCOMES = (CREATED, CHANGED, UNCHANGED)
ERROR_COLUMNS = ("line", "column", "value", "problem", "cure", "row", "code")
FORMULA = ("=", "+", "-", "@", "\t", "\r")

Stored = Mapping[str, Mapping[str, int]]


def table(counts: Stored) -> list[tuple[str, int, int, int]]:
    """Rows of (what, created, changed, unchanged), without those of which there was nothing."""
    rows = []
    for kind in KINDS:
        found = counts.get(kind, {})
        if any(found.values()):
            created, changed, unchanged = (found.get(outcome, 0) for outcome in OUTCOMES)
            rows.append((WORDS[kind], created, changed, unchanged))
    return rows


def table_text(counts: Stored) -> Iterator[str]:
    """The table as lines of text."""
    yield f"{'':18}{CREATED:>10}{CHANGED:>10}{UNCHANGED:>11}"
    for what, created, changed, unchanged in table(counts):
        yield f"{what:18}{created:>10,}{changed:>10,}{unchanged:>11,}"


def sentence(problem: RowProblem) -> str:
    """One problem in one line: where, what, and the cure."""
    place = f"line {problem.line}" + (f", {problem.column}" if problem.column else "")
    value = f" “{problem.value}”" if problem.value else ""
    cure = f" {problem.cure}." if problem.cure else ""
    return f"{place}:{value} {problem.message}.{cure}"


def error_cells(problem: RowProblem) -> list[str]:
    """A problem as a row of a file of errors (`ERROR_COLUMNS`)."""
    row = "refused" if problem.severity is Severity.ERROR else "goes in"
    cells = (problem.column, problem.value, problem.message, problem.cure, row, problem.code)
    return [str(problem.line), *map(harmless, cells)]


def write_errors(problems: Iterable[RowProblem], file: TextIO, *, header: bool = True) -> None:
    """Write the problems as a file that a spreadsheet opens."""
    writer = csv.writer(file)
    if header:
        writer.writerow(ERROR_COLUMNS)
    writer.writerows(map(error_cells, problems))


def csv_line(cells: Iterable[str]) -> str:
    """One row of a file, with its end of line."""
    text = StringIO()
    csv.writer(text).writerow(list(cells))
    return text.getvalue()


def harmless(cell: str) -> str:
    """A cell that a spreadsheet would run as a formula is shown as text."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell
