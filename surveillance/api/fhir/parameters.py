"""Search parameters: what their values mean, as conditions on rows."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Q

Condition = Callable[[str], Q]

_DATE = re.compile(
    r"(?P<prefix>eq|ne|gt|lt|ge|le|sa|eb)?(?P<year>\d{4})(-(?P<month>\d\d)(-(?P<day>\d\d))?)?"
    r"(T(?P<clock>\d\d:\d\d(:\d\d(\.\d{1,9})?)?)(?P<zone>Z|[+ -]\d\d:\d\d)?)?"
)
HOW_A_DATE = "Give YYYY-MM-DD, with eq, ne, ge, le, gt, lt, sa or eb before it if wanted (no ap)."
HL7_CODES = ("http://hl7.org/", "http://terminology.hl7.org/")
LONGEST_NUMBER = 18
_COMMA = re.compile(r"(?<!\\),")


class NotUnderstood(ValueError):
    """A value that means nothing; its words say how to write it."""

    def __init__(self, value: str, how: str) -> None:
        super().__init__(f"“{value}” cannot be understood. {how}")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One search parameter; `kind` is FHIR's word for it. In a URL nothing that names a person."""

    kind: str
    words: str
    condition: Condition
    only_in_body: bool = False
    is_narrow: bool = False
    """Whether it leads to few people: who searches by it has looked at whoever is found."""

    def any_of(self, value: str) -> Q:
        """Several values with commas between: any of them. Raises NotUnderstood."""
        found = Q(pk__in=[])
        for one in alternatives(value):
            found |= self.condition(one)
        return found


def alternatives(value: str) -> list[str]:
    """The values between commas; a comma that is meant is written `\\,`."""
    return [one.replace("\\,", ",") for one in _COMMA.split(value)]


def reference(lookup: str, kind: str) -> Condition:
    """A resource by id, with or without its type (`Patient/…`) and our own address before it."""
    return lambda value: Q(**{lookup: id_in(value, kind)})


def id_in(value: str, kind: str) -> UUID:
    """The id in a reference. Raises NotUnderstood for what is no id of ours."""
    plain = value.removeprefix(f"{settings.SITE_URL}/fhir/r4/").removeprefix(f"{kind}/")
    try:
        return UUID(plain)
    except ValueError:
        raise NotUnderstood(value, f"Give {kind}/ and the id of the resource.") from None


def account(lookup: str) -> Condition:
    """A member of staff by number, with or without its system (`urn:hepcalc:account|12`)."""

    def condition(value: str) -> Q:
        number = value.removeprefix("urn:hepcalc:account|")
        if not number.isdecimal() or len(number) > LONGEST_NUMBER:
            raise NotUnderstood(value, "Give the number in `owner.identifier`.")
        return Q(**{lookup: number})

    return condition


def number_without_system(lookup: str) -> Condition:
    """An identifier that has no system here: with one (`system|value`) it is another's."""

    def condition(value: str) -> Q:
        system, _bar, number = value.rpartition("|")
        return Q(pk__in=[]) if system else Q(**{lookup: number})

    return condition


def number_of_site(lookup: str, system: str) -> Condition:
    """A number that each site gives for itself, with or without its system (`<system>:<site>`)."""

    def condition(value: str) -> Q:
        said, bar, number = value.rpartition("|")
        if not bar:
            return Q(**{lookup: number})
        ours, _colon, slug = said.rpartition(":")
        return Q(**{lookup: number, "site__slug": slug}) if ours == system else Q(pk__in=[])

    return condition


def text(*lookups: str) -> Condition:
    """The beginning of a text, in any case; of any of these columns."""

    def condition(value: str) -> Q:
        found = Q(pk__in=[])
        for lookup in lookups:
            found |= Q(**{f"{lookup}__istartswith": value})
        return found

    return condition


def one_of(meanings: dict[str, Q]) -> Condition:
    """One of these codes."""

    def condition(value: str) -> Q:
        system, _bar, code = value.rpartition("|")
        if code not in meanings:
            raise NotUnderstood(value, f"Use {', '.join(meanings)}.")
        return meanings[code] if not system or system.startswith(HL7_CODES) else Q(pk__in=[])

    return condition


def day(lookup: str) -> Condition:
    """A column of days; a time counts as its day."""
    return lambda value: _compared(lookup, value, _days)


def moment(lookup: str) -> Condition:
    """A column of moments, to the precision of what is given; without an offset in UTC."""
    return lambda value: _compared(lookup, value, _moments)


def _compared(lookup: str, value: str, span: Callable[[re.Match[str]], tuple[date, date]]) -> Q:
    """`span`: the first and the one after the last that the value means."""
    said = _DATE.fullmatch(value)
    if said is None:
        raise NotUnderstood(value, HOW_A_DATE)
    try:
        low, high = span(said)
    except (ValueError, OverflowError):
        raise NotUnderstood(value, "There is no such day.") from None
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
    year, month, on = (int(said[name]) if said[name] else None for name in ("year", "month", "day"))
    first = date(year or 0, month or 1, on or 1)
    if on is not None:
        return first, first + timedelta(days=1)
    if month is not None:
        return first, date(first.year + month // 12, month % 12 + 1, 1)
    return first, date(first.year + 1, 1, 1)


def _moments(said: re.Match[str]) -> tuple[datetime, datetime]:
    first, after = (datetime.combine(on, time(), tzinfo=UTC) for on in _days(said))
    if said["clock"] is None:
        return first, after
    # In an address a plus sign that was not escaped arrives as a blank.
    zone = (said["zone"] or "Z").replace(" ", "+")
    begun = datetime.fromisoformat(f"{first.date()}T{said['clock']}{zone}")
    return begun, begun + _precision(said["clock"])


def _precision(clock: str) -> timedelta:
    fraction = clock.partition(".")[2]
    if fraction:
        return timedelta(microseconds=10 ** max(0, 6 - len(fraction)))
    return timedelta(seconds=1) if clock.count(":") > 1 else timedelta(minutes=1)
