"""Days between two dates in SQL, and how such spans are spread: median and quartiles."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.db.models import Case, Count, DateTimeField, Func, IntegerField, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Least, NullIf

Day = date | Value | Case
"""A day, or an expression for it where several sites have different ones."""


class DaysBetween(Func):
    """Whole days from the second date to the first, as an integer on both databases."""

    output_field = IntegerField()

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        """A bare parameter has no type there: two of them could not be subtracted."""
        words = {"template": "((%(expressions)s)::date)", "arg_joiner": ")::date - ("}
        return self.as_sql(compiler, connection, **words | extra)

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        """Dates are text there; julianday counts them."""
        whole = "CAST(julianday(%(expressions)s) AS integer)"
        words = {"template": whole, "arg_joiner": ") - julianday("}
        return self.as_sql(compiler, connection, **words | extra)


_NEVER = datetime(9999, 12, 31, tzinfo=UTC)


def sooner(first: Combinable | str, second: Combinable | str) -> Combinable:
    """The sooner of two moments, where either may be missing; each is looked up once."""
    moment = DateTimeField()
    never = Value(_NEVER, moment)
    least = Least(Coalesce(first, never), Coalesce(second, never), output_field=moment)
    return NullIf(least, never)


@dataclass(frozen=True, slots=True)
class Spread:
    """How many days it took: of how many, the median and the quartiles between which half lies."""

    count: int = 0
    lower: float | None = None
    median: float | None = None
    upper: float | None = None


def spread_of(rows: "QuerySet[Any]", days: Combinable) -> Spread:
    """The spread of one span. One query; what comes back is at most one row per number of days."""
    counted = rows.order_by().values_list(days).annotate(Count("pk"))
    return spread(counted)


def spreads_of(rows: "QuerySet[Any]", by: str, days: Combinable) -> dict[Any, Spread]:
    """The same apart for each value of the field `by`. One query."""
    groups: defaultdict[Any, list[tuple[int | None, int]]] = defaultdict(list)
    for key, span, count in rows.order_by().values_list(by, days).annotate(Count("pk")):
        groups[key].append((span, count))
    return {key: spread(counted) for key, counted in groups.items()}


def spread(counted: "Iterable[tuple[int | None, int]]") -> Spread:
    """From pairs (days, how many); without days it has not happened, and is left out."""
    sizes = sorted((span, count) for span, count in counted if span is not None)
    total = sum(count for _, count in sizes)
    if not total:
        return Spread()
    quarters = (_quantile(sizes, total, share) for share in (0.25, 0.5, 0.75))
    return Spread(total, *quarters)


def _quantile(sizes: list[tuple[int, int]], total: int, share: float) -> float:
    """Between two of the sorted values it lies on the line, as PostgreSQL's percentile_cont."""
    place = share * (total - 1)
    below, above = _at(sizes, int(place)), _at(sizes, min(int(place) + 1, total - 1))
    return below + (above - below) * (place - int(place))


def _at(sizes: list[tuple[int, int]], index: int) -> int:
    for span, count in sizes:
        if index < count:
            return span
        index -= count
    raise IndexError(index)
