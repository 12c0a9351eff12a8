"""Silence: does a team still act, and do its feeds still speak?"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Min, Q
from django.db.models.functions import TruncDate

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


def _quiet_feeds(now: datetime) -> Iterable[object]:
    """Nothing came where the site's own weeks before make several likely."""
    sites = list(Site.objects.all())
    calendars = calendars_of(sites)
    for site in sites:
        yield from _quiet_feeds_of(site, calendars[site.pk], now)


def _quiet_feeds_of(site: Site, calendar: Calendar, now: datetime) -> Iterator[Subject]:
    zone = ZoneInfo(site.time_zone)
    for name, (rows, moment) in FEEDS.items():
        came = rows.filter(site=site, **{f"{moment}__lte": now}).annotate(at=F(moment))
        newest = came.order_by(f"-{moment}").values_list("at", flat=True).first()
        if newest is None:
            continue
        last_on = newest.astimezone(zone).date()
        recent = came.filter(**{f"{moment}__gt": newest - timedelta(weeks=BASELINE_WEEKS.value)})
        per_day = recent.order_by().annotate(day=TruncDate("at", tzinfo=zone)).values("day")
        counts = dict(per_day.annotate(records=Count("pk")).values_list("day", "records"))
        today = site.local_date(now)
        missing = missing_since(counts, last_on, today, calendar.is_closed)
        if is_unusually_few(0, missing):
            words = f"none since {last_on}; at least {missing:.0f} were to be expected"
            yield Subject(site.pk, name, words)


CHECKS = (
    Check(
        "queue_quiet",
        "Something has been due for two working days, and nobody acted on any patient of the site.",
        "See who works the queue today; give the work to somebody who is there.",
        _quiet_queues,
        kind=SubjectKind.FOLLOW_UP,
    ),
    Check(
        "intake_quiet",
        "A feed brings nothing, where the site's own past weeks make several records likely.",
        "See whether the feed is connected and files are imported; ask radiology.",
        _quiet_feeds,
        owners=TECHNICAL,
    ),
)
