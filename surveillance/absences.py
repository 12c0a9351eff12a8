"""Who answers at a site while somebody is away. Reads only; nothing is moved."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib.auth.models import User

from patients.models import Absence, Membership, Role, Site
from patients.prepared import Prepared, slot
from surveillance.models import Escalation, FollowUp
from surveillance.protocol.cover import is_uncovered, stand_ins

DAY = timedelta(days=1)
_NAVIGATOR, _LEAD = Role.NURSE_NAVIGATOR, Role.LEAD_NAVIGATOR
_CLINICIAN, _DIRECTOR = Role.CLINICIAN, Role.MEDICAL_DIRECTOR

MAY_COVER: dict[Role, frozenset[Role]] = {
    _NAVIGATOR: frozenset({_NAVIGATOR, _LEAD, _CLINICIAN, _DIRECTOR}),
    _LEAD: frozenset({_LEAD, _CLINICIAN, _DIRECTOR}),
    _CLINICIAN: frozenset({_CLINICIAN, _DIRECTOR}),
    _DIRECTOR: frozenset({_DIRECTOR, _CLINICIAN}),
}
"""Whose work may be covered by whom: a step of the ladder is never answered from a lower one,
except that a director's deputy is a clinician."""

NEXT_IN_LINE: dict[Role, tuple[Role, ...]] = {
    _NAVIGATOR: (_LEAD, _DIRECTOR, _CLINICIAN, _NAVIGATOR),
    _LEAD: (_LEAD, _DIRECTOR, _CLINICIAN, _NAVIGATOR),
    _CLINICIAN: (_CLINICIAN, _DIRECTOR, _LEAD, _NAVIGATOR),
    _DIRECTOR: (_DIRECTOR, _CLINICIAN, _LEAD, _NAVIGATOR),
}
"""Who takes an absent person's work when the cover cannot; a worse answer is better than none."""


_ABSENT = Prepared(
    lambda: (
        Absence.objects.in_force(slot(Absence, "first_on", "on"))
        .filter(site=slot(Absence, "site"), user=slot(Absence, "user"))
        .values_list("pk")
    )
)


_AWAY = Prepared(
    lambda: (
        Absence.objects.in_force(slot(Absence, "first_on", "on"))
        .filter(site=slot(Absence, "site"))
        .values_list("user_id", "cover_id")
    )
)


@dataclass(frozen=True, slots=True)
class Leave:
    """Who is away at a site on a day: covers by absent person, and who would be next."""

    covers: dict[int, int | None]
    lines: dict[int, tuple[int, ...]]

    def stand_ins(self) -> dict[int, int]:
        """Who answers for each absent person."""
        return stand_ins(self.covers, self.lines)


def may_cover(cover: Collection[str], absent: Collection[str]) -> bool:
    """Whether somebody with the roles `cover` may answer for all that `absent` can own."""
    owned = [Role(role) for role in absent if role in MAY_COVER]
    can_own = any(role in MAY_COVER for role in cover)
    return can_own and all(MAY_COVER[role] & set(cover) for role in owned)


def read_leave(site: int, on: date, leaving: int | None = None) -> Leave:
    """Who is away at the site on that day, and who answers once `leaving` has left. One query;
    two when somebody is away."""
    away: dict[int, int] = dict(_AWAY.ask(site=site, on=on))
    if not away:
        return Leave({}, {})
    roles: defaultdict[int, set[str]] = defaultdict(set)
    rows = Membership.objects.current().filter(site=site, role__in=list(MAY_COVER))
    for user, role in rows.order_by("user_id").values_list("user_id", "role"):
        if user != leaving:
            roles[user].add(role)
    covers = {
        user: cover if may_cover(roles[cover], roles[user]) else None
        for user, cover in away.items()
    }
    return Leave(covers, {user: tuple(_line(user, roles)) for user in away})


def _line(user: int, roles: dict[int, set[str]]) -> Iterator[int]:
    own = max((Role(role) for role in roles[user]), key=list(MAY_COVER).index, default=_NAVIGATOR)
    for role in NEXT_IN_LINE[own]:
        yield from (other for other, held in roles.items() if role in held and other != user)


def read_stand_ins(site: int, on: date, leaving: int | None = None) -> dict[int, int]:
    """Who answers for each person who is away at the site on that day; never who is `leaving`."""
    return read_leave(site, on, leaving).stand_ins()


def answering(owner: int, site: int, on: date) -> int:
    """Who answers now for what `owner` owns at the site: themselves, or who stands in."""
    if not _ABSENT.ask(site=site, user=owner, on=on):
        return owner
    return read_stand_ins(site, on).get(owner, owner)


def answers_for(user: int, site: int, on: date) -> frozenset[int]:
    """The people whose work `user` answers for at the site on that day; nobody while away."""
    found = read_stand_ins(site, on)
    others = frozenset(person for person, other in found.items() if other == user)
    return others if user in found else others | {user}


def people_standing_in(sites: Iterable[int], on: date) -> dict[tuple[int, int], User]:
    """Who answers instead, by site and absent person. One query per site while nobody is away."""
    found = {
        (site, person): other
        for site in set(sites)
        for person, other in read_stand_ins(site, on).items()
        if other != person
    }
    people = User.objects.in_bulk(set(found.values())) if found else {}
    return {key: people[other] for key, other in found.items()}


def uncovered(site: int, on: date) -> frozenset[int]:
    """The absent of whom the cover cannot answer: left, lost the role, or away too."""
    covers = read_leave(site, on).covers
    return frozenset(person for person in covers if is_uncovered(person, covers))


def owners_absent_without_cover(now: datetime) -> Iterator[tuple[int, int]]:
    """Site and person: absent, owns something open, and the cover cannot answer (failsafe)."""
    away = Absence.objects.filter(last_on__gte=now.date() - DAY, first_on__lte=now.date() + DAY)
    for site in Site.objects.filter(absences__in=away).distinct():
        for person in sorted(uncovered(site.pk, site.local_date(now))):
            open_ = FollowUp.objects.open().filter(owner=person, site=site)
            raised = Escalation.objects.unresolved().filter(owner=person, follow_up__site=site)
            if open_.exists() or raised.exists():
                yield site.pk, person
