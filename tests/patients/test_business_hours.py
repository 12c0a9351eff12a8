"""Hours in which a site is open: over nights, closed days and changes of the clock."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patients.calendars import EVERY_DAY, Calendar, Opening, business_hours_between

LONDON = ZoneInfo("Europe/London")
OFFICE = Opening(time(9), time(17), LONDON)
ENGLAND = Calendar("GB-ENG")
zones = st.sampled_from(
    [ZoneInfo(name) for name in ("Europe/London", "America/New_York", "Pacific/Chatham", "UTC")]
)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))
openings = st.tuples(st.integers(0, 11), st.integers(12, 23), zones).map(
    lambda told: Opening(time(told[0]), time(told[1], 30), told[2])
)


def london(day: int, hour: int, month: int = 9) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=LONDON)


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        pytest.param(london(15, 10), london(15, 12), 2, id="within a day"),
        pytest.param(london(15, 16), london(16, 10), 2, id="over a night"),
        pytest.param(london(11, 16), london(14, 10), 2, id="over a weekend"),
        pytest.param(london(15, 18), london(16, 8), 0, id="a night"),
        pytest.param(london(15, 12), london(15, 10), 0, id="backwards"),
        pytest.param(london(24, 16, 12), london(29, 10, 12), 2, id="over Christmas"),
        pytest.param(london(14, 0), london(19, 0), 40, id="a week"),
    ],
)
def test_only_open_hours_count(start: datetime, end: datetime, hours: float) -> None:
    assert business_hours_between(start, end, ENGLAND, OFFICE) == hours


def test_a_closure_of_the_site_does_not_count() -> None:
    inventory = Calendar("GB-ENG", ((date(2026, 9, 15), date(2026, 9, 15)),))

    assert business_hours_between(london(14, 16), london(16, 10), inventory, OFFICE) == 2


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 22.5), (date(2026, 10, 25), 24.5)], ids=str
)
def test_a_day_on_which_the_clocks_change_has_its_real_hours(day: date, hours: float) -> None:
    round_the_clock = Opening(time(0), time(23, 30), LONDON)
    start = datetime.combine(day, time(), LONDON)
    end = datetime.combine(day + timedelta(days=1), time(), LONDON)

    assert business_hours_between(start, end, EVERY_DAY, round_the_clock) == hours


@given(st.lists(moments, min_size=3, max_size=3).map(sorted), openings)
def test_hours_add_up_and_are_never_more_than_passed(
    told: list[datetime], opening: Opening
) -> None:
    first, middle, last = told[0], told[1], min(told[2], told[1] + timedelta(days=60))
    first = max(first, middle - timedelta(days=60))
    whole = business_hours_between(first, last, ENGLAND, opening)
    parts = [
        business_hours_between(first, middle, ENGLAND, opening),
        business_hours_between(middle, last, ENGLAND, opening),
    ]

    assert whole == pytest.approx(sum(parts))
    assert 0 <= whole <= (last - first) / timedelta(hours=1) + 1e-9


@given(moments, st.integers(0, 3000), openings)
def test_minute_by_minute_it_is_the_same(start: datetime, minutes: int, opening: Opening) -> None:
    """Held against the plainest reading there is: look at the wall clock every minute."""
    start = start.replace(second=0, microsecond=0)
    clocks = (
        (start + timedelta(minutes=number)).astimezone(opening.zone) for number in range(minutes)
    )
    counted = sum(
        not ENGLAND.is_closed(clock.date()) and opening.opens <= clock.time() < opening.closes
        for clock in clocks
    )
    end = start + timedelta(minutes=minutes)

    assert business_hours_between(start, end, ENGLAND, opening) * 60 == pytest.approx(counted)
