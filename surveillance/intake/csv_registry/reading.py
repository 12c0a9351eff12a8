"""Text to records: each with the physical line on which it begins; broken ones alone are lost."""

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TextIO

from surveillance.registry.rows import RowProblem

LONGEST_RECORD = 1000
"""Lines. A quotation mark that is never closed would swallow the rest of the file."""


@dataclass(frozen=True, slots=True)
class Record:
    """The cells of one row. `line` is where it begins, `end` the last line that it covers."""

    line: int
    end: int
    cells: list[str]


class _Lines:
    """The lines of a file, which can be given back after a record turned out to be broken."""

    def __init__(self, file: TextIO) -> None:
        self.file = file
        self.again: deque[str] = deque()
        self.taken: list[str] = []
        self.number = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        if len(self.taken) >= LONGEST_RECORD:
            raise csv.Error("the record never ends")
        line = self.again.popleft() if self.again else next(self.file)
        self.taken.append(line)
        self.number += 1
        return line

    def keep(self) -> None:
        """The record is whole; its lines are done with."""
        self.taken.clear()

    def give_back_all_but_first(self) -> None:
        """Begin anew on the line after the one on which the broken record began."""
        self.again.extendleft(reversed(self.taken[1:]))
        self.number -= max(len(self.taken) - 1, 0)
        self.taken.clear()


def read_records(file: TextIO, separator: str) -> Iterator[Record | RowProblem]:
    """Records in order, blank rows left out; a problem stands for a record that is broken.

    `file` must be opened with newline="". Reading goes on at the next line after a broken record.
    """
    lines = _Lines(file)
    while True:
        first = lines.number + 1
        try:
            cells = next(csv.reader(lines, delimiter=separator, strict=True))
        except StopIteration:
            return
        except csv.Error as error:
            lines.give_back_all_but_first()
            yield _broken(first, error)
            continue
        lines.keep()
        if any(cell and not cell.isspace() for cell in cells):
            yield Record(first, lines.number, cells)


def _broken(line: int, error: csv.Error) -> RowProblem:
    if "field larger" in str(error) or "never ends" in str(error) or "end of data" in str(error):
        message = "opens a quotation mark that is not closed"
    else:
        message = "has a quotation mark in the wrong place"
    cure = 'Close it, or write it twice ("") where it belongs to the text'
    return RowProblem(line, "", "", "broken_quotes", message, cure)
