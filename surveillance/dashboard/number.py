"""What a number is made of, before it is put into words."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from surveillance.dashboard.scope import Scope
from surveillance.day_spans import Spread
from surveillance.models import FollowUpQuerySet
from surveillance.protocol.terms import EscalationClass

RISKS = (EscalationClass.URGENT, EscalationClass.AT_RISK, EscalationClass.LOW, EscalationClass.NONE)
"""The risk of what is owed, gravest first: the class by which the ladder runs."""

RISK_WORDS = {EscalationClass.NONE: gettext_noop("No ladder")}


def risk_words(risk: EscalationClass) -> str:
    """In plain words."""
    return _(RISK_WORDS.get(risk) or risk.label)


class Cell(NamedTuple):
    """One value of a table. `part` names the list behind it; None where there is none."""

    value: float | None
    part: str | None = None
    unit: str = ""
    words: str = ""


class Row(NamedTuple):
    """One line of a table, named by words or by the first day of its month or week."""

    label: str | date
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """One number: so many of so many, both in words. `value` is a share or days by `unit`, or
    None where there is nothing to count; a count has no unit and is its own numerator."""

    key: str
    label: str
    numerator: int
    counted: str
    denominator: int
    among: str
    value: float | None
    unit: str = ""
    part: str | None = ""
    joint: str = "of"


@dataclass(frozen=True, slots=True)
class Number:
    """A number with its figures, its table, and what it means and leaves out. Without a period it
    is counted as of the moment."""

    key: str
    title: str
    definition: str
    left_out: str
    figures: tuple[Figure, ...]
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    period: tuple[date, date] | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """How a number is counted, and what it lists. `listed` raises KeyError for an unknown part;
    the empty part is everything in the numerator.

    `excluded` lists, for each of the `excluded_parts`, people to whom nothing may be owed, each
    with the `group` that excludes them."""

    key: str
    count: Callable[[Scope], Number]
    listed: Callable[[Scope, str], FollowUpQuerySet]
    excluded_parts: tuple[str, ...] = ()
    excluded: "Callable[[Scope, str], QuerySet[Any]] | None" = None


def count(
    key: str, label: str, found: tuple[int, str], whole: tuple[int, str], joint: str = "of"
) -> Figure:
    """So many of so many."""
    return Figure(key, label, *found, *whole, float(found[0]), joint=joint)


def share(
    key: str,
    label: str,
    found: tuple[int, str],
    whole: tuple[int, str],
    *,
    part: str | None = "",
) -> Figure:
    """How many in a hundred."""
    return Figure(key, label, *found, *whole, percent(found[0], whole[0]), "%", part)


def percent(found: int, whole: int) -> float | None:
    """None where there is nothing to measure."""
    return 100 * found / whole if whole else None


def spread_cells(days: Spread) -> tuple[Cell, ...]:
    """Median, quartiles."""
    return tuple(Cell(value, None, "days") for value in (days.median, days.lower, days.upper))
