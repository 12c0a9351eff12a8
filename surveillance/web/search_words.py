"""Reads what somebody typed into the search field: names, an MRN, a birth date in local form, a
telephone number as people write it."""

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

MONTHS = (
    "jan ene", "feb", "mar", "apr abr", "may", "jun", "jul", "aug ago", "sep set", "oct", "nov",
    "dec dic",
)  # fmt: skip
"""As people write them, whatever language their pages are in: English, then Spanish."""
MONTH_OF = {name: number for number, names in enumerate(MONTHS, 1) for name in names.split()}
LONGEST = 100
ISO = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b")
NUMBERS = re.compile(r"\b(\d{1,2})[./-](\d{1,2})[./-](\d{4})\b")
NAMED_MONTH = re.compile(
    r"\b(\d{1,2})\.?\s+(?:de\s+)?([A-Za-z]{3})[a-z]*\.?,?\s+(?:de\s+)?(\d{4})\b"
)
PHONE = re.compile(r"[+(\d][\d\s()./-]{5,}\d")
FEWEST_DIGITS = 7
MONTH_FIRST = re.compile(r"\b([A-Za-z]{3})[a-z]*\.?\s+(\d{1,2}),?\s+(\d{4})\b")


@dataclass(frozen=True, slots=True)
class Search:
    """`words` begin an MRN or a name; `birth_dates` are every day that the typed date may mean;
    `phone` is what was typed when it can be a telephone number (it may be an MRN as well)."""

    words: str
    birth_dates: frozenset[date]
    phone: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to look for."""
        return not self.words and not self.birth_dates


def read_search(text: str) -> Search:
    """Split what was typed into words and birth dates.

    '03/04/1958' is taken as 3 April and as 4 March: finding one patient too many is mended by a
    glance, missing one is not. A date that cannot be is left among the words.
    """
    rest = text.strip()[:LONGEST]
    dates: set[date] = set()
    for pattern, meanings in _FORMS:
        for match in pattern.finditer(rest):
            found = meanings(*match.groups())
            dates |= found
            if found:
                rest = rest.replace(match.group(0), " ", 1)
    words = " ".join(rest.replace(",", " ").split())
    is_phone = PHONE.fullmatch(words) and sum(map(str.isdigit, words)) >= FEWEST_DIGITS
    return Search(words, frozenset(dates), words if is_phone else "")


def day_named(text: str) -> date | None:
    """The day that '4 Mar 1958' or '4 de marzo de 1958' names; None for anything else."""
    match = NAMED_MONTH.fullmatch(text.strip())
    return next(iter(_named(*match.groups())), None) if match else None


def _days(*candidates: tuple[int, int, int]) -> set[date]:
    found = set()
    for year, month, day in candidates:
        with suppress(ValueError):
            found.add(date(year, month, day))
    return found


def _iso(year: str, month: str, day: str) -> set[date]:
    return _days((int(year), int(month), int(day)))


def _numbers(first: str, second: str, year: str) -> set[date]:
    return _days((int(year), int(second), int(first)), (int(year), int(first), int(second)))


def _named(day: str, month: str, year: str) -> set[date]:
    number = MONTH_OF.get(month.lower())
    return _days((int(year), number, int(day))) if number else set()


def _month_first(month: str, day: str, year: str) -> set[date]:
    return _named(day, month, year)


_FORMS = (
    (ISO, _iso),
    (NUMBERS, _numbers),
    (NAMED_MONTH, _named),
    (MONTH_FIRST, _month_first),
)
