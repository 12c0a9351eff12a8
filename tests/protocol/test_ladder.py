"""The ladder of 8.6 and the sanity table of 8.11."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveillance.protocol.ladder import (
    Climb,
    acknowledgement_limit_days,
    next_look_on,
    reminders_due,
    steps_after_missed,
    steps_due,
    steps_of,
    tier_on,
)
from surveillance.protocol.priority import sort_key
from surveillance.protocol.recommendation import Window
from surveillance.protocol.terms import EscalationClass, Stage
from surveillance.protocol.timeliness import overdue_days, stage_on

AT_RISK, URGENT = EscalationClass.AT_RISK, EscalationClass.URGENT
LOW, NONE = EscalationClass.LOW, EscalationClass.NONE
SANITY = Window(date(2026, 11, 30), date(2026, 12, 31), date(2027, 2, 28))
OPENED = date(2026, 8, 31)


def tier(escalation: EscalationClass, day: date, **more: date) -> int:
    booked = more.pop("booked_for", None)
    return tier_on(
        escalation, SANITY, day, owed_since=more.get("owed_since", OPENED), booked_for=booked
    )


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2027, 1, 28), 0),
        (date(2027, 1, 29), 1),
        (date(2027, 2, 13), 1),
        (date(2027, 2, 14), 2),
        (date(2027, 3, 1), 2),
        (date(2027, 3, 6), 2),
        (date(2027, 3, 7), 3),
        (date(2027, 3, 20), 3),
        (date(2027, 3, 21), 4),
    ],
)
def test_at_risk_ladder_is_the_sanity_table(day: date, expected: int) -> None:
    assert tier(AT_RISK, day) == expected


@pytest.mark.parametrize(
    ("days_from_latest", "expected"),
    [(-60, 1), (-59, 1), (-58, 2), (0, 2), (1, 3), (6, 3), (7, 4), (60, 4)],
)
def test_urgent_ladder(days_from_latest: int, expected: int) -> None:
    day = SANITY.latest + timedelta(days=days_from_latest)

    assert tier(URGENT, day) == expected


@pytest.mark.parametrize(
    ("days_from_latest", "expected"), [(0, 0), (1, 1), (29, 1), (30, 2), (59, 2), (60, 3), (400, 3)]
)
def test_low_ladder_never_reaches_the_director(days_from_latest: int, expected: int) -> None:
    assert tier(LOW, SANITY.latest + timedelta(days=days_from_latest)) == expected


def test_nothing_is_told_without_a_class() -> None:
    assert tier(NONE, SANITY.latest + timedelta(days=400)) == 0


def test_a_task_created_overdue_counts_from_its_creation() -> None:
    created = SANITY.latest + timedelta(days=90)

    def tier_after(days: int, escalation: EscalationClass) -> int:
        return tier(escalation, created + timedelta(days=days), owed_since=created)

    assert [tier_after(days, AT_RISK) for days in (0, 6, 7, 20, 21)] == [2, 2, 3, 3, 4]
    assert [tier_after(days, URGENT) for days in (0, 6, 7)] == [3, 3, 4]
    assert [tier_after(days, LOW) for days in (0, 29, 30)] == [1, 1, 2]


def test_steps_passed_before_creation_are_due_on_creation() -> None:
    created = SANITY.latest - timedelta(days=10)
    steps = steps_due(AT_RISK, SANITY, created, owed_since=created)

    assert [(step.key, step.due_on) for step in steps] == [("L-30", created), ("L-14", created)]


def test_steps_are_all_told_in_order_with_weekly_calls_and_an_incident_review() -> None:
    steps = steps_due(AT_RISK, SANITY, SANITY.latest + timedelta(days=61), owed_since=OPENED)

    assert [step.key for step in steps] == [
        *["L-30", "L-14", "L+1", "L+7", "L+21"],
        *["L+30", "L+37", "L+44", "L+51", "L+58", "L+60"],
    ]
    assert [step.due_on for step in steps] == sorted(step.due_on for step in steps)


def test_urgent_steps_begin_at_creation() -> None:
    steps = steps_due(URGENT, SANITY, SANITY.latest, owed_since=OPENED)

    assert [(step.key, step.tier) for step in steps] == [("created", 1), ("T+1", 2)]


def test_urgent_without_room_after_target_has_no_step_there() -> None:
    window = Window(OPENED, OPENED, OPENED)
    steps = steps_due(URGENT, window, OPENED, owed_since=OPENED)

    assert [step.key for step in steps] == ["created"]


def test_booking_in_time_silences_until_the_latest_day_and_no_longer() -> None:
    booked = SANITY.latest

    assert tier(AT_RISK, SANITY.latest, booked_for=booked) == 0
    assert tier(AT_RISK, SANITY.latest + timedelta(days=1), booked_for=booked) == 2


def test_booking_after_the_latest_day_counts_as_unbooked() -> None:
    booked = SANITY.latest + timedelta(days=1)

    assert tier(AT_RISK, SANITY.latest, booked_for=booked) == 2


@given(
    st.sampled_from(list(EscalationClass)),
    st.integers(-100, 200),
    st.integers(0, 60),
    st.integers(-200, 100),
)
def test_tier_never_falls_while_a_task_is_open(
    escalation: EscalationClass, first: int, later: int, opened: int
) -> None:
    owed_since = SANITY.latest + timedelta(days=opened)
    day = SANITY.latest + timedelta(days=first)

    before = tier(escalation, day, owed_since=owed_since)
    after = tier(escalation, day + timedelta(days=later), owed_since=owed_since)

    assert before <= after


@given(st.sampled_from(list(EscalationClass)), st.integers(-300, 200), st.integers(-300, 100))
def test_next_look_is_the_first_day_with_news(
    escalation: EscalationClass, first: int, opened: int
) -> None:
    day = SANITY.latest + timedelta(days=first)
    owed_since = SANITY.latest + timedelta(days=opened)

    look = next_look_on(Climb(escalation, SANITY, owed_since), day)

    def told(on: date) -> tuple[object, object]:
        return (
            steps_due(escalation, SANITY, on, owed_since=owed_since),
            reminders_due(escalation, SANITY, on, booked_for=None),
        )

    if look is None:
        assert told(day) == told(day + timedelta(days=500))
    else:
        assert told(day) == told(look - timedelta(days=1))
        assert told(day) != told(look)


def test_patient_is_reminded_until_an_exam_is_booked() -> None:
    steps = reminders_due(LOW, SANITY, SANITY.latest, booked_for=None)

    assert [(step.key, step.due_on) for step in steps] == [
        ("earliest-30", date(2026, 10, 31)),
        ("target-14", date(2026, 12, 17)),
        ("target", date(2026, 12, 31)),
        ("target+14", date(2027, 1, 14)),
        ("target+28", date(2027, 1, 28)),
        ("target+42", date(2027, 2, 11)),
        ("target+56", date(2027, 2, 25)),
    ]


def test_reminders_go_on_every_two_weeks_until_something_is_booked() -> None:
    late = SANITY.latest + timedelta(days=100)

    unbooked = reminders_due(LOW, SANITY, late, booked_for=None)

    assert len(unbooked) == 14
    assert {(after.due_on - before.due_on).days for before, after in pairwise(unbooked[2:])} == {14}
    booked = reminders_due(LOW, SANITY, late, booked_for=late + timedelta(days=3))
    assert [step.due_on for step in booked] == [late - timedelta(days=4)]


def test_appointment_is_announced_a_week_and_a_day_before() -> None:
    booked = date(2027, 1, 20)
    steps = reminders_due(AT_RISK, SANITY, date(2027, 1, 19), booked_for=booked)

    assert [(step.key, step.due_on) for step in steps] == [
        ("booked-7:2027-01-20", date(2027, 1, 13)),
        ("booked-1:2027-01-20", date(2027, 1, 19)),
    ]


def test_nobody_is_reminded_without_a_class() -> None:
    assert reminders_due(NONE, SANITY, SANITY.latest, booked_for=None) == ()


def test_acknowledgement_holds_a_week_at_most() -> None:
    assert acknowledgement_limit_days == 7


@pytest.mark.parametrize(
    ("day", "stage", "overdue"),
    [
        (date(2026, 11, 29), Stage.NOT_YET, 0),
        (date(2026, 11, 30), Stage.OPEN, 0),
        (date(2026, 12, 31), Stage.OPEN, 0),
        (date(2027, 1, 1), Stage.DUE, 0),
        (date(2027, 2, 28), Stage.DUE, 0),
        (date(2027, 3, 1), Stage.OVERDUE, 1),
    ],
)
def test_stage_and_overdue_days(day: date, stage: Stage, overdue: int) -> None:
    assert stage_on(SANITY, day) is stage
    assert overdue_days(SANITY, day) == overdue


def test_urgent_stands_where_a_task_due_60_days_sooner_would() -> None:
    later = Window(SANITY.earliest, SANITY.target, SANITY.latest + timedelta(days=60))

    assert sort_key(URGENT, later) == sort_key(AT_RISK, SANITY)
    assert sort_key(AT_RISK, SANITY) < sort_key(LOW, SANITY) < sort_key(NONE, SANITY)


@pytest.mark.parametrize("escalation", [LOW, AT_RISK, URGENT])
def test_two_missed_appointments_are_tier_two_at_once(escalation: EscalationClass) -> None:
    second = date(2026, 12, 17)
    before, after = second - timedelta(days=1), second + timedelta(days=900)

    assert steps_after_missed(escalation, before, second) == ()
    for day in (second, after):
        [step] = steps_after_missed(escalation, day, second)
        assert (step.key, step.tier, step.due_on) == ("DNA2", 2, second)


def test_one_missed_appointment_or_nothing_owed_adds_no_step() -> None:
    assert steps_after_missed(AT_RISK, OPENED, None) == ()
    assert steps_after_missed(NONE, OPENED, OPENED) == ()


# ---------------------------------------------------------------- a site's own ladder

EVERY_STEP = 200
windows = st.tuples(st.integers(0, 200), st.integers(0, 200), st.integers(0, 200)).map(
    lambda spans: Window(*(OPENED + timedelta(days=span) for span in sorted(spans)))
)


@given(
    st.sampled_from(list(EscalationClass)),
    windows,
    st.integers(-30, 260),
    st.integers(-5, 60),
)
def test_site_steps_never_fall_after_the_protocols_and_none_disappears(
    escalation: EscalationClass, window: Window, opened: int, earlier: int
) -> None:
    climb = Climb(escalation, window, OPENED + timedelta(days=opened), earlier=earlier)
    horizon = max(window.latest, climb.owed_since) + timedelta(days=EVERY_STEP)

    protocol = {step.key: step for step in steps_of(replace(climb, earlier=0), horizon)}
    own = {step.key: step for step in steps_of(climb, horizon)}

    for key, step in protocol.items():
        assert own[key].tier == step.tier
        assert climb.owed_since <= own[key].due_on <= step.due_on
        if step.key.startswith("L+"):
            assert own[key].due_on > window.latest


@given(st.sampled_from(list(EscalationClass)), windows, st.integers(-30, 260), st.integers(0, 60))
def test_site_is_never_on_a_lower_tier_than_the_protocol(
    escalation: EscalationClass, window: Window, opened: int, earlier: int
) -> None:
    climb = Climb(escalation, window, OPENED + timedelta(days=opened), earlier=earlier)

    for number in range(0, 300, 9):
        day = OPENED + timedelta(days=number)
        own = max((step.tier for step in steps_of(climb, day)), default=0)
        assert own >= tier_on(escalation, window, day, owed_since=climb.owed_since)


@pytest.mark.parametrize("escalation", [LOW, AT_RISK, URGENT])
def test_no_tier_swallows_the_one_before_it_however_early_the_site_is(
    escalation: EscalationClass,
) -> None:
    climb = Climb(escalation, SANITY, OPENED, earlier=30)
    last = SANITY.latest + timedelta(days=EVERY_STEP)

    first_of_tier = {step.tier: step.due_on for step in reversed(steps_of(climb, last))}

    days = [first_of_tier[tier] for tier in sorted(first_of_tier)]
    assert days == sorted(set(days))


def test_sanity_table_of_a_site_that_is_five_days_earlier() -> None:
    steps = steps_of(Climb(AT_RISK, SANITY, OPENED, earlier=5), date(2027, 3, 31))

    assert [(step.key, step.due_on) for step in steps] == [
        ("L-30", date(2027, 1, 24)),
        ("L-14", date(2027, 2, 9)),
        ("L+1", date(2027, 3, 1)),  # overdue is overdue: not before
        ("L+7", date(2027, 3, 2)),
        ("L+21", date(2027, 3, 16)),
        ("L+30", date(2027, 3, 25)),
    ]


def test_loosened_ladder_counts_as_the_protocols() -> None:
    loosened = Climb(AT_RISK, SANITY, OPENED, earlier=-7)

    assert steps_of(loosened, SANITY.latest) == steps_of(
        replace(loosened, earlier=0), SANITY.latest
    )
