"""A lesion's history in the words of the page."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from patients.models import Site
from surveillance.timeline import TimelineEntry, TimelineKind
from surveillance.web.wording import count_words, date_words, moment_words

DECISIONS = (TimelineKind.ASSESSMENT, TimelineKind.OVERRIDE)
ARRIVING = (TimelineKind.EXAM, TimelineKind.EVENT, TimelineKind.AFP, TimelineKind.STATUS)
"""Facts of the world outside, which become known on a day of their own."""


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
    late: str = ""
    decision_url: str = ""


SHOWN_AT_FIRST = 10


@dataclass(frozen=True, slots=True)
class History:
    """The newest lines of a history, and the earlier ones, which open on request."""

    newest: tuple[TimelineRow, ...]
    earlier: tuple[TimelineRow, ...]


def history_view(entries: Iterable[TimelineEntry], site: Site, lesion: UUID) -> History:
    """The entries, the newest first as they come."""
    rows = timeline_rows(entries, site, lesion)
    return History(rows[:SHOWN_AT_FIRST], rows[SHOWN_AT_FIRST:])


def timeline_rows(
    entries: Iterable[TimelineEntry], site: Site, lesion: UUID
) -> tuple[TimelineRow, ...]:
    """The entries in the order given."""
    return tuple(_row(entry, site, lesion) for entry in entries)


def _row(entry: TimelineEntry, site: Site, lesion: UUID) -> TimelineRow:
    first, rest = (entry.detail[0], entry.detail[1:]) if entry.detail else ("", ())
    return TimelineRow(
        kind=entry.kind.lower(),
        on=date_words(entry.on),
        label=entry.kind.label,
        title=entry.title,
        first=first,
        rest=rest,
        note=_("Recorded {moment} by {who}").format(
            moment=moment_words(entry.at, site), who=entry.by
        ),
        is_withdrawn=entry.withdrawn,
        late=_late(entry, site),
        decision_url=reverse("decision", args=[lesion, entry.ref])
        if entry.kind in DECISIONS
        else "",
    )


def _late(entry: TimelineEntry, site: Site) -> str:
    """'Known 9 days later': what happened and what was known part here."""
    days = (site.local_date(entry.at) - entry.on).days
    if entry.kind not in ARRIVING or days < 1:
        return ""
    return _("Known {days} later").format(days=count_words(days, "day"))
