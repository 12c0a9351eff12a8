"""A lesion's history in the words of the page."""

from collections.abc import Iterable
from dataclasses import dataclass

from patients.models import Site
from surveillance.timeline import TimelineEntry
from surveillance.web.wording import date_words, moment_words


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """One line of the history; `first` is always shown, `rest` on request."""

    kind: str
    on: str
    label: str
    title: str
    first: str
    rest: tuple[str, ...]
    note: str
    is_withdrawn: bool


SHOWN_AT_FIRST = 10


@dataclass(frozen=True, slots=True)
class History:
    """The newest lines of a history, and the earlier ones, which open on request."""

    newest: tuple[TimelineRow, ...]
    earlier: tuple[TimelineRow, ...]


def history_view(entries: Iterable[TimelineEntry], site: Site) -> History:
    """The entries, the newest first as they come."""
    rows = timeline_rows(entries, site)
    return History(rows[:SHOWN_AT_FIRST], rows[SHOWN_AT_FIRST:])


def timeline_rows(entries: Iterable[TimelineEntry], site: Site) -> tuple[TimelineRow, ...]:
    """The entries in the order given."""
    return tuple(_row(entry, site) for entry in entries)


def _row(entry: TimelineEntry, site: Site) -> TimelineRow:
    first, rest = (entry.detail[0], entry.detail[1:]) if entry.detail else ("", ())
    return TimelineRow(
        kind=entry.kind.lower(),
        on=date_words(entry.on),
        label=entry.kind.label,
        title=entry.title,
        first=first,
        rest=rest,
        note=f"Recorded {moment_words(entry.at, site)} by {entry.by}",
        is_withdrawn=entry.withdrawn,
    )
