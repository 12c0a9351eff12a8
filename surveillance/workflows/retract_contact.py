"""An attempt to reach a patient was put on file by mistake: it stays visible and counts no more."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from patients.audit import record_event
from patients.models import PatientStatus
from surveillance.models import ContactAttempt
from surveillance.record_locks import lock_records
from surveillance.workflows.errors import WorkflowRefused
from surveillance.workflows.refresh_last_contact import refresh_last_contact
from surveillance.workflows.retract_row import retract_row

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class AttemptProvesLoss(WorkflowRefused):
    """A clinician signed that contact is lost, and counted this attempt."""

    code = "attempt_proves_loss"


@transaction.atomic
def retract_contact(
    *, attempt: ContactAttempt, reason: str, by: "User | None", now: datetime
) -> ContactAttempt:
    """Retract `attempt`: the next try and the last contact follow from the others again.

    Retracting twice changes nothing. Refused: no reason; a patient who was called lost to
    follow-up, as long as that stands.
    """
    patient = lock_records([attempt.patient_id])[attempt.patient_id]
    if patient.status == PatientStatus.LOST_TO_FOLLOW_UP:
        raise AttemptProvesLoss(
            _(
                "Contact with this patient was signed as lost, and this attempt counted for it. "
                "Change the status first."
            )
        )
    if not retract_row(row=attempt, reason=reason, by=by, now=now):
        return attempt
    refresh_last_contact(patients=[patient])
    record_event(
        "contact_retracted", site=patient.site, subject=attempt, patient=patient, by=by, now=now
    )
    return attempt
