"""Silence: does a team still act, and do its feeds still speak?"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from functools import reduce
from operator import or_
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Min, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils.translation import gettext_noop

from patients.calendars import Calendar, Opening, business_hours_between, calendars_of
from patients.models import AuditEvent, Membership, Role, Site
from surveillance.failsafe.finding import DAY, TECHNICAL, Check, Subject, SubjectKind, subjects
from surveillance.models import FollowUp, FollowUpQuerySet, ImagingExam, RegistryImport
from surveillance.models.registry_import import RegistryImportStatus
from surveillance.protocol.parameters.silence import (
    BASELINE_WEEKS,
    OPENING_HOURS,
    QUEUE_QUIET_HOURS,
)
from surveillance.protocol.silence import is_unusually_few, missing_since
from surveillance.protocol.thinning import Shortfall, days_read, shortfall

LOOKED_BACK = timedelta(days=60)
"""A deed older than this is as good as none."""
FEEDS = {
    "exams": (ImagingExam.objects.all(), "recorded_at"),
    "registry_files": (
        RegistryImport.objects.filter(status=RegistryImportStatus.FINISHED),
        "finished_at",
    ),
}


def _quiet_queues(now: datetime) -> Iterable[object]:
    """Something was due for so many business hours, and nobody acted on any patient there."""
    sites = list(Site.objects.all())
    calendars = calendars_of(sites)
    for site in sites:
        due = _due(site, site.local_date(now))
        if (since := _due_since(due, site)) is None:
            continue
        quiet_since = max(since, _last_deed(site, now) or since)
        zone = ZoneInfo(site.time_zone)
        opening = Opening(*OPENING_HOURS.value, zone)
        hours = business_hours_between(quiet_since, now, calendars[site.pk], opening)
        if hours >= QUEUE_QUIET_HOURS.value:
            yield from subjects(due)


def _due(site: Site, today: date) -> FollowUpQuerySet:
    """Past the target, not put aside, and without an appointment ahead."""
    ahead = Q(booked_for__gte=today)
    late = FollowUp.objects.open().awake(today).filter(site=site, target_on__lt=today)
    return late.exclude(ahead)


def _due_since(due: FollowUpQuerySet, site: Site) -> datetime | None:
    """The earliest moment at which something due could have been worked on; None: nothing is."""
    first = due.aggregate(target=Min("target_on"), opened=Min("opened_at"))
    if first["target"] is None:
        return None
    became_due = datetime.combine(first["target"] + DAY, time(), ZoneInfo(site.time_zone))
    opened: datetime = first["opened"]
    return max(became_due, opened)


def _last_deed(site: Site, now: datetime) -> datetime | None:
    """When a person last did something, beyond looking, for a patient of the site."""
    machines = Membership.objects.filter(role=Role.INTEGRATION).values_list("user", flat=True)
    deeds = AuditEvent.objects.filter(
        site=site.slug, at__gt=now - LOOKED_BACK, at__lte=now, actor__startswith="user:"
    )
    by_people = deeds.exclude(actor__in=[f"user:{machine}" for machine in machines])
    of_patients = by_people.exclude(patient_id="").exclude(action="viewed")
    return of_patients.order_by("-at").values_list("at", flat=True).first()


class Feed(NamedTuple):
    """What came of one kind to one site by `now`, and when the last of it did."""

    name: str
    site: Site
    calendar: Calendar
    today: date
    came: QuerySet[Any, Any]
    newest: datetime

    @property
    def zone(self) -> ZoneInfo:
        """The site's."""
        return ZoneInfo(self.site.time_zone)

    def counts(self, rows: QuerySet[Any, Any]) -> dict[date, int]:
        """Records by the site's day."""
        per_day = rows.order_by().annotate(day=TruncDate("at", tzinfo=self.zone)).values("day")
        return dict(per_day.annotate(records=Count("pk")).values_list("day", "records"))

    def silence(self) -> float | None:
        """How many were to be expected since the last, if chance would hardly keep them away."""
        since = self.newest - timedelta(weeks=BASELINE_WEEKS.value)
        counts = self.counts(self.came.filter(at__gt=since))
        last_on = self.newest.astimezone(self.zone).date()
        missing = missing_since(counts, last_on, self.today, self.calendar.is_closed)
        return missing if is_unusually_few(0, missing) else None

    def shortfall(self) -> Shortfall | None:
        """What is missing though the feed speaks."""
        spans = [
            Q(at__gte=self._begins(first), at__lt=self._begins(last + DAY))
            for first, last in days_read(self.today)
        ]
        counts = self.counts(self.came.filter(reduce(or_, spans)))
        return shortfall(counts, self.today, self.calendar.is_closed)

    def _begins(self, day: date) -> datetime:
        return datetime.combine(day, time(), self.zone)


def _feeds(now: datetime) -> Iterator[Feed]:
    """Every feed that ever spoke."""
    sites = list(Site.objects.all())
    calendars = calendars_of(sites)
    for site in sites:
        for name, (rows, moment) in FEEDS.items():
            came = rows.filter(site=site, **{f"{moment}__lte": now}).annotate(at=F(moment))
            newest = came.order_by(f"-{moment}").values_list("at", flat=True).first()
            if newest is not None:
                yield Feed(name, site, calendars[site.pk], site.local_date(now), came, newest)


def _quiet_feeds(now: datetime) -> Iterable[object]:
    """Nothing came where the site's own weeks before make several likely."""
    for feed in _feeds(now):
        if (missing := feed.silence()) is not None:
            last_on = feed.newest.astimezone(feed.zone).date()
            words = f"none since {last_on}; at least {missing:.0f} were to be expected"
            yield Subject(feed.site.pk, feed.name, words)


def _thin_feeds(now: datetime) -> Iterable[object]:
    """Something comes, but far less than is usual; what has stopped is `intake_quiet` alone."""
    for feed in _feeds(now):
        found = feed.shortfall()
        if found is not None and feed.silence() is None:
            words = f"{found.came} on the last {found.days} working days; {found.usual:.0f} usual"
            yield Subject(feed.site.pk, feed.name, words)


CHECKS = (
    Check(
        "queue_quiet",
        gettext_noop(
            "Something has been due for two working days, and nobody acted on any patient of the "
            "site."
        ),
        gettext_noop("See who works the queue today; give the work to somebody who is there."),
        _quiet_queues,
        kind=SubjectKind.FOLLOW_UP,
    ),
    Check(
        "intake_quiet",
        gettext_noop(
            "A feed brings nothing, where the site's own past weeks make several records likely."
        ),
        gettext_noop("See whether the feed is connected and files are imported; ask radiology."),
        _quiet_feeds,
        owners=TECHNICAL,
    ),
    Check(
        "intake_thin",
        gettext_noop("A feed brings far fewer records than the site's own past weeks make likely."),
        gettext_noop(
            "See whether one sender or one kind of exam is missing from the feed; ask radiology."
        ),
        _thin_feeds,
        owners=TECHNICAL,
    ),
)
