"""FHIR's dates and moments: days of care are days at the site."""

from datetime import MAXYEAR, MINYEAR, UTC, date, datetime
from zoneinfo import ZoneInfo

DAY = 10
"""Characters of a whole day, YYYY-MM-DD. Shorter: a month or a year."""


def is_real(value: str) -> bool:
    """Whether a date that is written as FHIR asks for exists (no 30 February). The first and the
    last year of the calendar do not: a time zone could lead out of them."""
    padded = value + "-01-01"[len(value) - 4 :] if len(value) < DAY else value
    try:
        found = datetime.fromisoformat(_without_leap_second(padded))
    except ValueError:
        return False
    return MINYEAR < found.year < MAXYEAR


def day_of(value: str, zone: ZoneInfo) -> date | None:
    """The site's day. None: only a month or a year is known."""
    if len(value) < DAY:
        return None
    if len(value) == DAY:
        return date.fromisoformat(value)
    return _at(value, zone).date()


def moment_of(value: str, zone: ZoneInfo) -> datetime | None:
    """The moment, aware. A day without a time counts from its midnight at the site; a month or a
    year is no moment: None."""
    if len(value) < DAY:
        return None
    if len(value) == DAY:
        return datetime.fromisoformat(value).replace(tzinfo=zone).astimezone(UTC)
    return _at(value, zone).astimezone(UTC)


def _at(value: str, zone: ZoneInfo) -> datetime:
    return datetime.fromisoformat(_without_leap_second(value)).astimezone(zone)


def _without_leap_second(value: str) -> str:
    return value[:17] + "59" + value[19:] if value[17:19] == "60" else value
