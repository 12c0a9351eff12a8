"""Who answers for a step of the ladder: one person in post, chosen the same way each time."""

from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef

from patients.models import Membership, Role
from surveillance.chase_facts import Candidate, read_candidates
from surveillance.models import Escalation, FollowUp
from surveillance.models.escalation import EscalationQuerySet

LADDER = (Role.NURSE_NAVIGATOR, Role.LEAD_NAVIGATOR, Role.CLINICIAN, Role.MEDICAL_DIRECTOR)
"""The role of each tier, T1 to T4 (clinical.md 8.6), and who else may own an obligation."""


@dataclass(frozen=True, slots=True)
class Staff:
    """Who can answer for something at one site now: active accounts with a role of the ladder."""

    by_role: dict[Role, tuple[int, ...]]
    with_email: frozenset[int]

    def has(self, user: int | None) -> bool:
        """Whether this person can answer for something here."""
        return any(user in users for users in self.by_role.values())

    def one_with(self, role: Role, patient: UUID) -> int | None:
        """One holder of the role: always the same for a patient, spread evenly over patients."""
        holders = self.by_role.get(role, ())
        return holders[patient.int % len(holders)] if holders else None


def read_staff(site: int) -> Staff:
    """Who is in post at the site."""
    rows = Membership.objects.current().filter(site=site, role__in=LADDER).order_by("user_id")
    by_role: dict[Role, list[int]] = defaultdict(list)
    with_email = set()
    for role, user, email in rows.values_list("role", "user_id", "user__email"):
        by_role[Role(role)].append(user)
        if email:
            with_email.add(user)
    return Staff(
        by_role={role: tuple(users) for role, users in by_role.items()},
        with_email=frozenset(with_email),
    )


def accountable(tier: int, candidate: Candidate, staff: Staff) -> int | None:
    """Who answers for this follow-up on that tier (1 to 4); nobody's seat falls to the next above.

    T1 the follow-up's owner or the patient's navigator, T2 the lead navigator, T3 the patient's
    responsible clinician or a clinician of the site, T4 the medical director. Never somebody
    who cannot sign in or left the site. None when nobody is in post up to the top.
    """
    for role in LADDER[tier - 1 :]:
        for named in _named(role, candidate):
            if staff.has(named):
                return named
        if holder := staff.one_with(role, candidate.patient_id):
            return holder
    return None


def holder_of(tier: int, site: int, patient: UUID) -> User | None:
    """Who holds the seat of that tier for a patient, whatever is owed; else the next above."""
    staff = read_staff(site)
    held = (staff.one_with(role, patient) for role in LADDER[tier - 1 :])
    user = next((holder for holder in held if holder is not None), None)
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


def owner_in_post(follow_up: FollowUp | None) -> User | None:
    """Who would call the patient about this follow-up now."""
    if follow_up is None:
        return None
    [candidate] = read_candidates(FollowUp.objects.filter(pk=follow_up.pk))
    user = accountable(1, candidate, read_staff(candidate.site_id))
    return None if user is None else User.objects.get(pk=user)
