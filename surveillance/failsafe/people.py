"""People: does anybody answer?"""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from patients.models import Membership
from surveillance.absences import owners_absent_without_cover
from surveillance.failsafe.finding import Check, Subject, SubjectKind, subjects
from surveillance.models import Escalation, FollowUp
from surveillance.ownership import ACCOUNTABLE


def _owner_in_post(follow_up: str) -> Q:
    site = f"{follow_up}site"
    members = Membership.objects.current().filter(
        user=OuterRef("owner"), site=OuterRef(site), role__in=ACCOUNTABLE
    )
    return Q(Exists(members))


def _follow_up_without_owner(_now: datetime) -> Iterable[object]:
    return subjects(FollowUp.objects.open().filter(~_owner_in_post("")))


def _absent_without_cover(now: datetime) -> Iterable[object]:
    return (Subject(site, person) for site, person in owners_absent_without_cover(now))


def _escalation_without_owner(_now: datetime) -> Iterable[object]:
    nobody = Escalation.objects.unresolved().filter(~_owner_in_post("follow_up__"))
    return subjects(nobody, "follow_up__site")


CHECKS = (
    Check(
        "follow_up_without_owner",
        "Nobody in post answers for a follow-up.",
        "Reassign it to somebody with a current role at the site.",
        _follow_up_without_owner,
        kind=SubjectKind.FOLLOW_UP,
    ),
    Check(
        "owner_absent_without_cover",
        "Somebody who answers for open work is away, and their cover cannot answer.",
        "The next in line answers meanwhile. End the absence and plan it with another cover.",
        _absent_without_cover,
    ),
    Check(
        "escalation_without_owner",
        "Nobody in post answers for an escalation.",
        "Give somebody the role of its tier, or one above; the next sweep hands it over.",
        _escalation_without_owner,
        kind=SubjectKind.ESCALATION,
    ),
)
