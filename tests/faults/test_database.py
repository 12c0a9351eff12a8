"""The database dies in the middle of sweeps and sendings, and comes back: the chase goes on."""

import os
import random
import time
from datetime import date, datetime

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
FOLLOW_UPS = times(60)
RESTARTS = times(3)
DISK_MB = 160
FULL_DISKS = times(1)


def shoot(cluster: Cluster, sink: SmtpSink) -> int:
    """Stop the server at once, again and again; how often work was going on."""
    dice, under_load, seen = random.Random(20261126), 0, -1
    for _ in range(RESTARTS):
        time.sleep(dice.uniform(0.2, 1.0))
        cluster.restart_at_once()
        under_load += len(sink.came_at) > seen
        seen = len(sink.came_at)
    return under_load


def found(now: datetime) -> Account:
    with APART.Pool(1) as there:
        return there.apply(account, [now])


def is_all_done() -> bool:
    state = found(NOW)
    return not state.unlooked and not state.waiting


def assert_nothing_is_lost(end: Account, sink: SmtpSink) -> None:
    assert not end.emails - set(sink.taken)
    assert (end.tiers_raised_twice, end.follow_ups_without_tier) == (0, 0)
    assert len(end.emails) >= FOLLOW_UPS
    assert max(sink.taken.values()) <= 2


def repeated(sink: SmtpSink) -> int:
    return sum(sink.taken.values()) - len(sink.taken)


def test_restarts_of_the_database_lose_nothing_and_double_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with a_cluster() as cluster, SmtpSink(seconds_each=0.02) as sink:
        use_database(monkeypatch, cluster.url)
        with APART.Pool(1) as there:
            there.apply(fill, [FOLLOW_UPS])

        with workers(["both", "both", "sweep"], NOW, sink.port, context=APART):
            assert sink.is_taking.wait(60)
            under_load = shoot(cluster, sink)
            assert eventually(is_all_done, seconds=times(90))
        end = found(NOW)

    count(
        "Database restarts",
        restarts=RESTARTS,
        under_load=under_load,
        messages=len(end.emails),
        lost=len(end.emails - set(sink.taken)),
        repeated=repeated(sink),
        tiers_raised_twice=end.tiers_raised_twice,
    )
    assert_nothing_is_lost(end, sink)


@pytest.mark.skipif(os.getuid() != 0, reason="only root may make a small disk to fill")
def test_a_full_disk_under_the_database_costs_nothing_but_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with a_cluster(DISK_MB) as cluster, SmtpSink(seconds_each=0.02) as sink:
        use_database(monkeypatch, cluster.url)
        with APART.Pool(1) as there:
            there.apply(fill, [FOLLOW_UPS])

        with workers(["both", "both", "sweep"], NOW, sink.port, context=APART):
            assert sink.is_taking.wait(60)
            for _ in range(FULL_DISKS):
                cluster.fill_disk()
                time.sleep(2)
                cluster.free_disk()
                time.sleep(1)
            assert eventually(is_all_done, seconds=times(90))
        end = found(NOW)

    count(
        "Disk of the database full",
        times=FULL_DISKS,
        messages=len(end.emails),
        lost=len(end.emails - set(sink.taken)),
        repeated=repeated(sink),
    )
    assert_nothing_is_lost(end, sink)
