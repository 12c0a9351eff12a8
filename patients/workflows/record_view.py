"""Records that somebody looked at a patient's record."""

from datetime import datetime

from django.contrib.auth.models import User

from patients.audit import record_event
from patients.models import AuditEvent, Patient


def record_view(*, patient: Patient, by: User, now: datetime, page: str) -> AuditEvent:
    """Append to the audit trail who saw which page of whose record. One INSERT."""
    return record_event(
        "viewed",
        site=patient.site,
        subject=patient,
        by=by,
        now=now,
        patient=patient,
        detail={"page": page},
    )
