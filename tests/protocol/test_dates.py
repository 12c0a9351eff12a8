"""Calendar arithmetic: clamped, always from the anchor (8.1, A-18)."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveillance.protocol.dates import (
    add_days,
    add_months,
    add_working_days,
    age_in_months,
    age_in_years,
)

DAYS = st.dates(min_value=date(1950, 1, 1), max_value=date(2150, 12, 31))


@pytest.mark.parametrize(
    ("anchor", "months", "expected"),
    [
        pytest.param(date(2026, 8, 31), 6, date(2027, 2, 28), id="31 August to February"),
        pytest.param(date(2027, 8, 31), 6, date(2028, 2, 29), id="31 August to a leap February"),
        pytest.param(date(2028, 2, 29), 12, date(2029, 2, 28), id="29 February, a year on"),
        pytest.param(date(2026, 1, 31), 1, date(2026, 2, 28), id="31 January, one month"),
        pytest.param(date(2026, 1, 31), 2, date(2026, 3, 31), id="31 January, two months"),
        pytest.param(date(2026, 12, 10), 3, date(2027, 3, 10), id="over new year"),
        pytest.param(date(2026, 3, 31), -1, date(2026, 2, 28), id="backwards"),
        pytest.param(date(2026, 3, 10), 0, date(2026, 3, 10), id="nothing"),
    ],
)
def test_add_months_clamps(anchor: date, months: int, expected: date) -> None:
    assert add_months(anchor, months) == expected


@given(DAYS, st.integers(0, 60))
def test_add_months_lands_in_that_month(anchor: date, months: int) -> None:
    landed = add_months(anchor, months)

    assert landed.year * 12 + landed.month == anchor.year * 12 + anchor.month + months
    assert landed.day <= anchor.day


@given(DAYS, st.integers(0, 24), st.integers(0, 24))
def test_more_months_is_never_sooner(anchor: date, fewer: int, extra: int) -> None:
    assert add_months(anchor, fewer) <= add_months(anchor, fewer + extra)


def test_add_days_crosses_the_leap_day() -> None:
    assert add_days(date(2028, 2, 28), 1) == date(2028, 2, 29)


@pytest.mark.parametrize(
    ("birth", "day", "years", "months"),
    [
        pytest.param(date(2008, 2, 29), date(2026, 2, 28), 17, 215, id="leap birthday, eve"),
        pytest.param(date(2008, 2, 29), date(2026, 3, 1), 18, 216, id="leap birthday is 1 March"),
        pytest.param(date(2008, 1, 15), date(2026, 1, 14), 17, 215, id="the day before"),
        pytest.param(date(2008, 1, 15), date(2026, 1, 15), 18, 216, id="the day"),
        pytest.param(date(2025, 8, 31), date(2026, 2, 28), 0, 5, id="six months begin in March"),
        pytest.param(date(2025, 8, 31), date(2026, 3, 1), 0, 6, id="six months on 1 March"),
    ],
)
def test_age(birth: date, day: date, years: int, months: int) -> None:
    assert age_in_years(birth, day) == years
    assert age_in_months(birth, day) == months


@pytest.mark.parametrize(
    ("anchor", "days", "expected"),
    [
        pytest.param(date(2026, 8, 31), 5, date(2026, 9, 7), id="Monday: over one weekend"),
        pytest.param(date(2026, 9, 4), 1, date(2026, 9, 7), id="Friday to Monday"),
        pytest.param(date(2026, 9, 5), 5, date(2026, 9, 11), id="Saturday to Friday"),
        pytest.param(date(2026, 9, 5), 0, date(2026, 9, 5), id="none"),
    ],
)
def test_working_days_are_monday_to_friday(anchor: date, days: int, expected: date) -> None:
    assert add_working_days(anchor, days) == expected
