"""One sweep over a million open follow-ups of which 1 % need something, against bare SQL.

Goals (ratios in one run): at most 2.0 times the one statement that finds and writes the same rows;
the same number of changes in a table ten times as large at most 1.3 times as long; memory that
does not grow with the number of rows. Run: python -m bench.sweep [ROWS]
"""

import resource
import statistics
import sys
from datetime import UTC, datetime

from bench import database, measure, sweep_data
from surveillance.workflows.sweep import sweep

ROUNDS = 3


def main(rows: int = 1_000_000, due: int = 10_000) -> None:
    """Measure at `rows` and at a tenth of them, `due` changes each time."""
    medians = {}
    for size in (rows // 10, rows):
        database.prepare()
        medians[size] = _measure(size, due)
    growth = measure.ratio(medians[rows], medians[rows // 10])
    print(f"\n  same {due:,} changes in a table 10 x as large: x {growth:.2f} (goal: 1.3)")


def _measure(size: int, due: int) -> list[float]:
    sweep_data.fill(size, due)
    now = datetime(2026, 6, 15, 12, tzinfo=UTC)
    assert sweep(now=now).acted_on == due
    escalations, messages = sweep_data.written()
    print(f"  a sweep writes {escalations:,} escalations and {messages:,} messages")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    taken = measure.interleaved(
        {
            "bare SQL, one statement": lambda: sweep_data.bare_sql(messages),
            "sweep, decided in Python": lambda: sweep(now=now),
        },
        rounds=ROUNDS,
        between=sweep_data.put_back,
    )
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    measure.tell(f"Sweep over {size:,}", taken, "bare SQL, one statement", due, "changes")
    print(f"  memory: {before / 1024:.0f} MB, grown by {grown / 1024:.1f} MB over the rounds")
    idle = measure.interleaved({"idle": lambda: sweep(now=now)}, rounds=5)
    print(f"  a sweep that finds nothing: {statistics.median(idle['idle']) * 1000:.1f} ms")
    return taken["sweep, decided in Python"]


if __name__ == "__main__":
    main(*(int(argument.replace("_", "")) for argument in sys.argv[1:]))
