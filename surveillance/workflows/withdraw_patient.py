"""A patient leaves surveillance, refuses it, gets lost, or comes back."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction

from patients.models import Patient, PatientStatus
from patients.workflows.record_vital_status import record_vital_status
from surveillance.models import Lesion
from surveillance.record_locks import lock_records
from surveillance.roles import Permission, may
from surveillance.workflows.assess_lesions import assess_lesions
from surveillance.workflows.errors import WorkflowRefused

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class NeedsClinicianSignature(WorkflowRefused):
    """Only a clinician can sign that surveillance is not appropriate (A-31)."""

    code = "needs_clinician_signature"


@transaction.atomic
def withdraw_patient(
    *,
    patient: Patient,
    status: PatientStatus,
    status_on: date | None,
    reason: str,
    signed_by: "User | None" = None,
    by: "User | None",
    now: datetime,
) -> Patient:
    """Record why a patient is, or is no longer, ours to follow, and settle what is owed.

    Deceased, transferred with acknowledgement, and a clinician's signed "not appropriate" close
    everything (A-31). Declined, lost, and transferred without acknowledgement close nothing: it
    stays open and overdue counts (A-32). ACTIVE again re-opens what is owed. The same status
    again changes nothing. Refused: "not appropriate" without a clinician's signature; no reason
    or an impossible day (see `record_vital_status`).
    """
    survivor = lock_records([patient.pk])[patient.pk]
    signer = signed_by or by
    needs_signature = status == PatientStatus.SURVEILLANCE_NOT_APPROPRIATE
    if needs_signature and not may(signer, Permission.CLOSE_SIGNED, survivor.site):
        raise NeedsClinicianSignature(
            "That surveillance is not appropriate must be signed by a clinician or the medical "
            "director of this site."
        )
    stored = record_vital_status(
        patient=survivor,
        status=status,
        status_on=status_on,
        reason=reason,
        by=signer if needs_signature else by,
        now=now,
    )
    lesions = Lesion.objects.filter(patient=stored)
    assess_lesions(lesions=lesions, cause="status_changed", by=by, now=now)
    return stored
