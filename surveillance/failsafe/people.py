"""People: does anybody answer?"""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_noop

from patients.calendars import Opening, business_hours_between, calendars_of
from patients.models import Membership
from surveillance.absences import owners_absent_without_cover
from surveillance.failsafe.finding import Check, Subject, SubjectKind, days_ago, subjects
from surveillance.models import Escalation, FollowUp, FollowUpQuerySet, OutsideCare
from surveillance.ownership import ACCOUNTABLE
from surveillance.protocol.parameters.silence import OPENING_HOURS, SECOND_LOOK_HOURS


def _owner_in_post(follow_up: str) -> Q:
    site = f"{follow_up}site"
    members = Membership.objects.current().filter(
        user=OuterRef("owner"), site=OuterRef(site), role__in=ACCOUNTABLE
    )
    return Q(Exists(members))


def ownerless() -> FollowUpQuerySet:
    """Open follow-ups for which nobody in post answers. There must be none."""
    return FollowUp.objects.open().filter(~_owner_in_post(""))


def _follow_up_without_owner(_now: datetime) -> Iterable[object]:
    return subjects(ownerless())


def _absent_without_cover(now: datetime) -> Iterable[object]:
    return (Subject(site, person) for site, person in owners_absent_without_cover(now))


def _escalation_without_owner(_now: datetime) -> Iterable[object]:
    nobody = Escalation.objects.unresolved().filter(~_owner_in_post("follow_up__"))
    return subjects(nobody, "follow_up__site")


def _second_look_missing(now: datetime) -> Iterable[object]:
    """Evidence that still counts, for something that is still owed, and nobody looked at it."""
    waiting = OutsideCare.objects.unreviewed().awaited()
    rows = list(waiting.select_related("follow_up__site").order_by("recorded_at", "pk"))
    calendars = calendars_of({row.follow_up.site for row in rows})
    for row in rows:
        site = row.follow_up.site
        opening = Opening(*OPENING_HOURS.value, ZoneInfo(site.time_zone))
        hours = business_hours_between(row.recorded_at, now, calendars[site.pk], opening)
        if hours >= SECOND_LOOK_HOURS.value and site.local_date(now) <= row.expires_on:
            yield Subject(site.pk, row.pk, f"recorded {days_ago(row.recorded_at, now)}")


CHECKS = (
    Check(
        "follow_up_without_owner",
        gettext_noop("Nobody in post answers for a follow-up."),
        gettext_noop("Reassign it to somebody with a current role at the site."),
        _follow_up_without_owner,
        kind=SubjectKind.FOLLOW_UP,
    ),
    Check(
        "owner_absent_without_cover",
        gettext_noop("Somebody who answers for open work is away, and their cover cannot answer."),
        gettext_noop(
            "The next in line answers meanwhile. End the absence and plan it with another cover."
        ),
        _absent_without_cover,
    ),
    Check(
        "escalation_without_owner",
        gettext_noop("Nobody in post answers for an escalation."),
        gettext_noop(
            "Give somebody the role of its tier, or one above; the next sweep hands it over."
        ),
        _escalation_without_owner,
        kind=SubjectKind.ESCALATION,
    ),
    Check(
        "second_look_missing",
        gettext_noop(
            "A patient is said to be followed elsewhere, and nobody has looked at the evidence "
            "again."
        ),
        gettext_noop(
            "Open it and take the second look: a clinician, a lead navigator or the medical "
            "director, "
            "not who recorded it."
        ),
        _second_look_missing,
        kind=SubjectKind.OUTSIDE_CARE,
    ),
)
