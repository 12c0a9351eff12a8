"""What a page of the navigator's queue costs, at 50,000 and at a million open follow-ups.

Goals (P5): a deep page by keyset costs at most 1.5 times the first one, and a hundredth of OFFSET
100,000; the number of queries does not grow with the rows. The baseline of the page is the bare
SQL that fetches the same rows, in the same run. What drawing them costs is `bench.rendering`.

Run: python -m bench.queue [ROWS ...]. The site that is measured holds 22 % of the rows.
"""

import statistics
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any
from unittest.mock import patch

from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings

from bench import measure, queue_data
from bench.sweep_data import DAY, NOW
from patients.models import Site
from surveillance.protocol.queue_lists import Tab
from surveillance.web.queue_counts import count_of, counts_of
from surveillance.web.queue_filter import QueueFilter, read_filter
from surveillance.web.queue_query import PAGE_SIZE, Place, page_of, with_row_fields
from surveillance.web.queue_tabs import Desk, desk_of, rows_of

ROUNDS = 30
SLOW_ROUNDS = 5
DEEP = 400
"""Pages before the deep one."""
FAR = 100_000
NO_FILTER = QueueFilter()
FILTERS: dict[str, dict[str, str]] = {
    "no filter": {},
    "Spanish (1 in 12)": {"language": "es"},
    "Polish (1 in 400)": {"language": "pl"},
    "urgent (1 in 100)": {"class": "URGENT"},
    "contrast ultrasound (1 in 200)": {"modality": "CEUS"},
    "low risk (3 in 10)": {"risk": "LOW_RISK"},
}


class _Clock:
    """The view asks what time it is: a moment of the data."""

    @staticmethod
    def now() -> Any:
        """Noon of the day of the data."""
        return NOW


