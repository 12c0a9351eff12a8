"""Follow-ups for which nobody in post answers go to whoever does now."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet

from patients.audit import Deed, record_events
from patients.models import Membership, Site
from patients.prepared import Prepared, slot
from surveillance.models import Disowning, FollowUp, FollowUpQuerySet
from surveillance.models.disowning import FOLLOW_UP_ITSELF
from surveillance.ownership import ACCOUNTABLE, Owners
from surveillance.record_locks import lock_records

MOST = 500
"""At a time; what is left over finds its owner at the next sweep."""


@transaction.atomic
def adopt_follow_ups(*, site: Site, now: datetime) -> int:
    """Give each orphaned follow-up of `site` an owner, if anybody is in post; returns how many.

    The clock of what is owed runs on. A second call changes nothing.
    """
    orphaned = [*_of_nobody(site), *_of_those_who_left(site)]
    if not orphaned:
        return 0
    rows = list(
        FollowUp.objects.filter(pk__in=orphaned)
        .select_related("patient__site", "site")
        .order_by("pk")
    )
    lock_records(row.patient_id for row in rows)
    owners = Owners(row.patient for row in rows)
    declined = Disowning.objects.declined([row.pk for row in rows])
    deeds = []
    for row in rows:
        owner = owners.of(
            row.patient, declined=declined.get(row.pk, {}).get(FOLLOW_UP_ITSELF, frozenset())
        )
        mine = FollowUp.objects.open().filter(pk=row.pk, version=row.version)
        if owner and mine.update(owner=owner, version=F("version") + 1):
            detail = {"owner": f"user:{owner.pk}"}
            deeds.append(Deed("follow_up_adopted", row.site, row, row.patient, detail))
    record_events(deeds, by=None, now=now)
    return len(deeds)


def _of_nobody(site: Site) -> Iterable[UUID]:
    return _NOBODYS.ask(site=site.pk)


def _of_those_who_left(site: Site) -> Iterable[UUID]:
    """Found by owner, through an index: an idle sweep must not read everything that is open.

    Who left is asked first, and the order is the index's own: with a subquery, or ordered by key,
    PostgreSQL read everything in that order in the hope of meeting one soon.
    """
    left = _LEFT.ask(site=site.pk)
    if not left:
        return []
    theirs = FollowUp.objects.open().filter(owner__in=left, site=site)
    return _some(theirs)


def _some(rows: FollowUpQuerySet) -> "QuerySet[FollowUp, UUID]":
    """Keys only: on most days there are none."""
    return rows.order_by("owner_id", "pk").values_list("pk", flat=True)[:MOST]


def _who_left() -> "QuerySet[Membership, int]":
    site = slot(Membership, "site")
    in_post = Membership.objects.current().filter(site=site, role__in=ACCOUNTABLE)
    here = Membership.objects.filter(site=site)
    return here.exclude(user__in=in_post.values("user")).values_list("user", flat=True)


_NOBODYS = Prepared(
    lambda: _some(FollowUp.objects.open().filter(owner=None, site=slot(FollowUp, "site")))
)
_LEFT = Prepared(_who_left)
