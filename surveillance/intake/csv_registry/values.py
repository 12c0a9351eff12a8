"""One cell read into one value, or refused with what is wrong and how to mend it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from unicodedata import normalize

from surveillance.protocol.unseen_signs import BETWEEN_LINES, has_unseen

ISO_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[ T]00:00(?::00(?:\.0+)?)?)?", re.ASCII)
NUMBER = re.compile(r"\d{1,12}(?:[.,]\d{1,12})?", re.ASCII)
THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?", re.ASCII)
E_MAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\"]{2,}")

FRIENDLY = (("YYYY", "%Y"), ("MONTH", "%B"), ("MON", "%b"), ("MM", "%m"), ("DD", "%d"))
YES = frozenset({"yes", "y", "true", "1", "present", "positive", "x"})
NO = frozenset({"no", "n", "false", "0", "absent", "negative"})
UNKNOWN = frozenset({"unknown", "u", "?", "unk", "notknown", "na", "n/a", "uncertain"})


class BadValue(ValueError):
    """A cell that cannot be read; says what is wrong and the cure."""

    def __init__(self, code: str, message: str, cure: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.cure = cure


class BadDateFormat(ValueError):
    """The declared date format is not one."""


@dataclass(frozen=True, slots=True)
class DateFormat:
    """How dates are written besides ISO 8601; `pattern` is for strptime, empty for ISO only."""

    name: str = ""
    pattern: str = ""

    @classmethod
    def declared(cls, name: str) -> "DateFormat":
        """Read DD/MM/YYYY, MM-DD-YYYY, DD.MM.YYYY, YYYYMMDD, DD-MON-YYYY or a strptime pattern."""
        name = name.strip()
        if not name or name.upper() in {"ISO", "YYYY-MM-DD", "%Y-%M-%D"}:
            return cls()
        pattern = name if "%" in name else _friendly(name)
        parts = sorted(re.findall(r"%(.)", pattern))
        if parts not in (["Y", "d", "m"], ["B", "Y", "d"], ["Y", "b", "d"]):
            raise BadDateFormat(
                f"“{name}” is not a date format: it must name day, month and a year of four "
                "digits once each. Use for example DD/MM/YYYY, MM/DD/YYYY or DD-MON-YYYY."
            )
        return cls(name, pattern)


def _friendly(name: str) -> str:
    pattern = name.upper()
    for word, directive in FRIENDLY:
        pattern = pattern.replace(word, directive, 1) if "%" + word not in pattern else pattern
    return pattern


Reader = Callable[[str, DateFormat], Any]


def day(text: str, dates: DateFormat) -> date:
    """A day of care: ISO 8601, or the declared format."""
    if iso := ISO_DAY.fullmatch(text):
        try:
            return date.fromisoformat(iso[1])
        except ValueError:
            raise BadValue(
                "no_such_date", "is not a day of the calendar", "Correct the date"
            ) from None
    if dates.pattern:
        try:
            # A day, not a moment: no time zone is involved.
            return datetime.strptime(text, dates.pattern).date()  # noqa: DTZ007
        except ValueError:
            cure = f"Write YYYY-MM-DD, or {dates.name} as declared"
            raise BadValue("not_a_date", "is not a date in the declared format", cure) from None
    cure = "Write YYYY-MM-DD, or declare the format of the file, for example DD/MM/YYYY"
    raise BadValue("not_a_date", "is not an ISO date", cure)


def number(
    *, least: str, most: str, places: int, unit: str = "", above: bool = False
) -> Callable[[str, DateFormat], Decimal]:
    """A reader of decimals (comma tolerated) in [least, most] (or above `least`), never rounded."""
    low, high = Decimal(least), Decimal(most)
    span = f"{'above' if above else 'from'} {least} to {most}" + (f" {unit}" if unit else "")

    def read(text: str, _dates: DateFormat) -> Decimal:
        bare = text[: -len(unit)].rstrip() if unit and text.lower().endswith(unit) else text
        value = _decimal(bare)
        if value < low or value > high or (above and value == low):
            raise BadValue("out_of_range", f"is not {span}", f"Give a number {span}")
        if -int(value.normalize().as_tuple().exponent) > places:
            cure = f"Give at most {places} decimal places; sizes are never rounded here"
            raise BadValue("too_precise", f"has more than {places} decimal places", cure)
        return value

    return read


def _decimal(text: str) -> Decimal:
    if THOUSANDS.fullmatch(text):
        cure = "Write 1234 or 1.234: a comma before three digits could be either"
        raise BadValue("ambiguous_number", "can be read in two ways", cure)
    if text.startswith("-"):
        raise BadValue("negative", "is negative", "Correct the number")
    if not NUMBER.fullmatch(text):
        cure = "Write digits with one decimal point or comma, for example 8.5; leave out < and ~"
        raise BadValue("not_a_number", "is not a number", cure)
    return Decimal(text.replace(",", "."))


def text(most: int) -> Callable[[str, DateFormat], str]:
    """A reader of free text of at most `most` characters."""

    def read(value: str, _dates: DateFormat) -> str:
        value = normalize("NFC", value)
        if len(value) > most:
            cure = f"Shorten it to {most} characters"
            raise BadValue("too_long", f"has {len(value)} characters, more than {most}", cure)
        if has_unseen(value, BETWEEN_LINES):
            raise BadValue("control_character", "contains an invisible character", "Remove it")
        return value

    return read


def slug(value: str, dates: DateFormat) -> str:
    """The short name of a site; capitals do not matter."""
    return text(60)(value, dates).casefold()


def e_mail(value: str, _dates: DateFormat) -> str:
    """An e-mail address."""
    if not E_MAIL.fullmatch(value) or len(value) > 254 or has_unseen(value):
        cure = "Write one address such as name@example.org, or leave the cell blank"
        raise BadValue("not_an_email", "is not an e-mail address", cure)
    return value


def tri(value: str, _dates: DateFormat) -> str:
    """A three-valued fact: YES, NO or UNKNOWN."""
    word = value.casefold().replace(" ", "")
    if word in YES:
        return "YES"
    if word in NO:
        return "NO"
    if word in UNKNOWN:
        return "UNKNOWN"
    cure = "Write yes, no or unknown, or leave the cell blank"
    raise BadValue("not_yes_no_unknown", "is not yes, no or unknown", cure)


def yes_no(value: str, _dates: DateFormat) -> bool:
    """A plain yes or no."""
    word = value.casefold().replace(" ", "")
    if word in YES:
        return True
    if word in NO:
        return False
    raise BadValue("not_yes_no", "is neither yes nor no", "Write yes or no")
