"""When to try again, what an answer leads to, and when nobody was reached (A-32)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveillance.protocol.parameters import contact
from surveillance.protocol.reaching import (
    CALLED,
    LEADS_TO,
    NOT_REACHED,
    REACHED,
    WRITTEN,
    NextTry,
    Tried,
    fits,
    missing_for_lost,
    next_try,
    part_of,
)
from surveillance.protocol.terms import ContactOutcome, DayPart

MONDAY = date(2026, 8, 31)
DAY = timedelta(days=1)
MORNING, AFTERNOON, EVENING = DayPart
NO_ANSWER, VOICEMAIL, LETTER = (
    ContactOutcome.NO_ANSWER,
    ContactOutcome.VOICEMAIL,
    ContactOutcome.LETTER_SENT,
)


def weekdays(day: date) -> bool:
    return day.weekday() < 5


def always(_day: date) -> bool:
    return True


def never(_day: date) -> bool:
    return False


def call(on: date = MONDAY, part: DayPart = MORNING, outcome: ContactOutcome = NO_ANSWER) -> Tried:
    return Tried(on, part, "PHONE", outcome)


ATTEMPTS = st.lists(
    st.builds(
        Tried,
        st.integers(0, 200).map(lambda ago: MONDAY - DAY * ago),
        st.sampled_from(DayPart),
        st.sampled_from([*CALLED, *WRITTEN]),
        st.sampled_from(ContactOutcome),
    ),
    max_size=8,
).map(lambda rows: sorted(rows, key=lambda row: row.on))


@pytest.mark.parametrize(
    ("hour", "part"),
    [(0, MORNING), (11, MORNING), (12, AFTERNOON), (16, AFTERNOON), (17, EVENING), (23, EVENING)],
)
def test_parts_of_the_day(hour, part):
    assert part_of(hour) is part


def test_nobody_answered_in_the_morning_so_tomorrow_afternoon():
    again = next_try(NO_ANSWER, [call()], MONDAY, weekdays)

    assert again == NextTry(MONDAY + DAY, AFTERNOON)


def test_voicemail_leaves_time_to_call_back():
    again = next_try(VOICEMAIL, [call(outcome=VOICEMAIL)], MONDAY, weekdays)

    assert again == NextTry(MONDAY + 2 * DAY, AFTERNOON)


def test_a_weekday_that_was_tried_is_not_tried_again_first():
    tuesday_before = call(MONDAY - 6 * DAY, AFTERNOON)

    again = next_try(NO_ANSWER, [tuesday_before, call()], MONDAY, weekdays)

    assert again == NextTry(MONDAY + 2 * DAY, EVENING)


def test_a_letter_is_given_its_time_and_has_no_time_of_day():
    letter = Tried(MONDAY, EVENING, "LETTER", LETTER)

    assert next_try(LETTER, [letter], MONDAY, weekdays) == NextTry(date(2026, 9, 9), MORNING)


def test_weekend_is_passed_over():
    friday = MONDAY + 4 * DAY

    assert next_try(NO_ANSWER, [call(friday)], friday, weekdays) == NextTry(
        friday + 3 * DAY, AFTERNOON
    )


def test_the_ladder_comes_first():
    again = next_try(LETTER, [call()], MONDAY, weekdays, not_after=MONDAY + 3 * DAY)

    assert again == NextTry(MONDAY + 3 * DAY, AFTERNOON)


@pytest.mark.parametrize(
    ("last", "part"), [(MORNING, AFTERNOON), (AFTERNOON, EVENING), (EVENING, EVENING)]
)
def test_without_a_working_day_before_the_next_step_it_is_later_today(last, part):
    saturday_step = MONDAY + 5 * DAY
    friday = MONDAY + 4 * DAY

    again = next_try(NO_ANSWER, [call(friday, last)], friday, weekdays, not_after=saturday_step)

    assert again == NextTry(friday, part)


@pytest.mark.parametrize(
    "outcome", [ContactOutcome.AGREED, *(each for each in LEADS_TO if each != "LANGUAGE_BARRIER")]
)
def test_nobody_is_called_again_for_what_is_settled_on_another_page(outcome):
    assert next_try(outcome, [call(outcome=outcome)], MONDAY, weekdays) is None


@given(
    st.sampled_from([ContactOutcome(key) for key in contact.PAUSE_AFTER.value]),
    ATTEMPTS,
    st.none() | st.integers(1, 40).map(lambda days: MONDAY + DAY * days),
    st.sampled_from([weekdays, always, never]),
)
def test_next_try_is_on_a_working_day_and_never_after_the_ladder(outcome, tried, limit, working):
    attempts = [*tried, call(outcome=outcome)]

    again = next_try(outcome, attempts, MONDAY, working, limit)

    assert again is not None
    assert again.on >= MONDAY
    assert limit is None or again.on <= limit
    if again.on > MONDAY:
        assert working(again.on)
        calls = [each.part for each in attempts if each.channel in CALLED]
        assert calls.count(again.part) == min(calls.count(part) for part in DayPart)


def test_every_outcome_is_known_to_all_tables():
    assert set(contact.PAUSE_AFTER.value) <= set(ContactOutcome)
    assert not NOT_REACHED & REACHED
    assert NOT_REACHED | REACHED | {ContactOutcome.DECEASED} == set(ContactOutcome)


@pytest.mark.parametrize(
    ("outcome", "channel"),
    [
        (VOICEMAIL, "LETTER"),
        (NO_ANSWER, "SMS"),
        (LETTER, "PHONE"),
        (ContactOutcome.BUSY, "IN_PERSON"),
        (ContactOutcome.RETURNED, "PHONE"),
    ],
)
def test_what_cannot_come_of_a_channel_is_no_attempt_on_it(outcome, channel):
    assert not fits(outcome, channel)


@pytest.mark.parametrize("outcome", ContactOutcome)
def test_every_outcome_can_come_of_some_channel(outcome):
    assert any(fits(outcome, way) for way in [*CALLED, *WRITTEN])


ENOUGH = [
    call(MONDAY - 9 * DAY, MORNING),
    call(MONDAY - 7 * DAY, EVENING),
    call(MONDAY - 5 * DAY, MORNING),
    Tried(MONDAY - 3 * DAY, MORNING, "LETTER", LETTER),
]


def test_four_attempts_on_two_channels_at_two_times_of_day_are_enough():
    assert missing_for_lost(ENOUGH, MONDAY) == ()


@pytest.mark.parametrize(
    ("tried", "missing"),
    [
        pytest.param(
            [call(MONDAY - days * DAY) for days in (5, 4, 3)],
            ("3 of 4 attempts", "only by telephone", "calls or visits only in the morning"),
            id="as in the issue",
        ),
        pytest.param([], ("0 of 4 attempts", "on no channel", "no call or visit"), id="nothing"),
        pytest.param(
            [Tried(MONDAY - DAY * n, EVENING, way, LETTER) for n in (1, 2) for way in WRITTEN],
            ("no call or visit",),
            id="letters only",
        ),
        pytest.param(
            [call(), call(), *ENOUGH[1:]][:4],
            ("3 of 4 attempts", "only by telephone"),
            id="twice in one morning is once",
        ),
        pytest.param(
            [*ENOUGH[:3], call(outcome=ContactOutcome.CALL_BACK), ENOUGH[3]],
            ("1 of 4 attempts", "only by letter", "no call or visit"),
            id="reached in between",
        ),
        pytest.param(
            [*ENOUGH[:3], call(outcome=ContactOutcome.LANGUAGE_BARRIER)],
            ("0 of 4 attempts", "on no channel", "no call or visit"),
            id="no interpreter",
        ),
        pytest.param(
            [call(MONDAY - DAY * (contact.LOST_WITHIN.value + 1), EVENING), *ENOUGH[1:]],
            ("3 of 4 attempts",),
            id="too old",
        ),
    ],
)
def test_what_is_missing_is_said(tried, missing):
    assert missing_for_lost(tried, MONDAY) == missing


@given(ATTEMPTS)
def test_nobody_is_lost_who_was_reached_last(tried):
    reached = Tried(MONDAY, EVENING, "PHONE", ContactOutcome.CALL_BACK)

    assert missing_for_lost([*tried, reached], MONDAY)
