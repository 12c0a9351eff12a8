"""The wake-ups of beat: named in the settings, without arguments, harmless when repeated."""

from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.error import URLError

import pytest
import time_machine
from django.conf import settings
from django.core import mail

from patients.audit import record_event
from patients.models import AuditSeal
from surveillance import tasks
from surveillance.delivery import heartbeat
from surveillance.models import Escalation, Notification, NotificationStatus, SweepRun
from tests.surveillance.chase.scenes import a_clinic, a_follow_up, a_patient, at

pytestmark = pytest.mark.django_db

T1 = at(date(2027, 1, 29))


@pytest.fixture
def pinged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that were called outside."""
    called: list[str] = []

    class Answer:
        def __enter__(self) -> None: ...

        def __exit__(self, *_: object) -> None: ...

    def answer(url: str, timeout: float) -> Answer:
        called.append(url)
        return Answer()

    monkeypatch.setattr(heartbeat, "urlopen", answer)
    return called


@pytest.mark.parametrize("name", sorted(settings.CELERY_BEAT_SCHEDULE))
def test_every_scheduled_wake_up_exists_and_takes_no_arguments(name: str) -> None:
    entry = settings.CELERY_BEAT_SCHEDULE[name]
    task = getattr(tasks, name)

    assert task.name == entry["task"]
    assert not entry.get("args")
    assert not entry.get("kwargs")


@pytest.mark.parametrize("wake_up", [tasks.send_due_reminders, tasks.escalate_overdue_follow_ups])
@time_machine.travel(T1, tick=False)
def test_both_looks_raise_what_is_due_once(wake_up: Callable[[], None]) -> None:
    a_follow_up(a_clinic())

    wake_up()
    wake_up()

    assert Escalation.objects.get().tier == 1
    assert SweepRun.objects.finished().count() == 2


@time_machine.travel(T1, tick=False)
def test_messages_are_sent_once() -> None:
    clinic = a_clinic()
    a_follow_up(clinic, patient=a_patient(clinic, reachable=True))
    tasks.escalate_overdue_follow_ups()

    tasks.deliver_notifications()
    tasks.deliver_notifications()

    assert not Notification.objects.ready(T1).exists()
    emails = Notification.objects.filter(channel="EMAIL", status=NotificationStatus.SENT).count()
    assert len(mail.outbox) == emails > 0


@time_machine.travel(T1, tick=False)
def test_the_heartbeat_is_sent_when_nothing_is_found(settings: Any, pinged: list[str]) -> None:
    settings.HEARTBEAT_URL = "https://heartbeat.example.org/abc"

    tasks.check_failsafe()

    assert pinged == ["https://heartbeat.example.org/abc"]


@time_machine.travel(T1, tick=False)
def test_the_heartbeat_stays_away_when_something_is_found(settings: Any, pinged: list[str]) -> None:
    settings.HEARTBEAT_URL = "https://heartbeat.example.org/abc"
    a_follow_up(a_clinic())

    tasks.check_failsafe()

    assert pinged == []


@time_machine.travel(T1, tick=False)
def test_without_an_address_nobody_is_called(settings: Any, pinged: list[str]) -> None:
    settings.HEARTBEAT_URL = ""

    tasks.check_failsafe()

    assert pinged == []


def test_a_heartbeat_that_nobody_answers_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_url: str, timeout: float) -> None:
        raise URLError("no route")

    monkeypatch.setattr(heartbeat, "urlopen", refuse)

    assert heartbeat.ping("https://heartbeat.example.org") is False


@time_machine.travel(T1, tick=False)
def test_audit_events_are_sealed() -> None:
    clinic = a_clinic()
    record_event("tried", site=clinic.site, subject=clinic.site, by=None, now=T1)

    tasks.seal_audit()
    tasks.seal_audit()

    assert AuditSeal.objects.filter(site=clinic.site.slug).count() == 1
