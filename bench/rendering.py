"""What it costs to draw the queue: our templates against Jinja2 with the same rows, in CPU time.

Goals (P6): the rows at most 2.5 times Jinja2; the whole answer at most 1.4 times what it would take
if they were drawn by Jinja2. Below both stands the floor: the same words put together in Python.
Both engines draw the same template (bench/in_jinja.py), and say the same: it is compared first.

Run: python -m bench.rendering [ROWS].
"""

import gc
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial

from django.contrib.auth.models import User
from django.template.loader import render_to_string
from django.test import Client
from django.utils.html import strip_tags

from bench import queue_data
from bench.in_jinja import engine, said_in_jinja
from bench.queue import NO_FILTER, as_in_production
from bench.sweep_data import DAY
from patients.models import Site
from surveillance.protocol.queue_lists import Tab
from surveillance.web.queue_query import page_of, surroundings_of
from surveillance.web.queue_rows import QueueRow, queue_rows
from surveillance.web.queue_tabs import desk_of

ROUNDS = 60
TABLE = "surveillance/_queue_table.html"


def main(rows: int = 50_000) -> None:
    """Fill, compare what both say, then take turns."""
    with as_in_production():
        queue_data.prepare(rows)
        rows_shown = _rows()
        queue = {"rows": rows_shown, "heading": "All owed", "found": None}
        page = {"page": queue, "csrf_token": "x"}
        table = engine().from_string(said_in_jinja(TABLE))
        ours = partial(render_to_string, TABLE, page)
        _say_the_same(ours(), table.render(page))
        taken = _interleaved(
            {
                "words put together": partial(_put_together, rows_shown),
                "Jinja2": partial(table.render, page),
                "our templates": ours,
                "whole fragment": partial(_fragment, _client()),
            }
        )
    _tell(taken)


def _rows() -> tuple[QueueRow, ...]:
    reader = User.objects.get(username=queue_data.READER)
    desk = desk_of(reader, Site.objects.get(slug=queue_data.LARGEST), DAY)
    found = page_of(Tab.ALL, desk, NO_FILTER, None).follow_ups
    return queue_rows(found, surroundings_of(found, desk.on, reader), desk.on)


def _client() -> Client:
    client = Client(headers={"Host": "localhost", "HX-Request": "true"})
    client.force_login(User.objects.get(username=queue_data.READER))
    return client


def _fragment(client: Client) -> bytes:
    response = client.get(f"/queue/?site={queue_data.LARGEST}&tab=all")
    assert response.status_code == 200, response.status_code
    return response.content


def _say_the_same(ours: str, theirs: str) -> None:
    one, other = strip_tags(ours).split(), strip_tags(theirs).split()
    if one != other:
        sys.exit("The two engines do not say the same; what they cost is not comparable.")


def _put_together(rows: tuple[QueueRow, ...]) -> str:
    fields = [name for name in QueueRow.__slots__ if name != "lead"]
    cells = ("".join(f"<td>{getattr(row, name)}</td>" for name in fields) for row in rows)
    return "".join(f"<tr>{row}</tr>" for row in cells)


def _interleaved(asked: Mapping[str, Callable[[], object]]) -> dict[str, list[float]]:
    """CPU seconds of this process, each variant in turn."""
    taken: dict[str, list[float]] = {name: [] for name in asked}
    for _ in range(ROUNDS):
        for name, work in asked.items():
            gc.collect()
            begun = time.process_time()
            work()
            taken[name].append(time.process_time() - begun)
    return taken


def _tell(taken: Mapping[str, list[float]]) -> None:
    middle = {name: statistics.median(runs) for name, runs in taken.items()}
    print(f"\nRendering of 50 rows, CPU of the process ({ROUNDS} rounds)")
    for name, runs in taken.items():
        late = sorted(runs)[int(len(runs) * 0.95)]
        print(
            f"  {name:<22} p50 {middle[name] * 1000:7.2f} ms  p95 {late * 1000:7.2f} ms"
            f"  x {middle[name] / middle['Jinja2']:.2f} of “Jinja2”"
        )
    saved = middle["our templates"] - middle["Jinja2"]
    with_theirs = middle["whole fragment"] - saved
    print(
        f"  the whole fragment would take {with_theirs * 1000:.2f} ms with Jinja2 for its rows: "
        f"x {middle['whole fragment'] / with_theirs:.2f}"
    )


if __name__ == "__main__":
    main(*(int(argument.replace("_", "")) for argument in sys.argv[1:]))
