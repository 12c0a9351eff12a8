"""A patient leaves surveillance, refuses it, gets lost, or comes back."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from patients.models import Patient, PatientStatus
from patients.workflows.record_vital_status import record_vital_status
from surveillance.contact_plan import contact_plan
from surveillance.models import Lesion
from surveillance.protocol.parameters.contact import LOST_WITHIN
from surveillance.protocol.reaching import missing_for_lost
from surveillance.record_locks import lock_records
from surveillance.roles import Permission, may
from surveillance.said_again import all_said_again
from surveillance.workflows.append_declination import Declined, append_declination
from surveillance.workflows.assess_lesions import assess_lesions
from surveillance.workflows.errors import WorkflowRefused
from surveillance.workflows.hear_signs_of_life_again import hear_signs_of_life_again

if TYPE_CHECKING:
    from django.contrib.auth.models import User

SIGNED = {
    PatientStatus.SURVEILLANCE_NOT_APPROPRIATE: gettext_noop(
        "That surveillance is not appropriate must be signed by a clinician or the medical "
        "director of this site."
    ),
    PatientStatus.LOST_TO_FOLLOW_UP: gettext_noop(
        "That contact is lost must be signed by a clinician or the medical director of this site."
    ),
}
"""What a clinician signs, with the refusal of anybody else's signature."""


class NeedsClinicianSignature(WorkflowRefused):
    """Only a clinician signs that surveillance is not appropriate (A-31) or contact lost."""

    code = "needs_clinician_signature"


class ContactNotExhausted(WorkflowRefused):
    """Too little was tried to call somebody lost; the message says what is missing."""

    code = "contact_not_exhausted"


@transaction.atomic
def withdraw_patient(
    *,
    patient: Patient,
    status: PatientStatus,
    status_on: date | None,
    reason: str,
    declined: Declined | None = None,
    told_by_registry: bool = False,
    signed_by: "User | None" = None,
    by: "User | None",
    now: datetime,
) -> Patient:
    """Record why a patient is, or is no longer, ours to follow, and settle what is owed.

    Deceased, transferred with acknowledgement, and a clinician's signed "not appropriate" close
    everything (A-31). Declined, lost, and transferred without acknowledgement close nothing: it
    stays open and overdue counts (A-32). ACTIVE again re-opens what is owed; no longer deceased,
    what was held back as of somebody who died is taken in. The same status
    again changes nothing. Refused: "not appropriate" or lost without a clinician's signature; lost
    before enough was tried; declined without who and what they knew; no reason or an impossible
    day (see `record_vital_status`). `told_by_registry`: the register that is imported says so,
    and asked for signatures and attempts in its own way.
    """
    survivor = lock_records([patient.pk])[patient.pk]
    signer = signed_by or by
    said_already = (survivor.status, survivor.status_on, survivor.status_reason)
    is_new = said_already != (status, status_on, reason.strip())
    if status == PatientStatus.SURVEILLANCE_NOT_APPROPRIATE:
        _refuse_unsigned(survivor, status, signer)
    if status == PatientStatus.LOST_TO_FOLLOW_UP and is_new and not told_by_registry:
        _refuse_unsigned(survivor, status, signer)
        _refuse_not_exhausted(survivor, now)
    stored = record_vital_status(
        patient=survivor,
        status=status,
        status_on=status_on,
        reason=reason,
        by=signer if status in SIGNED else by,
        now=now,
    )
    if status == PatientStatus.DECLINED and not told_by_registry and (is_new or declined):
        append_declination(patient=stored, declined=declined, by=by, now=now)
    lesions = Lesion.objects.filter(patient=stored)
    assess_lesions(lesions=lesions, cause="status_changed", by=by, now=now)
    if PatientStatus.DECEASED == said_already[0] != status:
        hear_signs_of_life_again(patient=stored)
    return stored


def _refuse_unsigned(patient: Patient, status: PatientStatus, signer: "User | None") -> None:
    if not may(signer, Permission.CLOSE_SIGNED, patient.site):
        raise NeedsClinicianSignature(_(SIGNED[status]), field="status")


def _refuse_not_exhausted(patient: Patient, now: datetime) -> None:
    plan = contact_plan(patient, now)
    missing = missing_for_lost(plan.tried, plan.today)
    if missing:
        raise ContactNotExhausted(
            _(
                "Contact is not lost yet: {missing}. Counted are attempts of the last "
                "{days} days since anybody was reached. Try what is missing, log it, "
                "then sign."
            ).format(missing=", ".join(all_said_again(missing)), days=LOST_WITHIN.value),
            field="status",
            missing=missing,
        )
