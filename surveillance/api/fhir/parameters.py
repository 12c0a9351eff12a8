"""Search parameters: what their values mean, as conditions on rows."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q
from rest_framework.exceptions import ValidationError

Condition = Callable[[str], Q]

_DATE = re.compile(
    r"(?P<prefix>eq|ne|gt|lt|ge|le|sa|eb)?(?P<year>\d{4})(-(?P<month>\d\d)(-(?P<day>\d\d))?)?"
    r"(?P<time>T[\d:.]+(Z|[+-]\d\d:\d\d))?"
)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One search parameter; `kind` is FHIR's word for it. In a URL nothing that names a person."""

    kind: str
    words: str
    condition: Condition
    only_in_body: bool = False


def refused(name: str, value: str, how: str) -> ValidationError:
    """The value cannot be understood; says how to write it."""
    return ValidationError({name: [f"“{value}” cannot be understood. {how}"]})


def reference(lookup: str, kind: str) -> Condition:
    """A resource by id, with or without its type (`Patient/…`)."""

    def condition(value: str) -> Q:
        return Q(**{lookup: as_uuid(value.removeprefix(f"{kind}/"), kind.lower())})

    return condition


def as_uuid(value: str, name: str) -> UUID:
    """Raises ValidationError for what is no id of ours."""
    try:
        return UUID(value)
    except ValueError:
        raise refused(name, value, "Give the id of the resource.") from None


def token(lookup: str) -> Condition:
    """A code or identifier, with or without its system (`system|value`)."""
    return lambda value: Q(**{lookup: value.rpartition("|")[2]})


def text(lookup: str) -> Condition:
    """The beginning of a text, in any case."""
    return lambda value: Q(**{f"{lookup}__istartswith": value})


def one_of(meanings: dict[str, Q]) -> Condition:
    """Codes, several of them with commas between."""

    def condition(value: str) -> Q:
        found = Q(pk__in=[])
        for code in value.split(","):
            plain = code.rpartition("|")[2]
            if plain not in meanings:
                raise refused("status", code, f"Use {', '.join(meanings)}.")
            found |= meanings[plain]
        return found

    return condition


def day(lookup: str) -> Condition:
    """A column of days."""
    return lambda value: _compared(lookup, value, lambda on: on)


def moment(lookup: str) -> Condition:
    """A column of moments; a day is that of UTC."""
    return lambda value: _compared(
        lookup, value, lambda on: datetime.combine(on, time(), tzinfo=UTC)
    )


def _compared(lookup: str, value: str, edge: Callable[[date], Any]) -> Q:
    said = _DATE.fullmatch(value)
    if said is None:
        raise refused(lookup, value, "Give YYYY-MM-DD, with ge, le, gt, lt before it if wanted.")
    try:
        first, after = _days(said)
    except ValueError:
        raise refused(lookup, value, "There is no such day.") from None
    low, high = edge(first), edge(after)
    within = Q(**{f"{lookup}__gte": low, f"{lookup}__lt": high})
    return {
        "ne": ~within,
        "ge": Q(**{f"{lookup}__gte": low}),
        "gt": Q(**{f"{lookup}__gte": high}),
        "sa": Q(**{f"{lookup}__gte": high}),
        "le": Q(**{f"{lookup}__lt": high}),
        "lt": Q(**{f"{lookup}__lt": low}),
        "eb": Q(**{f"{lookup}__lt": low}),
    }.get(said["prefix"] or "eq", within)


def _days(said: re.Match[str]) -> tuple[date, date]:
    """The first day meant, and the day after the last. A time counts as its day."""
    year, month, on = (int(said[name]) if said[name] else None for name in ("year", "month", "day"))
    first = date(year or 0, month or 1, on or 1)
    if on is not None:
        return first, first + timedelta(days=1)
    if month is not None:
        return first, date(first.year + month // 12, month % 12 + 1, 1)
    return first, date(first.year + 1, 1, 1)
