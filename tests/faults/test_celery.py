"""The real tasks on real Celery workers, while workers and broker are killed and the broker is
emptied: nothing is lost, since the broker carries wake-ups only. A sender that trusts the broker
loses messages under the same faults, which shows that these tests can fail.
"""

import random
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from surveillance.models import (
    Escalation,
    FollowUp,
    Notification,
    NotificationChannel,
    NotificationStatus,
)
from surveillance.protocol.recommendation import Window
from surveillance.workflows.deliver import OUTCOME_UNKNOWN
from surveillance.workflows.sweep import sweep
from tests.faults.celery_chase import NAIVE_SEND, CeleryChase
from tests.faults.chase_processes import use_test_database
from tests.faults.processes import eventually
from tests.faults.scale import count, times
from tests.faults.smtp_sink import SmtpSink
from tests.surveillance.chase.scenes import a_clinic, a_follow_up, a_patient

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

FOLLOW_UPS = times(24)
FAULTS = times(6)
WAKES_TWICE = (
    "surveillance.tasks.escalate_overdue_follow_ups",
    "surveillance.tasks.send_due_reminders",
    "surveillance.tasks.deliver_notifications",
    "surveillance.tasks.deliver_notifications",
)
"""Two beats."""


@pytest.fixture(autouse=True)
def on_the_test_database(monkeypatch: pytest.MonkeyPatch) -> None:
    use_test_database(monkeypatch)


def a_clinic_with_reminders_due() -> None:
    """Each patient is to be reminded by e-mail, and the navigator told, today; it is noon there."""
    now = timezone.now()
    clinic = a_clinic(time_zone=f"Etc/GMT{now.hour - 12:+d}")
    today = clinic.site.local_date(now)
    window = Window(today - timedelta(days=60), today, today + timedelta(days=20))
    for _ in range(FOLLOW_UPS):
        a_follow_up(
            clinic,
            window=window,
            owed_since=today - timedelta(days=100),
            patient=a_patient(clinic, reachable=True),
        )


def strike(
    chase: CeleryChase, sink: SmtpSink, between: Callable[[], None], seed: int
) -> Counter[str]:
    """Faults in turn, each at a random moment of work; "under load": work was going on."""
    dice = random.Random(seed)
    struck: Counter[str] = Counter()
    seen = 0
    for number in range(FAULTS):
        between()
        time.sleep(dice.uniform(0.1, 0.6))
        struck["under load"] += len(sink.came_at) > seen
        seen = len(sink.came_at)
        fault = ("worker killed", "broker emptied", "broker killed")[number % 3]
        if fault == "worker killed":
            chase.kill_worker(dice.randrange(2))
        elif fault == "broker emptied":
            chase.empty_broker()
        else:
            chase.kill_broker()
        struck[fault] += 1
    return struck


def emails() -> "Counter[str]":
    """The status of every e-mail that is to leave today, counted."""
    rows = Notification.objects.filter(
        channel=NotificationChannel.EMAIL, not_before__lte=timezone.now()
    )
    kept_for_a_digest = rows.filter(status=NotificationStatus.DIGESTED)
    return Counter(rows.exclude(pk__in=kept_for_a_digest).values_list("status", flat=True))


def test_our_tasks_lose_nothing_whatever_happens_to_workers_and_broker(tmp_path: Path) -> None:
    a_clinic_with_reminders_due()

    def is_all_sent() -> bool:
        chase.wake()
        time.sleep(0.2)
        rows = emails()
        return bool(rows) and not rows[NotificationStatus.PENDING]

    with SmtpSink(seconds_each=0.02) as sink, CeleryChase(tmp_path, smtp_port=sink.port) as chase:
        assert eventually(lambda: is_all_sent() or sink.is_taking.is_set(), seconds=60)
        struck = strike(chase, sink, lambda: chase.wake(*WAKES_TWICE), seed=1)
        assert eventually(is_all_sent, seconds=times(120)), emails()

    unknown = Notification.objects.filter(last_error=OUTCOME_UNKNOWN).count()
    messages = emails().total()
    count(
        "Celery, our tasks",
        faults=FAULTS,
        under_load=struck["under load"],
        messages=messages,
        lost=max(0, messages - len(sink.taken) - unknown),
        repeated=sum(sink.taken.values()) - len(sink.taken),
        parked=unknown,
    )
    assert messages >= FOLLOW_UPS, "one to each patient; colleagues are told in digests"
    assert len(sink.taken) + unknown >= messages, "lost"
    assert max(sink.taken.values()) <= 2
    tiers = Counter(Escalation.objects.values_list("follow_up", "tier"))
    assert set(tiers.values()) == {1}
    assert {pk for pk, _tier in tiers} == set(FollowUp.objects.values_list("pk", flat=True))


def test_a_naive_sender_loses_messages_under_the_same_faults(tmp_path: Path) -> None:
    a_clinic_with_reminders_due()
    sweep(now=timezone.now())
    rows = Notification.objects.filter(channel=NotificationChannel.EMAIL)
    waiting = list(rows.values_list("pk", flat=True))
    messages = len(waiting)
    share = messages // FAULTS + 1

    with SmtpSink(seconds_each=0.05) as sink, CeleryChase(tmp_path, smtp_port=sink.port) as chase:

        def mark_and_delay() -> None:
            for pk in waiting[:share]:
                rows.filter(pk=pk).update(
                    status=NotificationStatus.SENT, finished_at=timezone.now()
                )
                chase.send(NAIVE_SEND, str(pk))
            del waiting[:share]

        strike(chase, sink, mark_and_delay, seed=1)
        assert not waiting
        sink.wait_until_quiet()

    lost = messages - len(sink.taken)
    count("Celery, a naive sender", faults=FAULTS, messages=messages, lost=lost)
    assert lost > 0, "the faults must be able to lose something"
    assert not rows.exclude(status=NotificationStatus.SENT).exists(), "and it believes all is well"
