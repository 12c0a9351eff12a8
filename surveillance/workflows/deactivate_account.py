"""An account is switched off, and what it owned has other owners at once."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q

from patients.audit import Deed, record_events
from patients.models import Site
from patients.workflows.keep_administrator import keep_administrator
from surveillance.models import Escalation, FollowUp
from surveillance.workflows.hand_over import hand_over


@transaction.atomic
def deactivate_account(*, user: User, by: User | None, now: datetime) -> User:
    """The person can no longer sign in; everything open that they own is handed over first.

    Roles stay on record and count again when the account is switched on. A second call changes
    nothing. Refused: something is open at a site where nobody else can answer; nobody else
    administers a site.
    """
    known = User.objects.get(pk=user.pk)
    if not known.is_active:
        return known
    keep_administrator(leaver=known, sites=Site.objects.administered_by(known))
    _hand_over(known, by, now)
    # From here on nobody is given anything more (owner_triggers); a sweep may have been quicker.
    current = User.objects.select_for_update().get(pk=user.pk)
    _hand_over(current, by, now)
    current.is_active = False
    current.save(update_fields=["is_active"])
    sites = Site.objects.filter(memberships__user=current, memberships__ended_on=None).distinct()
    record_events([Deed("account_deactivated", site, current) for site in sites], by=by, now=now)
    return current


def _hand_over(user: User, by: User | None, now: datetime) -> None:
    for site in _sites_of_what_is_owned(user):
        hand_over(user=user, site=site, by=by, now=now)


def _sites_of_what_is_owned(user: User) -> list[Site]:
    owned = FollowUp.objects.open().filter(owner=user).values("site")
    raised = Escalation.objects.unresolved().filter(owner=user).values("follow_up__site")
    return list(Site.objects.filter(Q(pk__in=owned) | Q(pk__in=raised)).order_by("pk"))
