"""What breaks on which day. Drawn from the seed alone, before anything happens."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from surveillance.simulation import rates
from surveillance.simulation.luck import Luck

FEWEST_QUIET_DAYS = 2
MOST_BEFORE_DEATH = 6


@dataclass
class Faults:
    """Days of each fault, empty when nothing breaks."""

    sweep_down: set[date] = field(default_factory=set)
    worker_dies: dict[date, int] = field(default_factory=dict)
    """After how many messages of that day."""
    feed_quiet: set[date] = field(default_factory=set)
    beats_twice: set[date] = field(default_factory=set)
    clock_repeats: set[date] = field(default_factory=set)

    def counts(self) -> dict[str, int]:
        """How many days of each."""
        return {name: len(getattr(self, name)) for name in self.__dataclass_fields__}

    def arrival(self, day: date) -> date:
        """When a report of that day comes through the feed."""
        while day in self.feed_quiet:
            day += timedelta(days=1)
        return day


def draw_faults(days: Sequence[date], luck: Luck, shard: str) -> Faults:
    """The faults of one run; `shard` names the machine that they befall."""
    found = Faults()
    key = "fault", shard
    for day in days:
        if luck.happens(rates.SWEEP_STOPS.value, *key, "sweep", day):
            most = rates.SWEEP_DOWN_DAYS.value
            found.sweep_down |= _run(day, luck.between(1, most, *key, "down", day))
        if luck.happens(rates.FEED_STOPS.value, *key, "feed", day):
            most = rates.FEED_QUIET_DAYS.value
            length = luck.between(FEWEST_QUIET_DAYS, most, *key, "quiet", day)
            found.feed_quiet |= _run(day, length)
        if luck.happens(rates.WORKER_DIES.value, *key, "worker", day):
            found.worker_dies[day] = luck.between(1, MOST_BEFORE_DEATH, *key, "after", day)
        if luck.happens(rates.BEATS_TWICE.value, *key, "beats", day):
            found.beats_twice.add(day)
        if luck.happens(rates.CLOCK_REPEATS.value, *key, "clock", day):
            found.clock_repeats.add(day)
    return found


def _run(day: date, length: int) -> set[date]:
    return {day + timedelta(days=number) for number in range(length)}
