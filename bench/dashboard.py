"""How long the numbers of a large site take, each and all, at 100,000 follow-ups.

The baseline is one count of what is open at the site. Goal: all numbers within one second.

Run: python -m bench.dashboard [FOLLOW_UPS].
"""

import sys
from collections.abc import Callable
from functools import partial

from bench import dashboard_data, database, measure
from patients.models import Site
from surveillance.dashboard.kinds import KINDS, count_all
from surveillance.dashboard.scope import Scope

ROUNDS = 5


def main(follow_ups: int = 100_000) -> None:
    """Fill, then count."""
    database.prepare_kept(f"dashboard_{follow_ups}", partial(dashboard_data.fill, follow_ups))
    scope = Scope((Site.objects.get(slug="bench"),), dashboard_data.NOW)
    found = scope.follow_ups().count()
    variants: dict[str, Callable[[], object]] = {
        "one count of what is open": scope.follow_ups().open().count,
        **{key: partial(kind.count, scope) for key, kind in KINDS.items()},
        "all numbers": partial(count_all, scope),
        "first page of the overdue": lambda: list(KINDS["overdue"].listed(scope, "")[:50]),
    }
    taken = measure.interleaved(variants, ROUNDS)
    measure.tell("Numbers of one site", taken, "one count of what is open", found, "follow-ups")


if __name__ == "__main__":
    main(*(int(size) for size in sys.argv[1:]))
