"""Which days a site works: weekends and holidays of its region, and closures of its own.

A step of the chase that falls on a closed day happens on the working day before, never after
(8.1, 8.6). Clinical dates never move: only when people are told does.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

import holidays

from patients.models import Site, SiteClosure
from patients.prepared import Prepared, slots

DAY = timedelta(days=1)
LONGEST_CLOSURE = 60
"""Days. A site that seems closed for longer is not looked ahead for: somebody mistyped a year."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """The working days of a site. `region` as in `Site.holiday_calendar`; empty: every day."""

    region: str = ""
    closures: tuple[tuple[date, date], ...] = ()

    def is_closed(self, day: date) -> bool:
        """Weekend, public holiday, or a closure of the site."""
        if any(first <= day <= last for first, last in self.closures):
            return True
        return bool(self.region) and not _holidays(self.region).is_working_day(day)

    def reach(self, day: date) -> date:
        """The last day of the closed run that follows `day`; `day` itself if tomorrow is a working
        day. What falls due by then is done on `day`: nobody is there to do it in between."""
        last = day
        while self.is_closed(last + DAY) and (last - day).days < LONGEST_CLOSURE:
            last += DAY
        return last


EVERY_DAY = Calendar()


class Opening(NamedTuple):
    """When a site works on its working days, in its own time."""

    opens: time
    closes: time
    zone: ZoneInfo


def business_hours_between(
    start: datetime, end: datetime, calendar: Calendar, opening: Opening
) -> float:
    """Hours between two aware moments in which the site was open; 0 when `end` is not after.

    Real hours: a day on which the clocks change within the opening hours is an hour longer or
    shorter.
    """
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    day, last = (moment.astimezone(opening.zone).date() for moment in (start, end))
    worked = timedelta()
    while day <= last:
        if not calendar.is_closed(day):
            first, close = (_moment(day, each, opening.zone) for each in opening[:2])
            worked += max(min(end, close) - max(start, first), timedelta())
        day += DAY
    return worked / timedelta(hours=1)


def _moment(day: date, clock: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, clock, tzinfo=zone).astimezone(UTC)


_CLOSURES_AT = Prepared(
    lambda: (
        SiteClosure.objects.standing()
        .filter(site__in=slots(SiteClosure, "site", "sites"))
        .values_list("site", "first_on", "last_on")
    )
)


def calendar_of(site: Site) -> Calendar:
    """The calendar of one site, as it is now. One query."""
    return calendars_of([site])[site.pk]


def calendars_of(sites: Iterable[Site]) -> dict[int, Calendar]:
    """The calendar of each site, by its key. One query."""
    sites = list(sites)
    closures: dict[int, list[tuple[date, date]]] = defaultdict(list)
    for site_id, first_on, last_on in _CLOSURES_AT.ask(sites=[site.pk for site in sites]):
        closures[site_id].append((first_on, last_on))
    return {site.pk: Calendar(site.holiday_calendar, tuple(closures[site.pk])) for site in sites}


@lru_cache(maxsize=64)
def _holidays(region: str) -> holidays.HolidayBase:
    country, _, subdivision = region.partition("-")
    return holidays.country_holidays(country, subdiv=subdivision or None)
