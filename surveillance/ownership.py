"""Who answers for a follow-up: exactly one person, chosen the same way every time."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Count

from patients.models import Membership, Patient, Role
from patients.prepared import Prepared, slots
from surveillance.models import FollowUp

if TYPE_CHECKING:
    from django.contrib.auth.models import User

IN_TURN = (Role.NURSE_NAVIGATOR, Role.LEAD_NAVIGATOR, Role.MEDICAL_DIRECTOR)
"""The roles that are asked when the patient has no navigator, the nearest first."""

ACCOUNTABLE = (*IN_TURN, Role.CLINICIAN)
"""The roles that can answer for a follow-up."""


class Owners:
    """Chooses owners for the follow-ups of `patients` in three queries, whatever their number.

    All follow-ups of one patient get one owner, so that nobody is called by two people.
    """

    def __init__(self, patients: Iterable[Patient], *, without: Collection[int] = ()) -> None:
        self._without = without
        self._patients = {patient.pk: patient for patient in patients}
        self._chosen: dict[UUID, User | None] = {}

    def of(
        self,
        patient: Patient,
        *,
        before: int | None = None,
        declined: Collection[int] = (),
    ) -> "User | None":
        """The accountable owner of this patient's follow-ups; None if nobody works there.

        Whoever (`before`, a user's id) answered for the follow-up that this one replaces; else
        the patient's navigator; else who already answers for the patient; if none of these is
        still in post, the nurse navigator with the fewest open follow-ups, a lead navigator, the
        director. Never anybody of `without`; who `declined` only if everybody has.
        """
        found = self._before_or_chosen(patient, before)
        if found is None or found.pk not in declined:
            return found
        others = (user for user in self._in_turn(patient) if user.pk not in declined)
        return next(others, found)

    def _before_or_chosen(self, patient: Patient, before: int | None) -> "User | None":
        if before is not None and before in (in_post := self._in_post(patient)):
            return in_post[before]
        if patient.pk not in self._chosen:
            self._chosen[patient.pk] = self._choose(patient)
        return self._chosen[patient.pk]

    def _choose(self, patient: Patient) -> "User | None":
        at_site = [row for row in self._members if row.site_id == patient.site_id]
        in_post = self._in_post(patient)
        for known in (patient.navigator_id, self._present.get(patient.pk)):
            if known in in_post:
                return in_post[known]
        for role in IN_TURN:
            candidates = [row.user for row in at_site if row.role == role]
            if candidates:
                return self._least_loaded(candidates)
        return None

    def _in_turn(self, patient: Patient) -> "Iterator[User]":
        """Everybody at the site who can answer, the nearest role first."""
        for role in dict.fromkeys((*IN_TURN, *ACCOUNTABLE)):
            for row in self._members:
                if row.site_id == patient.site_id and row.role == role:
                    yield row.user

    def _in_post(self, patient: Patient) -> "dict[int, User]":
        return {row.user_id: row.user for row in self._members if row.site_id == patient.site_id}

    def _least_loaded(self, candidates: "list[User]") -> "User":
        chosen = min(candidates, key=lambda user: (self._load[user.pk], user.pk))
        self._load[chosen.pk] += 1
        return chosen

    @cached_property
    def _members(self) -> list[Membership]:
        sites = {patient.site_id for patient in self._patients.values()}
        return [row for row in _MEMBERS.ask(sites=sites) if row.user_id not in self._without]

    @cached_property
    def _present(self) -> dict[UUID, int]:
        """Who answers for an open follow-up of the patient; the newest, if there are several."""
        return dict(_PRESENT.ask(patients=self._patients))

    @cached_property
    def _load(self) -> Counter[int]:
        members = {row.user_id for row in self._members}
        return Counter(dict(_LOAD.ask(owners=members)))


_MEMBERS = Prepared(
    lambda: (
        Membership.objects.current()
        .filter(site__in=slots(Membership, "site", "sites"), role__in=ACCOUNTABLE)
        .select_related("user")
        .order_by("user_id")
    )
)
_PRESENT = Prepared(
    lambda: (
        FollowUp.objects.open()
        .filter(patient__in=slots(FollowUp, "patient", "patients"), owner__isnull=False)
        .order_by("opened_at", "pk")
        .values_list("patient_id", "owner_id")
    )
)
_LOAD = Prepared(
    lambda: (
        FollowUp.objects.open()
        .filter(owner__in=slots(FollowUp, "owner", "owners"))
        .values("owner")
        .annotate(open=Count("pk"))
        .values_list("owner", "open")
    )
)


def accountable_owner(patient: Patient) -> "User | None":
    """Who answers for a follow-up of this patient that is opened now."""
    return Owners([patient]).of(patient)
