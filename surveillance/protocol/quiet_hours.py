"""When a message may reach a patient's pocket: never at night, by the clock of the site."""

from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import NamedTuple

from surveillance.protocol.parameters.outreach import MESSAGE_HOURS

DAYS_LOOKED_AHEAD = 3
"""A zone that moves across the date line may lack a whole day; it never lacks two."""


class Hours(NamedTuple):
    """Whole hours of the day: open from `opens` (included) to `closes` (excluded)."""

    opens: int
    closes: int

    def are_open(self, local: datetime) -> bool:
        """Whether this local moment lies inside."""
        return self.opens <= local.hour < self.closes


def message_hours(opens: int | None = None, closes: int | None = None) -> Hours:
    """The default hours, tightened by what a site chose; a wider choice changes nothing."""
    earliest, latest = MESSAGE_HOURS.value
    return Hours(max(earliest, opens or earliest), min(latest, closes or latest))


def allowed_from(moment: datetime, zone: tzinfo, hours: Hours) -> datetime:
    """`moment` itself when it lies in the hours, else the next moment that does (UTC).

    Clocks that change do not matter: what counts is the hour that the local clock shows then.
    Refused with ValueError: hours that never open.
    """
    local = moment.astimezone(zone)
    if hours.are_open(local):
        return moment
    for days in range(DAYS_LOOKED_AHEAD):
        day = local.date() + timedelta(days=days)
        opening = datetime.combine(day, time(hours.opens), zone).astimezone(UTC)
        if opening >= moment and hours.are_open(opening.astimezone(zone)):
            return opening
    raise ValueError(f"no message may leave from {hours.opens} to {hours.closes}")
