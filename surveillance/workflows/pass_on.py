"""Who answers for something says "not mine": note it, and name the next person."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from surveillance.chase_facts import read_candidates
from surveillance.chase_staff import Staff, line_of, read_staff
from surveillance.models import Disowning, FollowUp
from surveillance.protocol.cover import next_owner
from surveillance.workflows.errors import WorkflowRefused


class NotYoursToDisown(WorkflowRefused):
    """Somebody else answers for it."""

    code = "not_yours_to_disown"


class LastInLine(WorkflowRefused):
    """Everybody else has said "not mine", or nobody else is in post."""

    code = "last_in_line"


@transaction.atomic
def pass_on(
    *, follow_up: FollowUp, tier: int, owner: int | None, by: User, note: str, now: datetime
) -> Disowning | None:
    """Keep that `by` does not answer for this tier (0: the follow-up itself), and who does next.

    None when `by` has said so before and somebody else answers now. Nothing else is written: the
    caller changes the owner in the same transaction. Refused: somebody else answers for it; nobody
    else in post is left who has not said the same.
    """
    staff = read_staff(follow_up.site_id, follow_up.site.local_date(now))
    found = _next_one(follow_up, tier, owner, by, staff)
    if found is None:
        return None
    for_whom, passed_to = found
    return Disowning.objects.create(
        follow_up=follow_up,
        tier=tier,
        user=by,
        for_whom_id=for_whom,
        passed_to_id=passed_to,
        note=note.strip(),
        at=now,
    )


def who_is_next(
    *, follow_up: FollowUp, tier: int, owner: int | None, by: User, now: datetime
) -> User | None:
    """Who would answer if `by` said "not mine" now; None when `by` has said so before.

    Nothing is written. Refused: what `pass_on` refuses.
    """
    staff = read_staff(follow_up.site_id, follow_up.site.local_date(now))
    found = _next_one(follow_up, tier, owner, by, staff)
    return None if found is None else User.objects.get(pk=staff.answering(found[1]) or found[1])


def _next_one(
    follow_up: FollowUp, tier: int, owner: int | None, by: User, staff: Staff
) -> tuple[int, int] | None:
    """The owner until now, and the next."""
    answering = staff.answering(owner)
    earlier = Disowning.objects.declined([follow_up.pk]).get(follow_up.pk, {})
    declined = earlier.get(tier, frozenset())
    if answering != by.pk or owner is None:
        if by.pk in declined:
            return None
        raise NotYoursToDisown(
            f"{_name(answering)} answers for this, not you. Reload the page to see what was done."
        )
    [candidate] = read_candidates(FollowUp.objects.filter(pk=follow_up.pk))
    line = line_of(max(tier, 1), candidate, staff)
    passed_to = next_owner(line, declined | {by.pk, owner}, staff.stand_ins)
    if passed_to is None:
        raise LastInLine(_who_is_left(line, by, staff, follow_up))
    return owner, passed_to


def _who_is_left(line: tuple[int, ...], by: User, staff: Staff, follow_up: FollowUp) -> str:
    others = [each for each in line if staff.answering(each) != by.pk]
    if not others:
        return (
            f"Nobody else at {follow_up.site} can answer for this, so it stays with you. Ask an "
            "administrator to give somebody a role there."
        )
    return (
        f"The next would be {_name(others[0])}, who has said “not mine” before, as has everybody "
        "else who could answer. It stays with you: speak with them, or have it reassigned."
    )


def _name(user: int | None) -> str:
    found = None if user is None else User.objects.filter(pk=user).first()
    return "Nobody" if found is None else found.get_full_name() or found.get_username()
