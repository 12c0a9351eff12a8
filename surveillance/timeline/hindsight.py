"""What was known on an earlier day: by the moments of recording, not by the days of care.

A report of January that arrived in March was not known in February, and a retraction of April does
not show in March. What was decided then stands beside what was known then.

The moment is the one before the next local day of the site begins: all that was recorded on the
day itself counts.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q

from patients.models import Site
from surveillance.models import FollowUp, Lesion, LesionAssessment, OverrideKind
from surveillance.timeline.entry import TimelineEntry, as_of_moment


@dataclass(frozen=True, slots=True)
class Hindsight:
    """A history cut at one moment. `later` had happened by that day and was recorded after it."""

    known: tuple[TimelineEntry, ...]
    later: tuple[TimelineEntry, ...]


@dataclass(frozen=True, slots=True)
class DecidedThen:
    """What was in force at a moment: the newest decision, an override, what was owed."""

    assessment: LesionAssessment | None
    override: LesionAssessment | None
    owed: tuple[FollowUp, ...]


def end_of_day(day: date, site: Site) -> datetime:
    """The first moment that is not of that day any more, at the site."""
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(site.time_zone))


def look_back(entries: Iterable[TimelineEntry], day: date, site: Site) -> Hindsight:
    """`entries`, in their order, as they stood at the end of `day`."""
    moment = end_of_day(day, site)
    known, later = [], []
    for entry in entries:
        if entry.at < moment:
            known.append(as_of_moment(entry, moment))
        elif entry.on <= day:
            later.append(entry)
    return Hindsight(tuple(known), tuple(later))


def decided_by(lesion: Lesion, day: date) -> DecidedThen:
    """What had been decided by the end of `day`, and was owed then. Three queries."""
    moment = end_of_day(day, lesion.patient.site)
    decisions = LesionAssessment.objects.filter(lesion=lesion, assessed_at__lt=moment)
    newest = decisions.select_related("assessed_by", "overrides").newest_first()
    still_open = Q(closed_at=None) | Q(closed_at__gte=moment)
    owed = FollowUp.objects.filter(still_open, lesion=lesion, opened_at__lt=moment)
    assessment = newest.filter(overrides=None).first()
    return DecidedThen(
        assessment=assessment,
        override=_in_force(newest.filter(overrides__isnull=False).first(), assessment, day),
        owed=tuple(owed.order_by("latest_on", "pk")),
    )


def _in_force(
    override: LesionAssessment | None, newest: LesionAssessment | None, day: date
) -> LesionAssessment | None:
    """The override, unless it was lifted, had expired, or answers another need than the newest
    decision (`case_records.standing_overrides` says the same of today)."""
    if override is None or override.override_kind == OverrideKind.LIFTED:
        return None
    expires_on = override.override_expires_on
    is_over = expires_on is not None and expires_on < day
    is_spent = newest is not None and newest.signed_for != override.signed_for
    return None if is_over or is_spent else override
