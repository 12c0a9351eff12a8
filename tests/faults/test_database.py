"""The database dies in the middle of sweeps and sendings, and comes back: the chase goes on."""

import random
import time
from datetime import date

import pytest
from django.conf import settings

from tests.faults.chase_processes import APART, use_database, workers
from tests.faults.chase_story import Account, account, fill
from tests.faults.postgres_cluster import Cluster, a_cluster
from tests.faults.processes import eventually
from tests.faults.scale import count, times
from tests.faults.smtp_sink import SmtpSink
from tests.surveillance.chase.scenes import at

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(
        settings.IS_SQLITE, reason="a server of PostgreSQL's is shot; SQLite has none (see test_up)"
    ),
]

NOW = at(date(2027, 3, 25))
FOLLOW_UPS = 60
RESTARTS = times(3)


def shoot(cluster: Cluster) -> None:
    dice = random.Random(20261126)
    for _ in range(RESTARTS):
        time.sleep(dice.uniform(0.2, 1.0))
        cluster.restart_at_once()


def test_restarts_of_the_database_lose_nothing_and_double_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with a_cluster() as cluster, SmtpSink(seconds_each=0.02) as sink:
        use_database(monkeypatch, cluster.url)
        with APART.Pool(1) as there:
            there.apply(fill, [FOLLOW_UPS])

        def found() -> Account:
            with APART.Pool(1) as there:
                return there.apply(account, [NOW])

        def is_all_done() -> bool:
            state = found()
            return not state.unlooked and not state.waiting

        with workers(["both", "both", "sweep"], NOW, sink.port, context=APART):
            shoot(cluster)
            assert eventually(is_all_done, seconds=90)

        end = found()
    lost = end.emails - set(sink.taken)
    repeated = sum(sink.taken.values()) - len(sink.taken)
    count(
        "Database restarts",
        restarts=RESTARTS,
        messages=len(end.emails),
        lost=len(lost),
        repeated=repeated,
        tiers_raised_twice=end.tiers_raised_twice,
    )
    assert not lost
    assert (end.tiers_raised_twice, end.follow_ups_without_tier) == (0, 0)
    assert len(end.emails) >= FOLLOW_UPS
    assert max(sink.taken.values()) <= 2