@contextmanager
def as_in_production() -> Iterator[None]:
    """On the day of the data, with files that need not have been collected."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with (
        patch("surveillance.web.queue.timezone", _Clock),
        override_settings(STORAGES={**settings.STORAGES, "staticfiles": plain}),
    ):
        yield


def main(*sizes: int) -> None:
    """Each size in turn."""
    with as_in_production():
        for rows in sizes or (50_000, 1_000_000):
            queue_data.prepare(rows)
            _measure(rows)


def _measure(rows: int) -> None:
    reader = User.objects.get(username=queue_data.READER)
    desk = desk_of(reader, Site.objects.get(slug=queue_data.LARGEST), DAY)
    print(f"\n{rows:,} open follow-ups; the site holds {_patients(desk):,} patients")
    _pages(desk)
    _views(reader, desk)
    _counts(desk)
    _filters(desk)


def _patients(desk: Desk) -> int:
    return rows_of(Tab.ALL, desk).values("patient").distinct().count()


def _pages(desk: Desk) -> None:
    """The rows of a page as bare SQL: first, deep by keyset, deep by OFFSET."""
    deep, far = _place(desk, DEEP * PAGE_SIZE), _patients(desk) > FAR
    asked = {
        "first page": _bare(_page_rows(desk)),
        f"page {DEEP} by keyset": _bare(_page_rows(desk, deep)),
        f"page {DEEP} by OFFSET": _bare(_page_rows(desk), DEEP * PAGE_SIZE),
    }
    if deep is None:
        asked = {"first page": asked["first page"]}
    taken = measure.interleaved(asked, ROUNDS)
    if far:
        slow = {f"OFFSET {FAR:,}": _bare(_page_rows(desk), FAR)}
        taken |= measure.interleaved(slow, SLOW_ROUNDS)
    _tell("Bare SQL of the 50 rows, list “All owed”", taken, "first page")


def _views(reader: User, desk: Desk) -> None:
    """The page and the fragment through every layer, against the bare SQL of its rows."""
    client = Client(headers={"Host": "localhost"})
    client.force_login(reader)
    deep = _place(desk, DEEP * PAGE_SIZE)
    for tab in (Tab.OVERDUE, Tab.ALL):
        url = f"/queue/?site={queue_data.LARGEST}&tab={tab}"
        asked: dict[str, Callable[[], object]] = {
            "bare SQL": _bare(_page_rows(desk, tab=tab)),
            "rows as objects": partial(page_of, tab, desk, NO_FILTER, None),
            "fragment": partial(_get, client, url, htmx="true"),
            "whole page": partial(_get, client, url),
        }
        if tab is Tab.ALL and deep:
            there = f"{url}&after={deep}"
            asked[f"bare SQL, page {DEEP}"] = _bare(_page_rows(desk, deep))
            asked[f"fragment, page {DEEP}"] = partial(_get, client, there, htmx="true")
            asked[f"whole page, page {DEEP}"] = partial(_get, client, there)
        taken = measure.interleaved(asked, ROUNDS)
        with CaptureQueriesContext(connection) as queries:
            size = len(_get(client, url, htmx="true"))
        _tell(
            f"View, list “{tab}”: {len(queries)} queries, {size / 1024:.0f} KB", taken, "bare SQL"
        )


def _counts(desk: Desk) -> None:
    """All of them as a page asks for them, against each by itself; and each."""
    asked: dict[str, Callable[[], object]] = {
        "as a page asks": partial(counts_of, desk, NO_FILTER),
        "each by itself": partial(_each_count, desk, NO_FILTER),
    }
    for tab in Tab:
        found = count_of(tab, desk, NO_FILTER)
        asked[f"{tab}: {found:,}"] = partial(count_of, tab, desk, NO_FILTER)
    with CaptureQueriesContext(connection) as queries:
        counts_of(desk, NO_FILTER)
    title = f"Counts, capped at 1,001, a page asks {len(queries)} queries"
    _tell(title, measure.interleaved(asked, ROUNDS // 3), "each by itself")


def _filters(desk: Desk) -> None:
    """First page of “All owed” and the twelve counts under a filter."""
    asked: dict[str, Callable[[], object]] = {
        "no filter": partial(_page_and_counts, desk, NO_FILTER)
    }
    for words, said in FILTERS.items():
        asked[words] = partial(_page_and_counts, desk, read_filter(said, {}))
    _tell("One page and twelve counts", measure.interleaved(asked, SLOW_ROUNDS), "no filter")


def _page_rows(desk: Desk, after: Place | None = None, tab: Tab = Tab.ALL) -> Any:
    rows = rows_of(tab, desk).most_urgent_per_patient()
    if after:
        rows = rows.after(after.sort_key, after.pk)
    return with_row_fields(rows).dangerous_first()


def _bare(rows: Any, offset: int = 0) -> Callable[[], int]:
    """The statement that the page sends, without Django around it."""
    sql, given = rows[offset : offset + PAGE_SIZE + 1].query.sql_with_params()
    raw = connection.cursor().cursor.mogrify(sql, given)

    def ask() -> int:
        with connection.cursor() as cursor:
            cursor.cursor.execute(raw)
            return len(cursor.fetchall())

    return ask


def _place(desk: Desk, before: int) -> Place | None:
    found = rows_of(Tab.ALL, desk).most_urgent_per_patient().dangerous_first()
    row = next(iter(found.values_list("sort_key", "pk")[before : before + 1]), None)
    return Place(*row) if row else None


def _get(client: Client, url: str, htmx: str = "") -> bytes:
    response = client.get(url, headers={"HX-Request": htmx} if htmx else {})
    assert response.status_code == 200, response.status_code
    return response.content


def _each_count(desk: Desk, narrowed: QueueFilter) -> list[int]:
    return [count_of(tab, desk, narrowed) for tab in Tab]


def _page_and_counts(desk: Desk, narrowed: QueueFilter) -> None:
    page_of(Tab.ALL, desk, narrowed, None)
    counts_of(desk, narrowed)


def _tell(title: str, taken: Mapping[str, list[float]], baseline: str) -> None:
    base = statistics.median(taken[baseline])
    print(f"\n{title}")
    for name, runs in taken.items():
        middle, most = statistics.median(runs), _p95(runs)
        print(
            f"  {name:<36} p50 {middle * 1000:9.2f} ms  p95 {most * 1000:9.2f} ms"
            f"  x {middle / base:.2f} of “{baseline}”"
        )


def _p95(runs: list[float]) -> float:
    return sorted(runs)[min(len(runs) - 1, int(len(runs) * 0.95))]


if __name__ == "__main__":
    main(*(int(argument.replace("_", "")) for argument in sys.argv[1:]))
