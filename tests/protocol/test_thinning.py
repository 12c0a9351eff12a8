"""A feed that thins out is noticed; one that does what feeds do all year is not."""

import math
from collections.abc import Callable
from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveillance.protocol.thinning import days_read, shortfall

DAY = timedelta(days=1)
MONDAY = date(2026, 9, 7)
BEGAN = date(2025, 1, 1)
HOLIDAYS = frozenset(
    date(year, month, day) for year in (2025, 2026) for month, day in ((1, 1), (7, 4), (12, 25))
)


def is_closed(day: date) -> bool:
    return day.weekday() > 4 or day in HOLIDAYS


def every(per_day: int, until: date, days: int = 100) -> dict[date, int]:
    """The same on every open day before `until`."""
    found = (until - DAY * back for back in range(1, days + 1))
    return {day: per_day for day in found if not is_closed(day)}


def thinned(per_day: int, to: int, open_days: int) -> dict[date, int]:
    """As `every`, but only `to` on the newest so many open days."""
    counts = every(per_day, MONDAY)
    return counts | dict.fromkeys(sorted(counts, reverse=True)[:open_days], to)


# ---------------------------------------------------------------- one feed, day by day


@pytest.mark.parametrize(
    ("to", "open_days", "days"),
    [
        pytest.param(10, 10, None, id="as ever"),
        pytest.param(8, 20, None, id="a fifth less is no finding"),
        pytest.param(3, 2, None, id="two bad days"),
        pytest.param(3, 5, 5, id="a week of a third"),
        pytest.param(6, 5, None, id="a week of three fifths"),
        pytest.param(6, 10, 10, id="two weeks of three fifths"),
        pytest.param(0, 5, 5, id="a week of nothing"),
    ],
)
def test_a_sustained_drop_is_told_with_its_numbers(
    to: int, open_days: int, days: int | None
) -> None:
    found = shortfall(thinned(10, to, open_days), MONDAY, is_closed)

    assert (found.days if found else None) == days
    if found and days:
        assert (found.came, found.usual) == (to * days, 10.0 * days)


def test_a_feed_that_is_back_is_no_finding() -> None:
    counts = thinned(10, 1, 10)
    assert shortfall(counts, MONDAY, is_closed)
    back = MONDAY - DAY
    for _ in range(5):
        back += DAY
        counts[back] = 10

    assert shortfall(counts, back + DAY, is_closed) is None


def test_a_bulk_import_hides_no_thinning_and_makes_none() -> None:
    thin = thinned(10, 3, 5)
    thin[max(thin)] = 4000
    assert shortfall(thin, MONDAY, is_closed)

    normal = every(10, MONDAY)
    for back in (15, 16, 17, 30):
        normal[MONDAY - DAY * back] = 4000
    assert shortfall(normal, MONDAY, is_closed) is None


def test_closed_days_are_not_missed() -> None:
    away = [MONDAY - DAY * back for back in range(1, 15)]
    counts = every(10, MONDAY) | dict.fromkeys(away, 0)

    assert shortfall(counts, MONDAY, lambda day: is_closed(day) or day in away) is None


def test_a_season_that_last_year_had_too_is_not_missed() -> None:
    """Half as much in the first weeks of September, this year as last."""
    counts = every(20, MONDAY, days=600)
    slack = {day: 11 for day in counts if (day.month, day.day) >= (8, 25) and day.month < 10}
    assert shortfall(counts | {d: n for d, n in slack.items() if d.year == 2026}, MONDAY, is_closed)

    assert shortfall(counts | slack, MONDAY, is_closed) is None


def test_an_outage_of_last_year_excuses_only_half() -> None:
    counts = every(20, MONDAY, days=600)
    gone = [day for day in counts if date(2025, 8, 25) <= day < date(2025, 9, 15)]
    now = [day for day in counts if day >= date(2026, 8, 24)]

    assert shortfall(counts | dict.fromkeys(gone, 0) | dict.fromkeys(now, 2), MONDAY, is_closed)


@pytest.mark.parametrize("counts", [{}, every(10, MONDAY, days=9), thinned(1, 0, 3)], ids=len)
def test_a_young_or_thin_feed_says_nothing(counts: dict[date, int]) -> None:
    assert shortfall(counts, MONDAY, is_closed) is None


