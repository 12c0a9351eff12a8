"""Everything open that somebody owns at a site goes to others, because they leave."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from patients.audit import Deed, record_events
from patients.models import Site
from surveillance.chase_facts import read_candidates
from surveillance.chase_staff import Staff, accountable, read_staff
from surveillance.models import (
    Disowning,
    Escalation,
    FollowUp,
    NotificationChannel,
    NotificationTemplate,
)
from surveillance.models.disowning import FOLLOW_UP_ITSELF
from surveillance.ownership import Owners
from surveillance.record_locks import lock_records
from surveillance.workflows.errors import WorkflowRefused
from surveillance.workflows.notify import notify

if TYPE_CHECKING:
    from surveillance.models.disowning import Declined

Row = TypeVar("Row", FollowUp, Escalation)
NOBODY: frozenset[int] = frozenset()


class NobodyElseInPost(WorkflowRefused):
    """Something is open, and nobody else at the site can answer for it."""

    code = "nobody_else_in_post"


@transaction.atomic
def hand_over(*, user: User, site: Site, by: User | None, now: datetime) -> int:
    """Give what `user` owns at `site` to others in post, and tell each of them once.

    Follow-ups as if opened now, escalations by their tier; no date changes. Who is away takes
    something over only if nobody present can; then whoever stands in is told. Returns how many
    rows moved; a second call finds nothing. Refused: something is open and nobody else is in post.
    """
    owned = FollowUp.objects.open().filter(owner=user, site=site)
    raised = Escalation.objects.unresolved().filter(owner=user, follow_up__site=site)
    raised = raised.select_related("follow_up__patient", "follow_up__site")
    ids = [*owned.values_list("pk", flat=True), *raised.values_list("follow_up", flat=True)]
    if not ids:
        return 0
    touched = FollowUp.objects.filter(pk__in=ids)
    lock_records(touched.values_list("patient", flat=True).distinct())
    declined = Disowning.objects.declined(ids)
    staff = read_staff(site.pk, site.local_date(now), leaving=user.pk)
    rows = list(owned.select_related("patient__site", "site"))
    moved = _follow_ups(rows, user, declined, staff)
    _write_follow_ups(moved, site, by, now)
    passed = _escalations(list(raised), user, declined, staff)
    _write_escalations(passed, site, by, now)
    touched.update(next_look_on=site.local_date(now))
    for reader in {staff.answering(one) or one for one in (*moved.values(), *passed.values())}:
        _tell(reader, user, site, now)
    return len(moved) + len(passed)


def _follow_ups(
    rows: list[FollowUp], user: User, declined: "Declined", staff: Staff
) -> dict[FollowUp, int]:
    patients = [row.patient for row in rows]
    present = Owners(patients, without={user.pk, *staff.stand_ins})
    anybody = Owners(patients, without={user.pk})
    found = {}
    for row in rows:
        said = declined.get(row.pk, {}).get(FOLLOW_UP_ITSELF, NOBODY)
        owner = present.of(row.patient, declined=said) or anybody.of(row.patient, declined=said)
        if owner is None:
            raise _nobody_else(len(rows), user, row.site)
        found[row] = owner.pk
    return found


def _escalations(
    rows: list[Escalation], user: User, declined: "Declined", staff: Staff
) -> dict[Escalation, int]:
    """Asked after the follow-ups have moved: tier 1 answers where its follow-up does."""
    ids = {row.follow_up_id for row in rows}
    candidates = {one.id: one for one in read_candidates(FollowUp.objects.filter(pk__in=ids))}
    found = {}
    for row in rows:
        said = declined.get(row.follow_up_id, {}).get(row.tier, NOBODY)
        one = candidates[row.follow_up_id]
        tries = ((tier, who) for who in (staff.present(), staff) for tier in (row.tier, 1))
        asked = (accountable(tier, one, who, said) for tier, who in tries)
        owner = next((each for each in asked if each is not None), None)
        if owner is None:
            raise _nobody_else(len(rows), user, row.follow_up.site)
        found[row] = owner
    return found


def _nobody_else(count: int, user: User, site: Site) -> NobodyElseInPost:
    name = user.get_full_name() or user.get_username()
    return NobodyElseInPost(
        _(
            "{name} answers for open work at {site} ({count} or more), and nobody else there can. "
            "Give somebody a navigator's, clinician's or director's role there first."
        ).format(name=name, site=site, count=count),
        user=user.pk,
    )


def _write_follow_ups(
    moved: dict[FollowUp, int], site: Site, by: User | None, now: datetime
) -> None:
    for owner, ids in _by_owner(moved).items():
        rows = FollowUp.objects.open().filter(pk__in=ids)
        rows.update(owner=owner, version=F("version") + 1)
    record_events(
        [
            Deed("follow_up_handed_over", site, row, row.patient, {"owner": f"user:{owner}"})
            for row, owner in moved.items()
        ],
        by=by,
        now=now,
    )


def _write_escalations(
    passed: dict[Escalation, int], site: Site, by: User | None, now: datetime
) -> None:
    for owner, ids in _by_owner(passed).items():
        Escalation.objects.unresolved().filter(pk__in=ids).update(owner=owner)
    record_events(
        [
            Deed(
                "escalation_handed_over",
                site,
                row,
                row.follow_up.patient,
                {"tier": row.tier, "owner": f"user:{owner}"},
            )
            for row, owner in passed.items()
        ],
        by=by,
        now=now,
    )


def _by_owner(rows: Mapping[Row, int]) -> dict[int, list[UUID]]:
    found: defaultdict[int, list[UUID]] = defaultdict(list)
    for row, owner in rows.items():
        found[owner].append(row.pk)
    return found


def _tell(reader: int, leaver: User, site: Site, now: datetime) -> None:
    """Once per person who answers for something from now on; the list behind it names what."""
    recipient = User.objects.get(pk=reader)
    by_email = [NotificationChannel.EMAIL] if recipient.email else []
    for channel in (NotificationChannel.IN_APP, *by_email):
        notify(
            site=site,
            channel=channel,
            template=NotificationTemplate.WORK_HANDED_OVER,
            dedupe_key=f"handed-over:{leaver.pk}:{site.pk}:{recipient.pk}:{now.isoformat()}:{channel}",
            recipient=recipient,
            now=now,
        )
