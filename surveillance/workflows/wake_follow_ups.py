"""Make the sweep look today at what its hints would let it pass by."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Q

from patients.models import Site
from patients.prepared import Prepared, slots
from surveillance.chase_staff import escalations_without_owner_in_post
from surveillance.models import FollowUp, FollowUpQuerySet

_ORPHANED = Prepared(
    lambda: (
        escalations_without_owner_in_post()
        .filter(follow_up__site__in=slots(FollowUp, "site", "sites"))
        .values_list("follow_up", flat=True)
    )
)


def wake_follow_ups(*, sites: Iterable[Site], day: date, since: datetime | None) -> None:
    """Escalations that nobody in post answers for, and all that is open at sites whose own chase
    was changed after `since` (None: ever). A second call changes nothing."""
    sites = list(sites)
    # Asked first, as a list: mostly there are none, and as a subquery PostgreSQL may prefer to
    # read every follow-up.
    if ids := _ORPHANED.ask(sites=[site.pk for site in sites]):
        _look_on(day, FollowUp.objects.open().filter(pk__in=ids))
    changed = [site for site in sites if _is_changed(site, since)]
    if changed:
        _look_on(day, FollowUp.objects.open().filter(site__in=changed))


def _is_changed(site: Site, since: datetime | None) -> bool:
    changed_at = site.chase_changed_at
    return changed_at is not None and (since is None or changed_at >= since)


def _look_on(day: date, rows: FollowUpQuerySet) -> None:
    """A hint, so no new version: whoever changes the row meanwhile loses nothing."""
    rows.filter(Q(next_look_on=None) | Q(next_look_on__gt=day)).update(next_look_on=day)
