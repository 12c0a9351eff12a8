"""Records that somebody looked at a patient's record."""

from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.models import User

from patients.audit import Deed, record_events
from patients.models import AuditEvent, Patient


def record_view(*, patient: Patient, by: User | None, now: datetime, page: str) -> AuditEvent:
    """Append to the audit trail who saw which page of whose record. One INSERT."""
    [event] = record_views(patients=[patient], by=by, now=now, page=page)
    return event


def record_views(
    *, patients: Iterable[Patient], by: User | None, now: datetime, page: str
) -> list[AuditEvent]:
    """The same of several patients that one page showed. One INSERT."""
    detail = {"page": page}
    deeds = [Deed("viewed", patient.site, patient, patient, detail) for patient in patients]
    return record_events(deeds, by=by, now=now)
