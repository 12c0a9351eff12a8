"""Records why a patient is, or is no longer, ours to follow. Only
surveillance.workflows.withdraw_patient calls it: lesions are assessed again."""

from datetime import date, datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from patients.audit import record_event
from patients.history import save_with_history
from patients.models import Patient, PatientStatus
from patients.workflows.errors import WorkflowRefused
from patients.workflows.field_rules import refusal, refuse_bad_fields, refuse_day_outside_life

FIELDS = ("status", "status_on", "status_reason")


class StatusNeedsReason(WorkflowRefused):
    """Every change of status, also back to active, is explained. `details`: status."""

    code = "status_needs_reason"


class StatusNeedsSignature(WorkflowRefused):
    """That surveillance is not appropriate is signed by a clinician, never by the system."""

    code = "status_needs_signature"


def record_vital_status(
    *,
    patient: Patient,
    status: str,
    status_on: date | None,
    reason: str,
    by: User | None,
    now: datetime,
) -> Patient:
    """Set status, its day and its reason together; the same again changes nothing.

    Refused: an unknown status, no day (unless active), a day in the future or before birth, no
    reason, "not appropriate" without a person who signs (A-31). Returns the patient as stored.
    """
    with transaction.atomic():
        stored = Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
        said = (status, status_on, reason.strip())
        if said == tuple(getattr(stored, name) for name in FIELDS):
            return stored
        before = stored.status
        stored.status, stored.status_on, stored.status_reason = said
        _refuse_incomplete(stored, by=by, today=stored.site.local_date(now))
        save_with_history(stored, reason="status_recorded", by=by, now=now, fields=FIELDS)
        record_event(
            "status_recorded",
            site=stored.site,
            subject=stored,
            by=by,
            now=now,
            patient=stored,
            detail={
                "from": before,
                "to": status,
                "on": status_on.isoformat() if status_on else None,
            },
        )
    return stored


def _refuse_incomplete(patient: Patient, *, by: User | None, today: date) -> None:
    refuse_bad_fields(patient, FIELDS)
    if patient.status != PatientStatus.ACTIVE and patient.status_on is None:
        raise refusal(
            "status_on",
            None,
            _("Give the day from which {status} holds.").format(status=patient.status),
        )
    refuse_day_outside_life(patient, "status_on", patient.status_on, today)
    if not patient.status_reason:
        raise StatusNeedsReason(
            _(
                "status_reason: say why the status becomes {status}, who said so and how "
                "the patient was informed."
            ).format(status=patient.status),
            status=patient.status,
        )
    if patient.status == PatientStatus.SURVEILLANCE_NOT_APPROPRIATE and by is None:
        raise StatusNeedsSignature(
            _(
                "status: that surveillance is not appropriate must be signed. Sign in as a "
                "clinician."
            ),
            status=patient.status,
        )
