"""When is a silence, or a noise, more than chance?"""

import math
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveillance.protocol.parameters import silence as numbers
from surveillance.protocol.parameters.parameter import Parameter
from surveillance.protocol.silence import (
    Tally,
    chance_of_at_least,
    chance_of_at_most,
    is_growing,
    is_unusually_few,
    is_unusually_many,
    missing_since,
    rises_above,
)

MONDAY = date(2026, 9, 14)
FRIDAY = date(2026, 9, 11)
counts = st.integers(0, 300)
means = st.floats(0.01, 300)


def is_weekend(day: date) -> bool:
    return day.weekday() >= 5


def feed(per_working_day: int, until: date = FRIDAY, weeks: int = 8) -> dict[date, int]:
    """The same number on every working day of the weeks that end with `until`."""
    days = (until - timedelta(days=back) for back in range(7 * weeks))
    return {day: per_working_day for day in days if not is_weekend(day)}


def test_every_number_has_unit_source_and_reason() -> None:
    declared = [each for each in vars(numbers).values() if isinstance(each, Parameter)]

    assert {each.key for each in declared} == {each.key for each in numbers.NUMBERS}
    assert all(each.unit and each.note and each.cites for each in numbers.NUMBERS)


def test_chances_agree_with_the_textbook() -> None:
    assert chance_of_at_most(0, 3) == pytest.approx(math.exp(-3))
    assert chance_of_at_least(1, 3) == pytest.approx(1 - math.exp(-3))
    assert chance_of_at_least(5, 2) == pytest.approx(0.052653, abs=1e-6)
    assert chance_of_at_least(1, 0) == 0.0


@given(counts, means)
def test_chances_are_chances_and_fall_with_the_count(count: int, mean: float) -> None:
    here, next_one = chance_of_at_least(count, mean), chance_of_at_least(count + 1, mean)

    assert -1e-9 <= next_one <= here + 1e-9 <= 1 + 2e-9
    assert chance_of_at_most(count, mean) + next_one == pytest.approx(1)


@given(counts, means)
def test_nothing_is_unusually_many_and_unusually_few_at_once(count: int, mean: float) -> None:
    assert not (is_unusually_many(count, mean) and is_unusually_few(count, mean))


@pytest.mark.parametrize(
    ("recent", "past", "expected"),
    [
        pytest.param(Tally(12, 100), Tally(16, 800), True, id="six times the usual"),
        pytest.param(Tally(3, 100), Tally(16, 800), False, id="as usual"),
        pytest.param(Tally(4, 4), Tally(0, 800), False, id="too few to speak of a rise"),
        pytest.param(Tally(5, 5), Tally(0, 0), True, id="a new site, all refused"),
        pytest.param(Tally(5, 100), Tally(0, 0), False, id="a new site, some refused"),
        pytest.param(Tally(60, 100), Tally(480, 800), False, id="a site that always bounces"),
    ],
)
def test_bounces_are_held_against_the_past(recent: Tally, past: Tally, expected: bool) -> None:
    assert rises_above(recent, past) is expected


@given(st.integers(0, 50), st.integers(0, 400), st.integers(0, 400))
def test_more_bounces_never_silence_the_alarm(bounced: int, past: int, of_past: int) -> None:
    before = Tally(min(past, of_past), of_past)

    if rises_above(Tally(bounced, 100), before):
        assert rises_above(Tally(bounced + 1, 100), before)


@pytest.mark.parametrize(
    ("waiting", "before", "sent", "expected"),
    [
        pytest.param(40, 20, 5, True, id="twice as many, few sent"),
        pytest.param(40, 20, 60, False, id="a wave that is sent within the hour"),
        pytest.param(29, 20, 0, False, id="hardly more"),
        pytest.param(19, 0, 0, False, id="small"),
        pytest.param(20, 0, 0, True, id="out of nothing"),
    ],
)
def test_an_outbox_grows_when_sending_does_not_keep_up(
    waiting: int, before: int, sent: int, expected: bool
) -> None:
    assert is_growing(waiting=waiting, before=before, sent=sent) is expected


def test_a_weekend_brings_nothing_and_nothing_is_missed() -> None:
    assert missing_since(feed(3), FRIDAY, MONDAY, is_weekend) == 0.0


def test_working_days_without_a_record_add_up() -> None:
    until = [missing_since(feed(3), FRIDAY, MONDAY + timedelta(n), is_weekend) for n in range(6)]

    assert until == sorted(until)
    assert until[1] == pytest.approx(3 * (1 - 2 / math.sqrt(120)))
    assert not is_unusually_few(0, until[2])
    assert is_unusually_few(0, until[3])


def test_a_holiday_is_no_silence() -> None:
    def closed(day: date) -> bool:
        return is_weekend(day) or day >= MONDAY

    assert missing_since(feed(3), FRIDAY, MONDAY + timedelta(days=20), closed) == 0.0


def test_one_bulk_import_is_no_baseline() -> None:
    bulk = {FRIDAY - timedelta(days=7): 5000}

    assert missing_since(bulk, FRIDAY, FRIDAY + timedelta(days=60), is_weekend) == 0.0


def test_a_thin_feed_says_nothing() -> None:
    weekly = {FRIDAY - timedelta(weeks=back): 2 for back in range(8)}

    assert missing_since(weekly, FRIDAY, FRIDAY + timedelta(days=90), is_weekend) == 0.0


def test_a_feed_that_speaks_on_fridays_is_not_missed_before_friday() -> None:
    weekly = {FRIDAY - timedelta(weeks=back): 5 for back in range(8)}

    assert missing_since(weekly, FRIDAY, FRIDAY + timedelta(days=7), is_weekend) == 0.0
    assert missing_since(weekly, FRIDAY, FRIDAY + timedelta(days=8), is_weekend) > 3.0


@given(st.dictionaries(st.dates(date(2026, 7, 1), FRIDAY), st.integers(0, 30)), st.integers(1, 200))
def test_what_is_missing_is_finite_and_grows_with_the_silence(
    seen: dict[date, int], silent: int
) -> None:
    here = missing_since(seen, FRIDAY, FRIDAY + timedelta(days=silent), is_weekend)
    later = missing_since(seen, FRIDAY, FRIDAY + timedelta(days=silent + 1), is_weekend)

    assert 0.0 <= here <= later < math.inf
