"""When is a silence, or a noise, more than chance? Counts against a site's own past.

Everything is judged by the Poisson distribution, whose tails are wider than those of the
binomial: a small site must not shout.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from surveillance.protocol.parameters.silence import (
    ALARM_CHANCE,
    BASELINE_WEEKS,
    BOUNCE_PRIOR,
    BOUNCES_LEAST,
    FEED_LEAST,
    FEED_QUIET_AT_MOST,
    OUTBOX_GROWTH,
    OUTBOX_LEAST,
)

DAY = timedelta(days=1)
NEGLIGIBLE = 1e-18


class Tally(NamedTuple):
    """How many of how many."""

    hits: int
    of: int


def chance_of_at_most(count: int, mean: float) -> float:
    """The chance of `count` or fewer where `mean` are expected (Poisson)."""
    return 1.0 - chance_of_at_least(count + 1, mean)


def chance_of_at_least(count: int, mean: float) -> float:
    """The chance of `count` or more where `mean` are expected (Poisson)."""
    if count <= 0:
        return 1.0
    if mean <= 0:
        return 0.0
    if count <= mean:
        return 1.0 - math.fsum(_chance_of(each, mean) for each in range(count))
    total, each = 0.0, count
    while (chance := _chance_of(each, mean)) > NEGLIGIBLE:
        total += chance
        each += 1
    return total


def _chance_of(count: int, mean: float) -> float:
    return math.exp(count * math.log(mean) - mean - math.lgamma(count + 1))


def is_unusually_many(count: int, expected: float) -> bool:
    """Whether chance would hardly bring so many."""
    return chance_of_at_least(count, expected) < ALARM_CHANCE.value


def is_unusually_few(count: int, expected: float) -> bool:
    """Whether chance would hardly bring so few."""
    return chance_of_at_most(count, expected) < ALARM_CHANCE.value


def rises_above(recent: Tally, past: Tally) -> bool:
    """Whether recent bounces are more than the site's own past makes likely."""
    bounced, sent = BOUNCE_PRIOR.value
    rate = (past.hits + bounced) / (past.of + sent)
    enough = recent.hits >= BOUNCES_LEAST.value
    return enough and is_unusually_many(recent.hits, rate * recent.of)


def is_growing(*, waiting: int, before: int, sent: int) -> bool:
    """Whether an outbox grows: well above an hour ago, and more than an hour's sending behind."""
    grew = waiting >= OUTBOX_LEAST.value and waiting > before * OUTBOX_GROWTH.value
    return grew and waiting > sent


def missing_since(
    counts: Mapping[date, int], last_on: date, today: date, is_closed: Callable[[date], bool]
) -> float:
    """How many records should have come after `last_on` and before `today`, when none did.

    `counts` are the records of each day of the weeks that end with `last_on`. Each weekday has
    its own mean, open days only and without its busiest (a bulk import is no baseline); the sum
    is lowered by what chance may have added. 0 where the feed is too thin to say.
    """
    usual = _usual_by_weekday(counts, last_on, is_closed)
    in_baseline = BASELINE_WEEKS.value * sum(usual.values())
    if in_baseline < FEED_LEAST.value:
        return 0.0
    lower = max(0.0, 1.0 - 2.0 / math.sqrt(in_baseline))
    silent = min((today - last_on).days - 1, FEED_QUIET_AT_MOST.value)
    days = (last_on + DAY * number for number in range(1, silent + 1))
    return lower * sum(usual.get(day.weekday(), 0.0) for day in days if not is_closed(day))


def _usual_by_weekday(
    counts: Mapping[date, int], last_on: date, is_closed: Callable[[date], bool]
) -> dict[int, float]:
    seen: dict[int, list[int]] = defaultdict(list)
    for number in range(7 * BASELINE_WEEKS.value):
        day = last_on - DAY * number
        if not is_closed(day):
            seen[day.weekday()].append(counts.get(day, 0))
    return {
        weekday: (sum(found) - max(found)) / (len(found) - 1)
        for weekday, found in seen.items()
        if len(found) > 1
    }
