"""A person's role at a site ends, and what they owned there has another owner at once."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F

from patients.models import Membership, Role
from patients.workflows.end_role import end_role
from patients.workflows.keep_administrator import keep_administrator
from surveillance.models import Escalation, FollowUp
from surveillance.ownership import ACCOUNTABLE
from surveillance.workflows.hand_over import hand_over

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@transaction.atomic
def leave_role(*, membership: Membership, by: "User | None", now: datetime) -> Membership:
    """End the role today (the site's day); with the last role in which one can answer for
    something at the site, hand over first. With another left, the next sweep hands over the
    escalations of tiers that it does not reach.

    A role that has ended stays as it was. Refused: something is open and nobody else can answer;
    nobody else administers the site.
    """
    row = Membership.objects.select_related("user", "site").get(pk=membership.pk)
    if row.ended_on is None and row.role == Role.ADMINISTRATOR:
        keep_administrator(leaver=row.user, sites=[row.site])
    others = Membership.objects.current().filter(user=row.user, site=row.site, role__in=ACCOUNTABLE)
    if row.ended_on is None and not others.exclude(pk=row.pk).exists():
        hand_over(user=row.user, site=row.site, by=by, now=now)
        # From here on nobody gives them anything there; a sweep may have been quicker.
        Membership.objects.select_for_update().get(pk=row.pk)
        hand_over(user=row.user, site=row.site, by=by, now=now)
    elif row.ended_on is None:
        _look_again(row, now)
    return end_role(membership=row, by=by, now=now)


def _look_again(row: Membership, now: datetime) -> None:
    raised = Escalation.objects.unresolved().filter(owner=row.user, follow_up__site=row.site)
    theirs = FollowUp.objects.open().filter(pk__in=raised.values("follow_up"))
    theirs.update(next_look_on=row.site.local_date(now), version=F("version") + 1)
