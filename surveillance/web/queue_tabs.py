"""The lists of the queue as conditions of the database, and a row as the facts they ask of.

`protocol.queue_lists.kept_out` states the same rules in Python; an agreement test keeps them equal.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, Q

from patients.models import Membership, Patient, Role, Site
from surveillance.absences import answers_for, read_stand_ins
from surveillance.lead_days import lead_dates_of, settings_of
from surveillance.models import Escalation, FollowUp, FollowUpQuerySet
from surveillance.models.follow_up_states import (
    IS_REVIEW,
    WITHOUT_APPOINTMENT,
    WITHOUT_ORDER,
    is_awake,
    is_due,
    is_due_soon,
    is_opening_by,
    is_overdue,
    is_snoozed,
)
from surveillance.models.lead_dates import book_by_is_at_most, order_by_is_at_most
from surveillance.obligations import window_of
from surveillance.protocol.parameters.lead_times import WORK_AHEAD
from surveillance.protocol.queue_lists import COMING_DAYS, OpenObligation, Tab
from surveillance.protocol.terms import ObligationKind

TEAM_ROLES = (Role.NURSE_NAVIGATOR, Role.LEAD_NAVIGATOR)


@dataclass(frozen=True, slots=True)
class Desk:
    """Where somebody works: a site on its day, whose work they answer for, and whose the
    navigators of the site answer for together."""

    site: Site
    on: date
    mine: frozenset[int]
    team: frozenset[int] = frozenset()


def desk_of(reader: User, site: Site, on: date) -> Desk:
    """Their own work, and that of whom they stand in for; nothing of their own while away."""
    return Desk(site, on, answers_for(reader.pk, site.pk, on), _team(site, on))


def _team(site: Site, on: date) -> frozenset[int]:
    """The navigators of the site, and those for whom one of them stands in."""
    held = Membership.objects.current().filter(site=site, role__in=TEAM_ROLES)
    navigators = frozenset(held.values_list("user_id", flat=True))
    covered = {away for away, other in read_stand_ins(site.pk, on).items() if other in navigators}
    return navigators | covered


def _to_order(desk: Desk) -> Q:
    lead = settings_of(desk.site).lead
    return WITHOUT_ORDER & order_by_is_at_most(desk.on + timedelta(days=WORK_AHEAD.value), lead)


def _to_book(desk: Desk) -> Q:
    """What opens soon, and what must be booked soon where an appointment is long in coming."""
    lead = settings_of(desk.site).lead
    due = book_by_is_at_most(desk.on + timedelta(days=WORK_AHEAD.value), lead)
    return WITHOUT_APPOINTMENT & (is_opening_by(desk.on + timedelta(days=COMING_DAYS)) | due)


def _escalated(_desk: Desk) -> Q:
    """With an escalation that nobody has resolved."""
    return Q(Exists(Escalation.objects.unresolved().filter(follow_up=OuterRef("pk"))))


def _unreachable(desk: Desk) -> Q:
    return Q(patient__in=Patient.objects.filter(site=desk.site).unreachable().values("pk"))


LISTS: dict[Tab, Callable[[Desk], Q]] = {
    Tab.OVERDUE: lambda desk: is_overdue(desk.on),
    Tab.DUE: lambda desk: is_due(desk.on),
    Tab.SOON: lambda desk: is_due_soon(desk.on, COMING_DAYS),
    Tab.ORDER: _to_order,
    Tab.BOOK: _to_book,
    Tab.ESCALATED: _escalated,
    Tab.DECIDE: lambda _desk: IS_REVIEW,
    Tab.UNREACHABLE: _unreachable,
    Tab.MINE: lambda desk: Q(owner__in=desk.mine),
    Tab.TEAM: lambda desk: Q(owner__in=desk.team),
    Tab.ALL: lambda _desk: Q(),
}


def owed_at(desk: Desk) -> FollowUpQuerySet:
    """Everything that is open at the site."""
    return FollowUp.objects.open().filter(site=desk.site)


def is_listed(tab: Tab, desk: Desk) -> Q:
    """What the tab lists of it: awake, unless it is the list of what is not."""
    if tab is Tab.SNOOZED:
        return is_snoozed(desk.on)
    return LISTS[tab](desk) & is_awake(desk.on)


def rows_of(tab: Tab, desk: Desk) -> FollowUpQuerySet:
    """The rows of a tab."""
    return owed_at(desk).filter(is_listed(tab, desk))


def as_obligation(row: FollowUp, desk: Desk, *, is_escalated: bool) -> OpenObligation:
    """The row as the pure rules see it. `row` comes with its site and patient."""
    return OpenObligation(
        kind=ObligationKind(row.kind),
        window=window_of(row),
        lead=lead_dates_of(row),
        ordered_on=row.ordered_on,
        booked_for=row.booked_for,
        snoozed_until=row.snoozed_until,
        is_escalated=is_escalated,
        is_reachable=not row.patient.is_unreachable,
        is_mine=row.owner_id in desk.mine,
        is_teams=row.owner_id in desk.team,
    )
