"""One sweep over a million open follow-ups of which 1 % need something, against other ways.

Goals (ratios in one run): at most 2.0 times the one statement that finds and writes the same rows
(P1); at least 20 times as fast as a loop that saves row by row, and 8 times as bulk_update (P2);
the same number of changes in a table ten times as large at most 1.3 times as long (P3); memory
that grows by at most 10 MB from 10,000 to 100,000 changes (P4).

Run: python -m bench.sweep [ROWS]. With 10_000_000 it takes half an hour and 15 GB of disk;
with BENCH_KEEP=1 the filled databases are kept, and used again by the next run.
"""

import resource
import sys
from datetime import timedelta
from functools import partial

from bench import measure, sweep_data, sweep_variants, workers
from surveillance.workflows.sweep import sweep

ROUNDS = 3
PART = 20
"""The slow ways are timed on this fraction of the changes, and told as if for all of them."""
BARE, OURS = "bare SQL, one statement", "sweep, decided in Python"
BULK, LOOP = "bulk_update and bulk_create", "save and create, row by row"


def main(rows: int = 1_000_000, due: int = 10_000) -> None:
    """Measure at `rows` and at a tenth of them, `due` changes each time."""
    sizes = (rows // 10, rows)
    taken = {size: _measure(size, due) for size in sizes}
    print(f"\n  same {due:,} changes in a table 10 x as large:")
    for name in (OURS, BARE):
        growth = measure.ratio(*(taken[size][name] for size in reversed(sizes)))
        print(f"    {name:<38} x {growth:.2f}")
    _memory(due)


def _measure(size: int, due: int) -> dict[str, list[float]]:
    sweep_data.prepare(size, due)
    assert sweep(now=sweep_data.NOW).acted_on == due
    escalations, messages = sweep_data.written()
    print(f"  a sweep writes {escalations:,} escalations and {messages:,} messages")
    each = round(messages / due)
    slow = {"most": due // PART, "each": each}
    taken = measure.interleaved(
        {
            BARE: partial(sweep_variants.bare_sql, messages),
            OURS: partial(sweep, now=sweep_data.NOW),
            BULK: partial(sweep_variants.bulk_update, **slow),
            LOOP: partial(sweep_variants.row_by_row, **slow),
        },
        rounds=ROUNDS,
        between=sweep_data.put_back,
    )
    for name in (BULK, LOOP):
        taken[name] = [seconds * PART for seconds in taken[name]]
    measure.tell(f"Sweep over {size:,}", taken, BARE, due, "changes")
    print(f"  (the last two: {due // PART:,} changes, {each} messages each, times {PART})")
    for name in (BULK, LOOP):
        print(f"  {measure.ratio(taken[name], taken[OURS]):.1f} x as fast as {name}")
    return taken


def _memory(due: int) -> None:
    """Each sweep in a process of its own, so that its peak is its own."""
    peaks = []
    for days in (0, sweep_data.days_until(due * 10)):
        sweep_data.put_back()
        _seconds, (found,) = workers.together(_peak, [(days,)])
        acted_on, peak = found
        peaks.append(peak)
        print(f"  {acted_on:,} changes: peak {peak:.1f} MB")
    print(f"  grown by {peaks[1] - peaks[0]:.1f} MB")


def _peak(days: int) -> tuple[int, float]:
    acted_on = sweep(now=sweep_data.NOW + timedelta(days=days)).acted_on
    return acted_on, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main(*(int(argument.replace("_", "")) for argument in sys.argv[1:]))
