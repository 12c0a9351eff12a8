"""Who answers for a step of the ladder: one person in post, chosen the same way each time."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef

from patients.models import Membership, Role
from patients.prepared import Prepared, slot
from surveillance.absences import read_stand_ins
from surveillance.chase_facts import Candidate, read_candidates
from surveillance.models import Escalation, FollowUp
from surveillance.models.escalation import EscalationQuerySet
from surveillance.protocol.cover import next_owner

LADDER = (Role.NURSE_NAVIGATOR, Role.LEAD_NAVIGATOR, Role.CLINICIAN, Role.MEDICAL_DIRECTOR)
"""The role of each tier, T1 to T4 (clinical.md 8.6), and who else may own an obligation."""


@dataclass(frozen=True, slots=True)
class Staff:
    """Who can answer for something at one site now: active accounts with a role of the ladder.

    `stand_ins` says who answers for those who are away; what they own stays theirs.
    """

    by_role: dict[Role, tuple[int, ...]]
    with_email: frozenset[int]
    stand_ins: Mapping[int, int] = field(default_factory=dict)

    def answering(self, owner: int | None) -> int | None:
        """Who is told, and acts: the owner, or whoever stands in."""
        return None if owner is None else self.stand_ins.get(owner, owner)

    def present(self) -> "Staff":
        """Those who are not away."""
        stay = {
            role: tuple(user for user in users if user not in self.stand_ins)
            for role, users in self.by_role.items()
        }
        return replace(self, by_role=stay)

    def has(self, user: int | None, tier: int = 1) -> bool:
        """Whether this person holds a role here in which one answers on that tier, or above it."""
        return any(user in self.by_role.get(role, ()) for role in LADDER[tier - 1 :])

    def one_with(self, role: Role, patient: UUID) -> int | None:
        """One holder of the role: always the same for a patient, spread evenly over patients."""
        return next(iter(self.all_with(role, patient)), None)

    def all_with(self, role: Role, patient: UUID) -> tuple[int, ...]:
        """The holders of the role, beginning with the patient's."""
        holders = self.by_role.get(role, ())
        first = patient.int % len(holders) if holders else 0
        return holders[first:] + holders[:first]


_IN_POST = Prepared(
    lambda: (
        Membership.objects.current()
        .filter(site=slot(Membership, "site"), role__in=LADDER)
        .order_by("user_id")
        .values_list("role", "user_id", "user__email")
    )
)


def read_staff(site: int, on: date, leaving: int | None = None) -> Staff:
    """Who is in post at the site, and who stands in on that day, once `leaving` has left."""
    by_role: dict[Role, list[int]] = defaultdict(list)
    with_email = set()
    for role, user, email in _IN_POST.ask(site=site):
        if user == leaving:
            continue
        by_role[Role(role)].append(user)
        if email:
            with_email.add(user)
    return Staff(
        by_role={role: tuple(users) for role, users in by_role.items()},
        with_email=frozenset(with_email),
        stand_ins=read_stand_ins(site, on, leaving),
    )


def accountable(
    tier: int, candidate: Candidate, staff: Staff, declined: Collection[int] = ()
) -> int | None:
    """Who answers for this follow-up on that tier (1 to 4); nobody's seat falls to the next above.

    T1 the follow-up's owner or the patient's navigator, T2 the lead navigator, T3 the patient's
    responsible clinician or a clinician of the site, T4 the medical director. Never somebody
    who cannot sign in or left the site; those who `declined` only when nobody else is left. None
    when nobody is in post up to the top.
    """
    line = line_of(tier, candidate, staff)
    return next_owner(line, declined, staff.stand_ins) or next(iter(line), None)


def line_of(tier: int, candidate: Candidate, staff: Staff) -> tuple[int, ...]:
    """Everybody in post who may answer on that tier, the nearest first, then up the ladder."""
    return tuple(dict.fromkeys(_line(tier, candidate, staff)))


def _line(tier: int, candidate: Candidate, staff: Staff) -> Iterator[int]:
    for seat, role in enumerate(LADDER[tier - 1 :], start=tier):
        yield from (each for each in _named(role, candidate) if each and staff.has(each, seat))
        yield from staff.all_with(role, candidate.patient_id)


def holder_of(tier: int, site: int, patient: UUID, on: date) -> User | None:
    """Who answers on that tier for a patient, whatever is owed; else the next above."""
    staff = read_staff(site, on)
    held = (staff.one_with(role, patient) for role in LADDER[tier - 1 :])
    user = staff.answering(next((holder for holder in held if holder is not None), None))
    return None if user is None else User.objects.get(pk=user)


def _named(role: Role, candidate: Candidate) -> tuple[int | None, ...]:
    """Those whom the records name for this seat, before anybody else who holds the role."""
    if role == Role.NURSE_NAVIGATOR:
        return candidate.owner_id, candidate.navigator_id
    return (candidate.responsible_clinician_id,) if role == Role.CLINICIAN else ()


def escalations_without_owner_in_post() -> EscalationQuerySet:
    """Open escalations that nobody answers for, or somebody who left or cannot sign in."""
    in_post = Membership.objects.current().filter(
        user=OuterRef("owner"), site=OuterRef("follow_up__site"), role__in=LADDER
    )
    return Escalation.objects.unresolved().filter(~Exists(in_post), follow_up__closed_at=None)


def owner_in_post(follow_up: FollowUp | None, on: date) -> User | None:
    """Who would call the patient about this follow-up on that day."""
    if follow_up is None:
        return None
    [candidate] = read_candidates(FollowUp.objects.filter(pk=follow_up.pk))
    staff = read_staff(candidate.site_id, on)
    user = staff.answering(accountable(1, candidate, staff))
    return None if user is None else User.objects.get(pk=user)
