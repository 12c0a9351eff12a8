"""The ladder of clinical.md 8.6, climbed by sweeping day after day."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.contrib.auth.models import User
from hypothesis import given, settings
from hypothesis import strategies as st

from patients.workflows.save_site import save_site
from surveillance.models import (
    Escalation,
    EscalationResolution,
    FollowUp,
    Notification,
    NotificationChannel,
)
from surveillance.protocol.ladder import steps_due, tier_on
from surveillance.protocol.recommendation import Window
from surveillance.protocol.terms import EscalationClass
from surveillance.workflows.acknowledge_escalation import acknowledge_escalation
from surveillance.workflows.sweep import sweep
from tests.surveillance.chase.scenes import a_clinic, a_follow_up, at

pytestmark = pytest.mark.django_db

URGENT_WINDOW = Window(date(2026, 3, 2), date(2026, 3, 16), date(2026, 3, 30))


def days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def sweep_daily(first: date, last: date) -> None:
    for day in days(first, last):
        sweep(now=at(day))


def raised_on(follow_up: FollowUp) -> dict[int, date]:
    rows = Escalation.objects.filter(follow_up=follow_up).exclude(
        resolution=EscalationResolution.SKIPPED
    )
    return {row.tier: row.raised_at.date() for row in rows}


def messages(kind: str = "ESCALATION_RAISED") -> list[date]:
    """The days on which somebody was told, inside the application."""
    rows = Notification.objects.filter(template=kind, channel=NotificationChannel.IN_APP)
    return [row.created_at.date() for row in rows.order_by("created_at", "dedupe_key")]


def test_sanity_table_of_the_specification() -> None:
    follow_up = a_follow_up(a_clinic())

    sweep_daily(date(2027, 1, 20), date(2027, 4, 30))

    assert raised_on(follow_up) == {
        1: date(2027, 1, 29),
        2: date(2027, 2, 14),
        3: date(2027, 3, 7),
        4: date(2027, 3, 21),
    }
    assert messages() == [
        date(2027, 1, 29),
        date(2027, 2, 14),
        date(2027, 3, 1),  # the first overdue day
        date(2027, 3, 7),
        date(2027, 3, 21),
        date(2027, 3, 30),  # weekly from L+30
        date(2027, 4, 6),
        date(2027, 4, 13),
        date(2027, 4, 20),
        date(2027, 4, 27),
    ]
    assert messages("INCIDENT_REVIEW") == [date(2027, 4, 29)]
    top = Escalation.objects.get(follow_up=follow_up, tier=4)
    assert top.incident_review_on == date(2027, 4, 29)


@pytest.mark.parametrize(
    ("ladder", "window", "expected"),
    [
        pytest.param(
            EscalationClass.URGENT,
            URGENT_WINDOW,
            {1: date(2026, 3, 2), 2: date(2026, 3, 17), 3: date(2026, 3, 31), 4: date(2026, 4, 6)},
            id="urgent",
        ),
        pytest.param(
            EscalationClass.LOW,
            URGENT_WINDOW,
            {1: date(2026, 3, 31), 2: date(2026, 4, 29), 3: date(2026, 5, 29)},
            id="low_never_reaches_the_director",
        ),
        pytest.param(EscalationClass.NONE, URGENT_WINDOW, {}, id="none"),
    ],
)
def test_every_class_climbs_its_own_ladder(
    ladder: EscalationClass, window: Window, expected: dict[int, date]
) -> None:
    opened = date(2026, 3, 2)
    follow_up = a_follow_up(a_clinic(), ladder=ladder, window=window, owed_since=opened)

    sweep_daily(opened, date(2026, 5, 31))

    assert raised_on(follow_up) == expected


def test_created_overdue_counts_from_its_creation() -> None:
    created = date(2027, 6, 1)
    follow_up = a_follow_up(a_clinic(), owed_since=created)

    sweep_daily(created, created + timedelta(days=25))

    assert raised_on(follow_up) == {
        2: created,
        3: created + timedelta(days=7),
        4: created + timedelta(days=21),
    }


def test_a_sweep_that_was_down_raises_todays_tier_and_records_the_skipped_ones() -> None:
    follow_up = a_follow_up(a_clinic())

    sweep(now=at(date(2027, 3, 25)))

    rows = Escalation.objects.filter(follow_up=follow_up).order_by("tier")
    assert [(row.tier, row.step, row.resolution) for row in rows] == [
        (1, "L-30", "SKIPPED"),
        (2, "L-14", "SKIPPED"),
        (3, "L+7", "SKIPPED"),
        (4, "L+21", ""),
    ]
    assert messages() == [date(2027, 3, 25)]


def test_each_tier_has_one_owner_of_its_role() -> None:
    clinic = a_clinic()
    follow_up = a_follow_up(clinic)

    for day in (date(2027, 1, 29), date(2027, 2, 14), date(2027, 3, 7), date(2027, 3, 21)):
        sweep(now=at(day))

    owners = dict(Escalation.objects.filter(follow_up=follow_up).values_list("tier", "owner"))
    seats = [clinic.navigator, clinic.lead, clinic.clinician, clinic.director]
    assert owners == {tier: user.pk for tier, user in enumerate(seats, start=1)}


def test_a_promise_made_on_a_tier_above_todays_step_comes_back_all_the_same() -> None:
    clinic = a_clinic(ladder_days_earlier=10)
    latest = a_follow_up(clinic).latest_on
    early = latest - timedelta(days=24)
    sweep(now=at(early))
    raised = Escalation.objects.unresolved().get(tier=2)
    until = early + timedelta(days=2)
    acknowledge_escalation(
        escalation=raised, next_action="call", until=until, by=clinic.lead, now=at(early)
    )
    clinic.site.ladder_days_earlier = None  # the protocol's own ladder owes tier 1 until L-14
    save_site(site=clinic.site, by=None, now=at(early))

    sweep_daily(early, latest - timedelta(days=15))

    assert messages("ESCALATION_RETURNED") == [until + timedelta(days=1)]
    assert messages() == [early]


def test_the_first_overdue_day_is_told_to_a_tier_that_stands_above_it() -> None:
    clinic = a_clinic()
    follow_up = a_follow_up(clinic, ladder=EscalationClass.LOW, next_look_on=date(2027, 2, 1))
    Escalation.objects.create(
        follow_up=follow_up, tier=2, step="L+30", owner=clinic.lead, raised_at=at(date(2027, 1, 4))
    )  # as a plan with a later day carries it over

    sweep_daily(date(2027, 2, 1), date(2027, 3, 29))

    assert messages() == [date(2027, 3, 1)]
    told = Notification.objects.get(
        template="ESCALATION_RAISED", channel=NotificationChannel.IN_APP
    )
    assert told.recipient == clinic.lead


def test_without_an_address_the_owner_is_told_in_the_application() -> None:
    clinic = a_clinic()
    User.objects.filter(pk=clinic.navigator.pk).update(email="")
    a_follow_up(clinic)

    sweep(now=at(date(2027, 1, 29)))

    told = Notification.objects.filter(template="ESCALATION_RAISED")
    assert [row.channel for row in told] == [NotificationChannel.IN_APP]


@given(
    ladder=st.sampled_from(list(EscalationClass)),
    latest=st.dates(date(2027, 1, 1), date(2029, 12, 31)),
    opened_before=st.integers(-40, 200),
    looks=st.lists(st.integers(-40, 100), min_size=1, max_size=6),
)
@settings(max_examples=25)
def test_the_open_tier_is_always_the_highest_step_owed(
    ladder: EscalationClass, latest: date, opened_before: int, looks: list[int]
) -> None:
    opened = latest - timedelta(days=opened_before)
    window = Window(latest - timedelta(days=90), latest - timedelta(days=60), latest)
    clinic = a_clinic()
    follow_up = a_follow_up(clinic, ladder=ladder, window=window, owed_since=opened)

    for day in sorted(latest + timedelta(days=look) for look in looks):
        if day < opened:
            continue
        sweep(now=at(day), site=clinic.site)

        steps = steps_due(ladder, window, day, owed_since=opened)
        found = Escalation.objects.filter(follow_up=follow_up)
        highest = max(found.unresolved().values_list("tier", flat=True), default=0)
        assert highest == tier_on(ladder, window, day, owed_since=opened)
        assert set(found.values_list("tier", flat=True)) == {step.tier for step in steps}
