"""Who answers for a follow-up: exactly one person, chosen the same way every time."""

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Count

from patients.models import Membership, Patient, Role
from surveillance.models import FollowUp

if TYPE_CHECKING:
    from django.contrib.auth.models import User

IN_TURN = (Role.NURSE_NAVIGATOR, Role.LEAD_NAVIGATOR, Role.MEDICAL_DIRECTOR)
"""The roles that are asked when the patient has no navigator, the nearest first."""


class Owners:
    """Chooses owners for the follow-ups of `patients`; reads everything once, then counts on.

    All follow-ups of one patient get one owner, so that nobody is called by two people.
    """

    def __init__(self, patients: Iterable[Patient]) -> None:
        self._patients = {patient.pk: patient for patient in patients}
        sites = {patient.site_id for patient in self._patients.values()}
        rows = Membership.objects.current().filter(site__in=sites).select_related("user")
        self._members = [row for row in rows.order_by("user_id") if row.role in set(IN_TURN)]
        self._chosen: dict[UUID, User | None] = {}
        self._load: Counter[int] | None = None

    def of(self, patient: Patient) -> "User | None":
        """The accountable owner of this patient's follow-ups; None if nobody works there.

        The patient's navigator if still in post; else who already answers for the patient; else
        the nurse navigator with the fewest open follow-ups, a lead navigator, the director.
        """
        if patient.pk not in self._chosen:
            self._chosen[patient.pk] = self._choose(patient)
        return self._chosen[patient.pk]

    def _choose(self, patient: Patient) -> "User | None":
        at_site = [row for row in self._members if row.site_id == patient.site_id]
        in_post = {row.user_id: row.user for row in at_site}
        if patient.navigator_id in in_post:
            return in_post[patient.navigator_id]
        for role in IN_TURN:
            candidates = [row.user for row in at_site if row.role == role]
            if candidates:
                return self._current_or_least_loaded(patient, candidates)
        return None

    def _current_or_least_loaded(self, patient: Patient, candidates: "list[User]") -> "User":
        load = self._loads()
        held = FollowUp.objects.open().filter(patient=patient, owner__in=candidates)
        present = held.order_by("opened_at", "pk").select_related("owner").first()
        if present is not None and present.owner is not None:
            return present.owner
        chosen = min(candidates, key=lambda user: (load[user.pk], user.pk))
        load[chosen.pk] += 1
        return chosen

    def _loads(self) -> Counter[int]:
        if self._load is None:
            rows = FollowUp.objects.open().filter(owner__in={row.user_id for row in self._members})
            counted = rows.values("owner").annotate(open=Count("pk")).values_list("owner", "open")
            self._load = Counter(dict(counted))
        return self._load


def accountable_owner(patient: Patient) -> "User | None":
    """Who answers for a follow-up of this patient that is opened now."""
    return Owners([patient]).of(patient)
