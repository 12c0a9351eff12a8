"""A sender's clock may be wrong: nothing was said later than it came."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, TypeVar

from surveillance.arrivals import Arrival, Unmapped

TOLERATED: Final = timedelta(minutes=2)
"""Clocks that are kept right differ by less."""
AHEAD: Final = "clock_ahead"
"""Code of the warning that the sender is given."""
WORDS: Final = (
    "The moment that the message names is later than the clock here: it counts as said when it "
    "came. Set the sender's clock, or its time zone in the mapping, right."
)

Part = TypeVar("Part", bound=Arrival | Unmapped)


def is_ahead(part: Arrival | Unmapped, received_at: datetime) -> bool:
    """Whether it claims to be said later than it came, by more than clocks differ."""
    return part.said_at is not None and part.said_at > received_at + TOLERATED


def believed(part: Part, received_at: datetime) -> Part:
    """The part; said when it came, where it claims to be said later. A moment to come would silence
    every correction until then."""
    return replace(part, said_at=received_at) if is_ahead(part, received_at) else part
