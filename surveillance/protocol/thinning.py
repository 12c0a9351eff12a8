"""Does a feed still bring what it used to, or does it thin out without stopping?

The last open days are held against the weeks before them: each weekday against its own past, a bulk
import counted as a usual day, the season as the same weeks of last year had it.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from statistics import fmean, median
from typing import NamedTuple

from surveillance.protocol.parameters.silence import (
    BASELINE_WEEKS,
    FEED_BUSY_DEVIATIONS,
    FEED_LEAST,
    FEED_QUIET_AT_MOST,
    FEED_SEASON_LEAST,
    FEED_THIN,
    FEED_THIN_NEWEST,
)
from surveillance.protocol.silence import is_unusually_few

DAY = timedelta(days=1)
LAST_YEAR = timedelta(weeks=52)
"""A year ago on the same weekday."""

Counts = Mapping[date, int]
IsClosed = Callable[[date], bool]


class Shortfall(NamedTuple):
    """How many records came on the last so many open days, and how many are usual there."""

    came: int
    usual: float
    days: int


def days_read(today: date) -> tuple[tuple[date, date], ...]:
    """The spans (first day, last day) of which `shortfall` wants the counts: the weeks before
    `today`, and the same ones a year earlier."""
    reach = timedelta(days=FEED_QUIET_AT_MOST.value) + timedelta(weeks=BASELINE_WEEKS.value)
    return ((today - reach, today - DAY), (today - reach - LAST_YEAR, today - DAY - LAST_YEAR))


def shortfall(counts: Counts, today: date, is_closed: IsClosed) -> Shortfall | None:
    """What is missing on the last open days before `today`, if chance would hardly bring so few.

    Asked over each span of FEED_THIN: enough of the usual must be missing, and a third on the
    newest days, so that a feed that is back is not complained of. None where nothing is missing,
    or the feed is too thin to say.
    """
    newest, _share = FEED_THIN.value[0]
    lately = _held_against_past(counts, today, newest, is_closed)
    if lately is None or lately.held.came >= FEED_THIN_NEWEST.value * lately.held.usual:
        return None
    for number, share in FEED_THIN.value:
        found = _held_against_past(counts, today, number, is_closed)
        if found is not None and found.is_thin(share):
            return found.held
    return None


class _Against(NamedTuple):
    """A span held against the weeks before it; `certain` is what of the usual is beyond doubt."""

    held: Shortfall
    certain: float

    def is_thin(self, share: float) -> bool:
        came, usual, _days = self.held
        return came < share * usual and is_unusually_few(came, self.certain * usual)


def _held_against_past(
    counts: Counts, today: date, number: int, is_closed: IsClosed
) -> _Against | None:
    days = _open_days_before(today, number, is_closed)
    if len(days) < number:
        return None
    usual = _usual(counts, days[-1] - DAY, is_closed)
    certain = _certain(usual)
    if certain == 0.0:
        return None
    return _Against(_held(counts, days, usual, _season(counts, days, is_closed)), certain)


def _open_days_before(today: date, number: int, is_closed: IsClosed) -> list[date]:
    """The newest first; fewer where the site was closed for most of the time."""
    days = (today - DAY * back for back in range(1, FEED_QUIET_AT_MOST.value + 1))
    return [day for day in days if not is_closed(day)][:number]


def _usual(counts: Counts, last_on: date, is_closed: IsClosed) -> dict[int, float]:
    """By weekday: what most of the weeks that end with `last_on` had, the busiest left out."""
    seen: dict[int, list[int]] = defaultdict(list)
    for number in range(7 * BASELINE_WEEKS.value):
        day = last_on - DAY * number
        if not is_closed(day):
            seen[day.weekday()].append(counts.get(day, 0))
    return {
        weekday: min(fmean(sorted(found)[:-1]), median(found))
        for weekday, found in seen.items()
        if len(found) > 1
    }


def _certain(usual: Mapping[int, float]) -> float:
    """How much of the usual is certain, two standard errors down; 0: too thin to say."""
    in_baseline = BASELINE_WEEKS.value * sum(usual.values())
    if in_baseline < FEED_LEAST.value:
        return 0.0
    return max(0.0, 1.0 - 2.0 / math.sqrt(in_baseline))


def _season(counts: Counts, days: Sequence[date], is_closed: IsClosed) -> float:
    """What these days brought last year of what was usual before them: half to all of it.

    1 where last year is not known well enough.
    """
    then = [day - LAST_YEAR for day in days]
    usual = _usual(counts, then[-1] - DAY, is_closed)
    if _certain(usual) == 0.0:
        return 1.0
    held = _held(counts, [day for day in then if not is_closed(day)], usual, 1.0)
    if held.usual == 0.0:
        return 1.0
    return min(1.0, max(FEED_SEASON_LEAST.value, held.came / held.usual))


def _held(
    counts: Counts, days: Sequence[date], usual: Mapping[int, float], season: float
) -> Shortfall:
    came = sum(_counted(counts.get(day, 0), usual.get(day.weekday(), 0.0)) for day in days)
    expected = season * sum(usual.get(day.weekday(), 0.0) for day in days)
    return Shortfall(round(came), expected, len(days))


def _counted(count: int, usual: float) -> float:
    """A bulk import tells nothing of the feed beside it: that day counts as usual."""
    busy = usual + FEED_BUSY_DEVIATIONS.value * math.sqrt(usual) + 1.0
    return count if count <= busy else usual
