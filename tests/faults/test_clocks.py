"""Clocks that jump, stand still or change with the season: every tier and message once."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from hypothesis import given, settings
from hypothesis import strategies as st

from surveillance.models import Escalation, FollowUp, Notification, NotificationChannel
from surveillance.protocol.ladder import steps_due
from surveillance.protocol.recommendation import Window
from surveillance.protocol.terms import EscalationClass
from surveillance.workflows.deliver import deliver
from surveillance.workflows.sweep import sweep
from tests.surveillance.chase.scenes import SANITY, Clinic, a_clinic, a_follow_up, a_patient

pytestmark = [pytest.mark.faults, pytest.mark.django_db]

OWED_SINCE = date(2026, 8, 31)
FIRST = datetime(2026, 10, 20, 9, tzinfo=UTC)
JUMPS = st.sampled_from(
    [timedelta(0), timedelta(minutes=1), timedelta(hours=1), timedelta(hours=-1),
     timedelta(days=1), timedelta(days=-1), timedelta(days=9), timedelta(days=40),
     timedelta(days=-30)]
)  # fmt: skip
ZONES = st.sampled_from(["UTC", "Europe/London", "America/New_York", "Australia/Lord_Howe"])


def tiers_of(follow_up: FollowUp) -> Counter[int]:
    return Counter(Escalation.objects.filter(follow_up=follow_up).values_list("tier", flat=True))


def a_case(clinic: Clinic, window: Window = SANITY) -> FollowUp:
    patient = a_patient(clinic, reachable=True)
    return a_follow_up(clinic, patient=patient, window=window, owed_since=OWED_SINCE)


@given(jumps=st.lists(JUMPS, min_size=1, max_size=12), zone=ZONES)
@settings(max_examples=12)
def test_a_clock_that_jumps_doubles_and_skips_nothing(jumps: list[timedelta], zone: str) -> None:
    clinic = a_clinic(time_zone=zone)
    follow_up = a_case(clinic)
    mail.outbox.clear()

    moment = latest = FIRST
    for jump in jumps:
        moment += jump
        latest = max(latest, moment)
        sweep(now=moment, site=clinic.site)
        deliver(now=moment)
    for _ in range(2):
        sweep(now=latest, site=clinic.site)
        deliver(now=latest)

    day = clinic.site.local_date(latest)
    steps = steps_due(EscalationClass.AT_RISK, SANITY, day, owed_since=OWED_SINCE)
    tiers = tiers_of(follow_up)
    assert set(tiers) == {step.tier for step in steps}
    assert set(tiers.values()) <= {1}
    ids = [each.extra_headers["Message-ID"] for each in mail.outbox]
    assert len(ids) == len(set(ids))
    assert not Notification.objects.ready(latest).filter(site=clinic.site).exists()


@pytest.mark.parametrize(
    ("zone", "night"),
    [
        pytest.param("Europe/London", date(2027, 3, 28), id="an hour is missing"),
        pytest.param("Europe/London", date(2026, 10, 25), id="an hour comes twice"),
        pytest.param("America/Santiago", date(2026, 9, 6), id="midnight is missing"),
    ],
)
def test_the_night_the_clocks_change_is_swept_minute_by_minute_without_harm(
    zone: str, night: date
) -> None:
    clinic = a_clinic(time_zone=zone)
    window = Window(
        night - timedelta(days=90), night - timedelta(days=30), night - timedelta(days=1)
    )
    follow_up = a_case(clinic, window)
    start = datetime(night.year, night.month, night.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)

    seen: list[int] = []
    for quarter in range(-4, 5 * 4):
        for _ in range(2):  # two beats
            sweep(now=start + timedelta(minutes=15 * quarter), site=clinic.site)
        seen.append(max(tiers_of(follow_up), default=0))

    assert set(tiers_of(follow_up).values()) == {1}
    assert seen == sorted(seen), "a tier never falls"
    told = Notification.objects.filter(
        site=clinic.site, channel=NotificationChannel.IN_APP, template="ESCALATION_RAISED"
    )
    keys = list(told.values_list("dedupe_key", flat=True))
    assert len(keys) == len(set(keys)) > 0
