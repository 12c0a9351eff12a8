"""The history of one lesion, for the page, the admin and the API: what was seen, decided, owed
and done, by whom and when."""

from surveillance.timeline.build import build_timeline
from surveillance.timeline.entry import TimelineEntry, TimelineKind
from surveillance.timeline.hindsight import (
    DecidedThen,
    Hindsight,
    decided_by,
    end_of_day,
    look_back,
)

__all__ = [
    "DecidedThen",
    "Hindsight",
    "TimelineEntry",
    "TimelineKind",
    "build_timeline",
    "decided_by",
    "end_of_day",
    "look_back",
]
