"""Writes the audit trail. Called inside every workflow's transaction."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from patients.models import AuditEvent, Patient, Site

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser
    from django.db.models import Model

SYSTEM = "system"


def actor_id(by: "AbstractBaseUser | None") -> str:
    """The text id of whoever acts: 'user:12', or 'system' for the machine itself."""
    return SYSTEM if by is None else f"user:{by.pk}"


def record_event(
    action: str,
    *,
    site: Site,
    subject: "Model",
    by: "AbstractBaseUser | None",
    now: datetime,
    patient: Patient | None = None,
    detail: dict[str, Any] | None = None,
) -> AuditEvent:
    """Append who did what to `subject` at `now`.

    `detail` carries codes, ids and dates; never a name, a birth date or free text about a finding.
    """
    return AuditEvent.objects.create(
        at=now,
        site=site.slug,
        actor=actor_id(by),
        action=action,
        subject_type=subject._meta.model_name or "",
        subject_id=str(subject.pk),
        patient_id=str(patient.pk) if patient else "",
        detail=detail or {},
    )
