"""The exam arrives, or the patient says stop, while the reminder waits or is held by a sender: from
that moment on nothing leaves, but what was already on its way.
"""

import random
import time
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

import pytest

from surveillance.models import (
    FollowUp,
    Notification,
    NotificationChannel,
    NotificationStatus,
    NotificationTemplate,
)
from surveillance.protocol.terms import LiRads
from surveillance.workflows.notify import notify
from surveillance.workflows.record_consent import record_consent
from surveillance.workflows.record_exam import record_exam
from tests.factories import NOW
from tests.faults.chase_processes import use_test_database, workers
from tests.faults.processes import eventually
from tests.faults.scale import count, times
from tests.faults.smtp_sink import SmtpSink
from tests.surveillance.factories import finding, report
from tests.surveillance.web.scenes import a_clinic, surveyed

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

REMINDERS = times(24)
ON_ITS_WAY = 1.0
"""Seconds: what a sender had looked at before the news, and hands over after it."""
LAST_WEEK = date(2026, 8, 24)


def the_exam_arrives(follow_up: FollowUp) -> None:
    seen = finding(follow_up.lesion, lirads=LiRads.LR_3)
    told = report(seen, on=LAST_WEEK, accession=f"N-{follow_up.pk}")
    record_exam(patient=follow_up.patient, report=told, by=None, now=NOW)


def the_patient_says_stop(follow_up: FollowUp) -> None:
    said = {"consent_email": "NO"}
    record_consent(patient=follow_up.patient, consents=said, how="in_person", by=None, now=NOW)


def reminders_waiting() -> dict[str, FollowUp]:
    """By Message-ID: what the reminder is about."""
    clinic, found = a_clinic(time_zone="UTC"), {}
    for number in range(REMINDERS):
        follow_up = surveyed(clinic, email=f"p{number}@example.org", consent_email="YES")
        message = notify(
            site=clinic.site,
            channel=NotificationChannel.EMAIL,
            template=NotificationTemplate.PATIENT_REMINDER,
            dedupe_key=f"reminder/{number}",
            patient=follow_up.patient,
            follow_up=follow_up,
            now=NOW - timedelta(hours=1),
        )
        found[f"<{message.pk}@localhost>"] = follow_up
    return found


def have_come(names: list[str], sink: SmtpSink) -> bool:
    return set(names) <= set(sink.came_at)


@pytest.mark.parametrize("news", [the_exam_arrives, the_patient_says_stop])
def test_what_is_no_longer_wanted_does_not_leave(
    monkeypatch: pytest.MonkeyPatch, news: Callable[[FollowUp], None]
) -> None:
    use_test_database(monkeypatch)
    waiting = reminders_waiting()
    dice = random.Random(20261126)
    chosen = sorted(dice.sample(list(waiting), REMINDERS // 2))  # as they are sent
    others = sorted(set(waiting) - set(chosen))
    known_at: dict[str, float] = {}
    emails = Notification.objects.filter(dedupe_key__startswith="reminder/")

    with SmtpSink(seconds_each=0.03) as sink, workers(["deliver"] * 2, NOW, sink.port):
        for name in chosen:
            before = [other for other in others if other < name]
            about_now = before[-dice.randint(1, 4) :][:1]
            assert eventually(partial(have_come, about_now, sink), 60)
            news(waiting[name])
            known_at[name] = time.monotonic()
        assert eventually(lambda: not emails.waiting().exists(), seconds=times(90))
        sink.wait_until_quiet(1)

    late = [name for name in chosen if sink.came_at.get(name, 0.0) > known_at[name] + ON_ITS_WAY]
    kept = emails.filter(status=NotificationStatus.CANCELLED).count()
    count(
        f"Reminders when {news.__name__.replace('_', ' ')}",
        waiting=REMINDERS,
        news=len(chosen),
        not_sent=kept,
        sent_after_the_news=len(late),
    )
    assert not late
    assert set(waiting) - set(chosen) <= set(sink.taken), "the others are reminded"
    assert kept > 0, "the news must come before the reminder now and then"
