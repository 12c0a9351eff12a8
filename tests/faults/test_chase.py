"""Real workers are killed anywhere: nothing is lost, nothing is raised twice.

Between the mail server's "taken" and our mark a kill is ambiguous; then, and only then, a message
is handed over once more, with the same Message-ID, by which the far side knows it. Who is killed
over that one, too, leaves it to a person.
"""

import os
import signal
from collections import Counter
from datetime import date, datetime
from uuid import UUID

import pytest

from surveillance.models import (
    Escalation,
    FollowUp,
    Notification,
    NotificationChannel,
    NotificationStatus,
)
from surveillance.workflows.deliver import OUTCOME_UNKNOWN
from surveillance.workflows.sweep import sweep
from tests.faults import chase_worker
from tests.faults.chase_processes import (
    kill_at_random,
    started,
    use_test_database,
    workers,
)
from tests.faults.processes import eventually
from tests.faults.scale import count, times
from tests.faults.smtp_sink import SmtpSink
from tests.surveillance.chase.scenes import a_clinic, a_follow_up, a_patient, at

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

NOW = at(date(2027, 3, 25))
"""L+25: T4 is raised, T1 to T3 are recorded as skipped."""
FOLLOW_UPS = times(60)
KILLS = times(12, soaked=24)
TIERS = {(1, "SKIPPED"), (2, "SKIPPED"), (3, "SKIPPED"), (4, "")}


@pytest.fixture(autouse=True)
def on_the_test_database(monkeypatch: pytest.MonkeyPatch) -> None:
    use_test_database(monkeypatch)


def a_busy_clinic() -> None:
    clinic = a_clinic()
    for _ in range(FOLLOW_UPS):
        a_follow_up(clinic, patient=a_patient(clinic))


def is_all_raised() -> bool:
    return not FollowUp.objects.to_look_at(NOW.date()).exists()


def is_all_sent() -> bool:
    return is_all_raised() and not Notification.objects.waiting().exists()


def finished() -> list[tuple[UUID, datetime | None]]:
    """Which message ended when."""
    return list(Notification.objects.order_by("pk").values_list("pk", "finished_at"))


def assert_each_tier_once() -> None:
    rows = Escalation.objects.values_list("follow_up", "tier", "resolution")
    found = Counter(rows)
    assert set(found.values()) == {1}
    for follow_up in FollowUp.objects.values_list("pk", flat=True):
        assert {row[1:] for row in found if row[0] == follow_up} == TIERS


def test_four_sweeps_at_once_equal_one() -> None:
    a_busy_clinic()

    processes = [started(chase_worker.sweep_once, NOW) for _ in range(4)]
    for process in processes:
        process.join(120)

    assert {process.exitcode for process in processes} == {0}
    assert_each_tier_once()
    after = list(Notification.objects.order_by("pk").values_list("dedupe_key", "status"))
    assert sweep(now=NOW).acted_on == 0
    assert after == list(Notification.objects.order_by("pk").values_list("dedupe_key", "status"))


def test_workers_killed_anywhere_lose_nothing_and_repeat_nothing() -> None:
    a_busy_clinic()
    jobs = ["both", "both", "sweep", "deliver"]

    with SmtpSink(seconds_each=0.02) as sink, workers(jobs, NOW, sink.port) as running:
        kill_at_random(running, jobs, KILLS, NOW, sink.port)
        assert eventually(is_all_sent, seconds=times(90))

    assert_each_tier_once()
    emails = Notification.objects.filter(channel=NotificationChannel.EMAIL)
    assert emails.count() == FOLLOW_UPS
    parked = emails.filter(status=NotificationStatus.FAILED)
    assert set(parked.values_list("last_error", flat=True)) <= {OUTCOME_UNKNOWN}
    sent = {
        f"<{pk}@localhost>" for pk in emails.exclude(pk__in=parked).values_list("pk", flat=True)
    }
    assert sent <= set(sink.taken), "lost, and nobody told"
    assert len(sink.taken) <= FOLLOW_UPS, "invented"
    repeated = sum(sink.taken.values()) - len(sink.taken)
    count(
        "Workers killed",
        kills=KILLS,
        messages=FOLLOW_UPS,
        lost=len(sent - set(sink.taken)),
        repeated=repeated,
        parked=parked.count(),
    )
    assert repeated <= KILLS, "a kill leaves one message in doubt at most"
    assert max(sink.taken.values()) <= 2


def test_a_sender_that_slept_over_its_lease_marks_nothing_when_it_wakes() -> None:
    a_busy_clinic()
    sweep(now=NOW)

    with SmtpSink(seconds_each=0.5) as sink, workers(["deliver"], NOW, sink.port) as [asleep]:
        assert sink.is_taking.wait(30)  # it waits for an answer, and holds no lock
        os.kill(asleep.pid or 0, signal.SIGSTOP)
        sink.behave()
        with workers(["deliver"], NOW, sink.port):
            assert eventually(is_all_sent, seconds=60)
        marked = finished()
        os.kill(asleep.pid or 0, signal.SIGCONT)
        eventually(lambda: finished() != marked, seconds=1)

    assert finished() == marked
    assert max(sink.taken.values()) <= 2
    assert sum(sink.taken.values()) - len(sink.taken) <= 1, "the one that was under way"
