"""The copy of the newest contact attempt on a patient's row, after attempts moved."""

from collections.abc import Iterable

from patients.models import Patient
from surveillance.models import ContactAttempt


def refresh_last_contact(*, patients: Iterable[Patient]) -> None:
    """Make `last_contact_*` of each patient repeat their newest attempt, or nothing."""
    for patient in patients:
        attempts = ContactAttempt.objects.standing().filter(patient=patient)
        newest = attempts.order_by("-attempted_at").first()
        Patient.objects.filter(pk=patient.pk).update(
            last_contact_at=newest.attempted_at if newest else None,
            last_contact_outcome=newest.outcome if newest else "",
        )
