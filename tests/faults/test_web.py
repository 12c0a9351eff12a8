"""The web server is killed while forms are under way; whoever heard nothing sends them again."""

import random
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from patients.models import AuditEvent
from surveillance.models import ContactAttempt, Escalation
from tests.faults.chase_processes import use_test_database
from tests.faults.scale import count, times
from tests.faults.web_server import Browser, WebServer
from tests.surveillance.chase.scenes import Clinic, a_clinic, a_follow_up, a_patient

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

CASES = times(8)
"""In each of them somebody takes an escalation on and logs a call."""
KILLS = times(3)
LONGEST = 0.15
"""Seconds from sending to the kill, at most: most forms are answered sooner."""
MOVED_ON = 302


def escalations_of(clinic: Clinic) -> list[Escalation]:
    now = timezone.now()
    found = []
    for _ in range(CASES):
        row = a_follow_up(clinic, patient=a_patient(clinic))
        found.append(
            Escalation(follow_up=row, tier=2, step="L-14", owner=clinic.navigator, raised_at=now)
        )
    return Escalation.objects.bulk_create(found)


def forms_about(row: Escalation, today: date) -> list[tuple[str, dict[str, str]]]:
    """Where each is sent, and what it says."""
    taken_on = {"next_action": "I call.", "until": f"{today + timedelta(days=3)}"}
    called = {
        "outcome": "NO_ANSWER",
        "channel": "PHONE",
        "attempted_at": f"{timezone.now():%Y-%m-%dT%H:%M}",
    }
    return [
        (f"/escalations/{row.pk}/", taken_on),
        (f"/patients/{row.follow_up.patient_id}/contact/", called),
    ]


def test_a_form_that_is_sent_again_after_the_server_died_has_one_effect(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    use_test_database(monkeypatch)
    clinic = a_clinic(time_zone="UTC")
    rows = escalations_of(clinic)
    today = clinic.site.local_date(timezone.now())
    dice = random.Random(20261126)
    deaths: list[float | None] = [dice.uniform(0, LONGEST) for _ in range(KILLS)]
    deaths += [None] * (2 * CASES - KILLS)
    dice.shuffle(deaths)
    statuses: list[int] = []

    with WebServer(tmp_path) as server:
        browser = Browser(server, clinic.navigator)
        for row in rows:
            for path, said in forms_about(row, today):
                statuses.append(browser.insist(path, said, killed_after=deaths.pop()))

    attempts, events = ContactAttempt.objects.count(), AuditEvent.objects
    answered = Escalation.objects.exclude(acknowledged_at=None).count()
    count(
        "Web server killed under forms",
        kills=KILLS,
        forms=2 * CASES,
        unheard=browser.unheard,
        lost=2 * CASES - attempts - answered,
    )
    assert statuses == [MOVED_ON] * 2 * CASES, "the same answer, whatever died in between"
    assert (attempts, answered) == (CASES, CASES)
    for verb in ("contact_logged", "escalation_acknowledged"):
        assert events.filter(action=verb).count() == CASES, verb
