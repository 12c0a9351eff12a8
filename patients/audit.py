"""Writes the audit trail. Called inside every workflow's transaction."""

from collections.abc import Iterable
from dataclasses import dataclass, field
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


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing done, as `record_events` appends it."""

    action: str
    site: Site
    subject: "Model"
    patient: Patient | None = None
    detail: dict[str, Any] = field(default_factory=dict)


def record_events(
    deeds: Iterable[Deed], *, by: "AbstractBaseUser | None", now: datetime
) -> list[AuditEvent]:
    """Append many deeds of one moment in one statement; as `record_event` otherwise."""
    return AuditEvent.objects.bulk_create(
        [
            AuditEvent(
                at=now,
                site=deed.site.slug,
                actor=actor_id(by),
                action=deed.action,
                subject_type=deed.subject._meta.model_name or "",
                subject_id=str(deed.subject.pk),
                patient_id=str(deed.patient.pk) if deed.patient else "",
                detail=deed.detail,
            )
            for deed in deeds
        ]
    )


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
    [event] = record_events([Deed(action, site, subject, patient, detail or {})], by=by, now=now)
    return event
