"""The history of one lesion, for the page, the admin and the API: what was seen, decided, owed
and done, by whom and when."""

from surveillance.timeline.build import build_timeline
from surveillance.timeline.entry import TimelineEntry, TimelineKind

__all__ = ["TimelineEntry", "TimelineKind", "build_timeline"]
