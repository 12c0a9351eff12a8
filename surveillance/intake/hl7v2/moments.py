"""HL7 time stamps: YYYY[MM[DD[HHMM[SS[.S…]]]]][+/-ZZZZ]."""

import re
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

STAMP: Final = re.compile(
    r"(\d{4})(?:(\d\d)(?:(\d\d)(?:(\d\d)(?:(\d\d)(?:(\d\d)(?:\.(\d{1,6})\d*)?)?)?)?)?)?"
    r"(?:([+-])(\d\d)(\d\d))?",
    re.ASCII,
)
EARLIEST_YEAR: Final = 1850
LATEST_YEAR: Final = 2200


def day(text: str) -> date | None:
    """The day as it was written at its own place; None if it is less precise, or no day."""
    found = STAMP.fullmatch(text.strip())
    if not found or not found[3] or not EARLIEST_YEAR <= int(found[1]) <= LATEST_YEAR:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None


def is_date(text: str) -> bool:
    """Whether it is a date of a person's time at all: a day, a month or a year."""
    found = STAMP.fullmatch(text.strip())
    if not found or not EARLIEST_YEAR <= int(found[1]) <= LATEST_YEAR:
        return False
    try:
        date(int(found[1]), int(found[2] or 1), int(found[3] or 1))
    except ValueError:
        return False
    return True


def moment(text: str, zone: tzinfo) -> datetime | None:
    """The moment, in `zone` where the stamp names no offset; the start of the day if it is only a
    day; None if it is less precise, or no moment."""
    written = day(text)
    found = STAMP.fullmatch(text.strip())
    if written is None or found is None:
        return None
    hour, minute, second = (int(found[place] or 0) for place in (4, 5, 6))
    try:
        at = time(hour, minute, min(second, 59), int((found[7] or "").ljust(6, "0")))
        return datetime.combine(written, at, _offset(found) or zone)
    except ValueError:
        return None


def has_time(text: str) -> bool:
    """Whether the stamp says an hour, not only a day."""
    found = STAMP.fullmatch(text.strip())
    return bool(found and found[4])


@lru_cache(maxsize=256)
def zone_named(name: str) -> ZoneInfo:
    """The time zone of that name. Raises ValueError if there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(name) from None


def _offset(found: re.Match[str]) -> tzinfo | None:
    if not found[8]:
        return None
    away = timedelta(hours=int(found[9]), minutes=int(found[10]))
    return timezone(away if found[8] == "+" else -away)
