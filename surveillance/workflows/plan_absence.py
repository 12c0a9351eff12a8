"""Somebody will be away, and somebody else answers meanwhile."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from patients.audit import record_event
from patients.history import save_with_history
from patients.models import Absence, AbsenceQuerySet, Membership, Site
from surveillance.absences import MAY_COVER, may_cover
from surveillance.roles import Permission, may
from surveillance.workflows.errors import WorkflowRefused

if TYPE_CHECKING:
    from django.contrib.auth.models import User

LONGEST_AHEAD = timedelta(days=730)
"""As for an appointment: leave further away than two years is a slip of the pen."""


class NotYoursToPlan(WorkflowRefused):
    """Leave is planned by the person, a lead navigator, a director or an administrator."""

    code = "not_yours_to_plan"


class AbsenceDaysRefused(WorkflowRefused):
    """Days that are past or out of order, or on which the person is away already."""

    code = "absence_days_refused"


class CoverRefused(WorkflowRefused):
    """The cover may not own the same work at the site, or is away too."""

    code = "cover_refused"


@transaction.atomic
def plan_absence(
    *,
    user: "User",
    site: Site,
    first_on: date,
    last_on: date,
    cover: "User",
    by: "User | None",
    now: datetime,
) -> Absence:
    """Note that `user` is away from `site` from `first_on` to `last_on`, and who answers meanwhile.

    Nothing moves: what they own stays theirs, and `cover` answers for it on those days. The same
    absence again is the one on record. Refused: planned by somebody who may not; days that are
    past, out of order, taken, or more than two years ahead; a cover without a role for the same
    work at the site, or who is away on one of those days; a person who covers somebody else then.
    """
    Site.objects.select_for_update().get(pk=site.pk)  # one at a time: what is read stays true
    _refuse_stranger(user, site, by)
    overlapping = Absence.objects.filter(site=site).overlapping(first_on, last_on)
    if last_on < first_on:
        raise AbsenceDaysRefused(
            _("Give a last day from {first} on.").format(first=first_on), field="last_on"
        )
    standing = overlapping.filter(user=user, ended_on=None)
    same = standing.filter(first_on=first_on, last_on=last_on, cover=cover).first()
    if same is not None:
        return same
    _refuse_days(user, first_on, last_on, site.local_date(now), overlapping)
    _refuse_cover(user, cover, site)
    _refuse_chain(user, cover, overlapping)
    row = Absence(
        user=user, site=site, first_on=first_on, last_on=last_on, cover=cover, planned_at=now
    )
    save_with_history(row, reason="absence_planned", by=by, now=now)
    detail = {
        "user": f"user:{user.pk}",
        "cover": f"user:{cover.pk}",
        "first_on": first_on.isoformat(),
        "last_on": last_on.isoformat(),
    }
    record_event("absence_planned", site=site, subject=row, by=by, now=now, detail=detail)
    return row


def _refuse_days(
    user: "User", first_on: date, last_on: date, today: date, overlapping: AbsenceQuerySet
) -> None:
    if first_on < today:
        raise AbsenceDaysRefused(
            _("The first day away is past. Give {day} or a later day.").format(day=today),
            field="first_on",
        )
    if last_on > today + LONGEST_AHEAD:
        raise AbsenceDaysRefused(
            _("{day} is more than two years ahead. Look at the year.").format(day=last_on),
            field="last_on",
        )
    if taken := overlapping.filter(user=user).first():
        raise AbsenceDaysRefused(
            _(
                "{name} is away from {first} to {last} already. End that absence first, or give "
                "other days."
            ).format(name=_name(user), first=taken.first_on, last=taken.last_on),
            field="first_on",
        )


def _refuse_stranger(user: "User", site: Site, by: "User | None") -> None:
    if by is not None and by != user and not may(by, Permission.PLAN_ABSENCE, site):
        raise NotYoursToPlan(
            _(
                "Leave is planned by the person, a lead navigator, a medical director or an "
                "administrator of the site. Ask one of them."
            )
        )
    if not _roles(user, site) & set(MAY_COVER):
        raise NotYoursToPlan(
            _("{name} answers for nothing at {site}, so nobody has to stand in there.").format(
                name=_name(user), site=site
            ),
            field="user",
        )


def _refuse_cover(user: "User", cover: "User", site: Site) -> None:
    if cover == user:
        raise CoverRefused(_("Choose somebody else as the cover."), field="cover")
    if not may_cover(_roles(cover, site), _roles(user, site)):
        raise CoverRefused(
            _(
                "{cover} holds no role at {site} in which one may answer for the work of "
                "{name}. Choose somebody of the same role, or one above."
            ).format(cover=_name(cover), site=site, name=_name(user)),
            field="cover",
        )


def _refuse_chain(user: "User", cover: "User", overlapping: AbsenceQuerySet) -> None:
    """A cover who is away, directly or because the person covers them, would leave a gap."""
    if away := overlapping.filter(user=cover).first():
        raise CoverRefused(
            _(
                "{cover} is away from {first} to {last}. Choose somebody who "
                "is there on all those days."
            ).format(cover=_name(cover), first=away.first_on, last=away.last_on),
            field="cover",
        )
    if covered := overlapping.filter(cover=user).select_related("user").first():
        raise CoverRefused(
            _(
                "{name} stands in for {covered} from {first} to "
                "{last}. Give that absence another cover first, or choose other days."
            ).format(
                name=_name(user),
                covered=_name(covered.user),
                first=covered.first_on,
                last=covered.last_on,
            ),
            field="first_on",
        )


def _roles(user: "User", site: Site) -> set[str]:
    held = Membership.objects.current().of(user).filter(site=site)
    return set(held.values_list("role", flat=True))


def _name(user: "User") -> str:
    return user.get_full_name() or user.get_username()
