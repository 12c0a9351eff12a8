"""The first row of a file: which column is which, and what may have been meant."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice

from surveillance.intake.csv_registry.coded import plain
from surveillance.intake.csv_registry.columns import BY_NAME, COLUMNS, Column
from surveillance.registry.rows import RowProblem

MOST_TOLD = 50
"""Unknown columns that are named; a header with more of them is no header of a registry."""
OURS_TO_IGNORE = "x_"
"""A column whose name begins so is the file's own and is not read."""

_KNOWN = {plain(name): column for column in COLUMNS for name in (column.name, *column.aliases)}
MISSING_CURE = "Add the column; the template to download has all of them"


class FileRefused(Exception):
    """The file as a whole cannot be read; nothing of it goes in."""

    def __init__(self, *problems: RowProblem) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Header:
    """`columns` in the order of the file; None where the file's own column is passed over."""

    columns: tuple[Column | None, ...]

    @property
    def names(self) -> frozenset[str]:
        """The names of the columns that the file has."""
        return frozenset(column.name for column in self.columns if column)


def match_header(names: Sequence[str], *, needs_site: bool) -> Header:
    """Recognise every column, or raise `FileRefused` with all that is wrong in the first row.

    An unknown column is refused, because a misspelt "cirrhosis" read as absent would be dangerous.
    """
    names = [name.strip() for name in names]
    while names and not names[-1]:
        names.pop()
    columns = tuple(_column_named(name) for name in names)
    unknown = (
        _unknown(name)
        for name, column in zip(names, columns, strict=True)
        if not column and not _is_ignored(name)
    )
    problems = [
        *islice(unknown, MOST_TOLD),
        *_twice(columns),
        *_missing(columns, needs_site=needs_site),
    ]  # fmt: skip
    if problems:
        raise FileRefused(*problems)
    return Header(columns)


def recognised(names: Sequence[str]) -> int:
    """How many of the names are columns of ours; tells a header from other text."""
    return sum(1 for name in names if _column_named(name.strip()))


def _column_named(name: str) -> Column | None:
    return None if _is_ignored(name) else _KNOWN.get(plain(name))


def _is_ignored(name: str) -> bool:
    return name.casefold().startswith(OURS_TO_IGNORE)


def _unknown(name: str) -> RowProblem:
    near = get_close_matches(plain(name), _KNOWN, n=1, cutoff=0.7)
    guess = f"Did you mean {_KNOWN[near[0]].name}? " if near else ""
    cure = f"{guess}Columns of your own must begin with {OURS_TO_IGNORE} to be passed over"
    return RowProblem(1, name, name, "unknown_column", "is not a column of a registry file", cure)


def _twice(columns: Sequence[Column | None]) -> list[RowProblem]:
    named = Counter(column.name for column in columns if column)
    again = sorted(name for name, times in named.items() if times > 1)
    cure = "Keep one of them; other names of a column count as the same"
    return [RowProblem(1, name, name, "column_twice", "is there twice", cure) for name in again]


def _missing(columns: Sequence[Column | None], *, needs_site: bool) -> list[RowProblem]:
    have = {column.name for column in columns if column}
    missing = [] if "mrn" in have else [BY_NAME["mrn"]]
    problems = [
        RowProblem(1, column.name, "", "column_missing", "is missing", MISSING_CURE)
        for column in missing
    ]
    if needs_site and "site" not in have:
        cure = "Add the column, or choose one site for the whole file (--site on the command line)"
        problems.append(RowProblem(1, "site", "", "column_missing", "is missing", cure))
    return problems