@given(
    st.lists(st.integers(9, 16), min_size=120, max_size=120),
    st.lists(st.integers(0, 16), min_size=5, max_size=5),
    st.integers(1, 5),
)
def test_more_records_raise_no_alarm(usual: list[int], newest: list[int], back: int) -> None:
    """As long as the day does not look like a bulk import, which tells nothing."""
    counts = {MONDAY - DAY * (n + 1): count for n, count in enumerate([*newest, *usual])}
    if shortfall(counts, MONDAY, is_closed) is None:
        counts[MONDAY - DAY * back] = 16

        found = shortfall(counts, MONDAY, is_closed)
        # What is newer than every baseline can only fill gaps.
        assert found is None


@given(st.dates(date(2025, 6, 1), date(2026, 12, 31)), st.lists(st.integers(0, 30), max_size=500))
def test_only_the_days_that_are_read_matter(today: date, numbers: list[int]) -> None:
    counts = {today - DAY * back: count for back, count in enumerate(numbers)}
    spans = days_read(today)
    read = {d: n for d, n in counts.items() if any(first <= d <= last for first, last in spans)}

    assert shortfall(counts, today, is_closed) == shortfall(read, today, is_closed)


# ---------------------------------------------------------------- random feeds over whole years


def drawn(mean: float, random: Random) -> int:
    """A Poisson number; the usual approximation for large means."""
    if mean > 50:
        return max(0, round(random.gauss(mean, math.sqrt(mean))))
    limit, number, product = math.exp(-mean), 0, random.random()
    while product > limit:
        number, product = number + 1, product * random.random()
    return number


def random_feed(mean: float, random: Random, season: Callable[[date], float]) -> dict[date, int]:
    """Two years: strong Mondays, weak Fridays, a few on closed days, a bulk import now and then."""
    counts = {}
    for number in range(730):
        day = BEGAN + DAY * number
        weekday = (1.3, 1.0, 1.0, 1.0, 0.7, 0.1, 0.1)[day.weekday()]
        factor = 0.1 if day in HOLIDAYS else weekday
        bulk = 50 * mean if random.random() < 1 / 45 else 0
        counts[day] = drawn(mean * factor * season(day), random) + round(bulk)
    return counts


def alarms(counts: dict[date, int], first: date, last: date) -> int:
    """How often it begins to be told."""
    days = (first + DAY * number for number in range((last - first).days))
    told = [shortfall(counts, day, is_closed) is not None for day in days if not is_closed(day)]
    return sum(now and not before for before, now in zip([False, *told], told, strict=False))


def steady(_day: date) -> float:
    return 1.0


def waves(day: date) -> float:
    """A fifth more in spring and a fifth less in autumn."""
    return 1 + 0.2 * math.sin(day.timetuple().tm_yday / 365 * 2 * math.pi)


def slack_summer(day: date) -> float:
    return 0.65 if day.month == 8 or (day.month, day.day) > (12, 18) else 1.0


@pytest.mark.parametrize("mean", [0.5, 2.0, 8.0, 60.0])
@pytest.mark.parametrize("season", [steady, waves, slack_summer])
def test_feeds_that_do_what_feeds_do_raise_hardly_an_alarm(
    mean: float, season: Callable[[date], float]
) -> None:
    random = Random(f"{mean}{season.__name__}")
    years = 5

    raised = sum(
        alarms(random_feed(mean, random, season), date(2026, 1, 15), date(2026, 12, 31))
        for _ in range(years)
    )

    assert raised <= years * 0.4


@pytest.mark.parametrize(
    ("mean", "share", "within"),
    [
        pytest.param(60.0, 0.5, 14, id="large, half"),
        pytest.param(20.0, 0.25, 7, id="middling, a quarter"),
        pytest.param(8.0, 0.25, 14, id="small, a quarter"),
    ],
)
def test_a_drop_is_found_in_time(mean: float, share: float, within: int) -> None:
    dropped_on = date(2026, 5, 4)
    random = Random(f"{mean}{share}")

    for _ in range(5):
        feed = random_feed(mean, random, lambda day: share if day >= dropped_on else 1.0)
        assert alarms(feed, dropped_on, dropped_on + DAY * within)
