"""What it costs to ask whether anything is due and nobody has looked, at 1 and 10 million.

Goals (P15): the auditor's questions cost by what is due, not by what there is: at most 5 ms, as
long as little is due. (P3): a sweep's question that finds nothing at most 10 times `SELECT 1`, and
at most 10 ms right after 150,000 moves that nobody has vacuumed. The baseline is the same question
without its index.

Run: python -m bench.auditor [ROWS]. It measures at a tenth of the rows, and at all of them.
"""

import statistics
import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from functools import partial

from django.db import connection

from bench import measure, sweep_data
from hepcalc_site import health, metrics
from patients.models import Site
from surveillance.chase_facts import candidates_in_chunks
from surveillance.failsafe import chase, outbox
from surveillance.workflows.sweep import sweep

ROUNDS = 21
SLOW_ROUNDS = 3
MOVED = 150_000
LATE = (0, 100, 1_000)
FLOOR = "SELECT 1"
NOT_LOOKED_AT = "follow_up_not_looked_at"


def main(rows: int = 1_000_000, due: int = 10_000) -> None:
    """Ask at `rows` and at a tenth of them."""
    for size in (rows // 10, rows):
        sweep_data.prepare(size, due)
        sweep(now=sweep_data.NOW)
        _late(size)
        _all_questions(size)
        _ticks(size)


def _late(size: int) -> None:
    """The question that matters most, by how many were passed over."""
    for late in LATE:
        _pass_over(late)
        asked = {FLOOR: _select_1, "due, and not looked at": _not_looked_at}
        taken = measure.interleaved(asked, ROUNDS)
        assert _not_looked_at() == late
        _tell(f"{size:,} open, {late:,} passed over", taken)
        slow = measure.interleaved({"the same without its index": _without_index}, SLOW_ROUNDS)
        _tell("", slow)
    _pass_over(0)


def _all_questions(size: int) -> None:
    """Each question of the failsafe, of /readyz and of /metrics, with nothing wrong."""
    now = sweep_data.NOW + timedelta(minutes=1)
    checks = {
        f"failsafe {check.code}": partial(_exhaust, check.ask, now)
        for check in (*chase.CHECKS, *outbox.CHECKS)
    }
    ready = {f"/readyz {name}": partial(check, now) for name, check in health.CHECKS.items()}
    gauges = {f"/metrics {name}": partial(ask, now) for name, (_, _, ask) in metrics.GAUGES.items()}
    groups: dict[str, Mapping[str, Callable[[], object]]] = {
        "failsafe": checks,
        "/readyz": ready,
        "/metrics": gauges,
    }
    for title, questions in groups.items():
        _tell(f"{size:,} open, {title}", measure.interleaved(questions, SLOW_ROUNDS))


def _ticks(size: int) -> None:
    """A sweep that finds nothing, before and right after many moves."""
    idle: dict[str, Callable[[], object]] = {
        FLOOR: _select_1,
        "sweep: what is due?": partial(_look, 0),
        "sweep that finds nothing, whole": lambda: sweep(now=sweep_data.NOW),
    }
    _tell(f"{size:,} open, idle", measure.interleaved(idle, ROUNDS))
    _moves()


def _moves() -> None:
    """The question right after many moves, whose dead rows nobody has vacuumed yet."""
    days = sweep_data.days_until(MOVED)
    day = sweep_data.DAY + timedelta(days=days)
    with connection.cursor() as cursor:
        cursor.execute(_MOVE, [day])
        moved = cursor.rowcount
        first, *then = (measure.seconds(partial(_look, days)) for _ in range(ROUNDS))
        middle = statistics.median(then)
        print(f"  after {moved:,} moves: {first * 1000:.2f} ms, then {middle * 1000:.2f} ms")
        cursor.execute(_MOVE_BACK)


def _tell(title: str, taken: dict[str, list[float]]) -> None:
    if title:
        print(f"\n{title}")
    for name, runs in taken.items():
        least, middle, most = (figure(runs) * 1000 for figure in (min, statistics.median, max))
        print(f"  {name:<48} {middle:10.2f} ms  (min {least:.2f}, max {most:.2f})")


def _select_1() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()


def _exhaust(ask: Callable[..., Iterable[object]], now: object) -> int:
    return sum(1 for _ in ask(now))


def _not_looked_at() -> int:
    [check] = [check for check in chase.CHECKS if check.code == NOT_LOOKED_AT]
    return _exhaust(check.ask, sweep_data.NOW)


def _without_index() -> int:
    with connection.cursor() as cursor:
        for setting in ("enable_indexscan", "enable_indexonlyscan", "enable_bitmapscan"):
            cursor.execute(f"SET {setting} = off")
        found = _not_looked_at()
        cursor.execute("RESET ALL")
    return found


def _look(days: int) -> int:
    day = sweep_data.DAY + timedelta(days=days)
    return len(list(candidates_in_chunks(day, [Site.objects.get().pk], 2_000)))


def _pass_over(number: int) -> None:
    """Have so many follow-ups await a look since the day before yesterday; the others none."""
    before = sweep_data.DAY - timedelta(days=2)
    with connection.cursor() as cursor:
        cursor.execute(_AS_BEFORE, [before])
        cursor.execute(_PASSED_OVER, [before, sweep_data.DAY, number])


_MOVE = """
UPDATE surveillance_followup SET next_look_on = latest_on + 30
WHERE closed_at IS NULL AND next_look_on <= %s
"""
_MOVE_BACK = """
UPDATE surveillance_followup SET next_look_on = latest_on - 30
WHERE closed_at IS NULL AND next_look_on = latest_on + 30
"""
_PASSED_OVER = """
UPDATE surveillance_followup SET next_look_on = %s WHERE id IN (
    SELECT id FROM surveillance_followup
    WHERE closed_at IS NULL AND next_look_on > %s AND next_look_on = latest_on - 30 LIMIT %s)
"""
_AS_BEFORE = """
UPDATE surveillance_followup SET next_look_on = latest_on - 30
WHERE closed_at IS NULL AND next_look_on = %s
"""

if __name__ == "__main__":
    main(*(int(argument.replace("_", "")) for argument in sys.argv[1:]))
