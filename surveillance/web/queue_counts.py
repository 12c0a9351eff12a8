"""How many patients each list of the queue holds under the filters in force (ADR 0043).

Counted anew for every page, up to COUNT_LIMIT: nothing is kept that could be out of date.
"""

from typing import Any

from django.db import connection
from django.db.models import Case, Count, Value, When

from surveillance.models import FollowUpQuerySet
from surveillance.protocol.queue_lists import Tab
from surveillance.web.queue_filter import QueueFilter
from surveillance.web.queue_tabs import Desk, is_listed, owed_at, rows_of

COUNT_LIMIT = 1_000
ROWS_COUNTED = 2 * (COUNT_LIMIT + 1)
ROWS_MARKED = 15_000
"""What is read once for all lists: everything that most sites owe."""


def counts_of(desk: Desk, narrowed: QueueFilter) -> dict[Tab, int]:
    """Patients per tab, counted up to COUNT_LIMIT + 1.

    One query where no more than ROWS_MARKED rows fit the filters. At a larger site one or two more
    for each list of which the first ROWS_MARKED do not hold enough.
    """
    seen, found = _marked(narrowed.apply(owed_at(desk)), desk)
    is_everything = seen < ROWS_MARKED
    return {
        tab: min(found[tab], COUNT_LIMIT + 1)
        if is_everything or found[tab] > COUNT_LIMIT
        else count_of(tab, desk, narrowed)
        for tab in Tab
    }


def _marked(rows: FollowUpQuerySet, desk: Desk) -> tuple[int, dict[Tab, int]]:
    """How many rows were read, and the patients of each list among them.

    Django writes the rows with their marks; the sums about them are written here, since its own
    way to them takes as long in Python as twelve counts.
    """
    marks: dict[str, Any] = {
        f"in_{tab}": Case(When(is_listed(tab, desk), then=Value(1)), default=Value(0))
        for tab in Tab
    }
    marked = rows.annotate(**marks).dangerous_first().values("patient_id", *marks)
    inner, given = marked[:ROWS_MARKED].query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"{_SUMS} FROM ({_PEOPLE} FROM ({inner}) r GROUP BY patient_id) p", given)
        seen, *people = cursor.fetchone()
    return int(seen or 0), {tab: found or 0 for tab, found in zip(Tab, people, strict=True)}


_PEOPLE = f"SELECT COUNT(*) AS seen, {', '.join(f'MAX(in_{tab}) AS in_{tab}' for tab in Tab)}"
_SUMS = f"SELECT SUM(seen), {', '.join(f'SUM(in_{tab})' for tab in Tab)}"


def count_of(tab: Tab, desk: Desk, narrowed: QueueFilter) -> int:
    """Patients in one tab, counted up to COUNT_LIMIT + 1.

    The first rows that match are enough, where patients have two on average; else, and only then,
    the most urgent row of each patient is counted.
    """
    rows = narrowed.apply(rows_of(tab, desk))
    first = rows.values("pk", "patient_id")[:ROWS_COUNTED]
    found = first.aggregate(rows=Count("pk"), people=Count("patient_id", distinct=True))
    if found["rows"] < ROWS_COUNTED or found["people"] > COUNT_LIMIT:
        return min(int(found["people"]), COUNT_LIMIT + 1)
    return rows.most_urgent_per_patient()[: COUNT_LIMIT + 1].count()


def hidden_by(tab: Tab, desk: Desk, narrowed: QueueFilter) -> dict[str, int]:
    """Of an empty page: how many there would be without each criterion, and, under the empty name,
    without all of them. A query for each."""
    counts = {name: count_of(tab, desk, narrowed.without(name)) for name, _value in narrowed.values}
    return counts | {"": count_of(tab, desk, QueueFilter())}
