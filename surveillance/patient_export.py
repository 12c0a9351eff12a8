"""Everything recorded about one patient, and every look at it, row by row.

For a subject access request, an incident or a court: nothing is chosen, nothing put in words.
Every table that leads to a patient is in `RECORDS` (a test says so). Records merged into the
patient's are told with it, as far as they are of the sites that may be seen.
"""

from base64 import b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import models
from django.db.models import Q

from patients.models import AfpResult, AuditEvent, Patient, RiskProfile, Site
from surveillance.models import (
    CaptureAnswer,
    CapturedReport,
    CdsFeedback,
    Clarification,
    ContactAttempt,
    Declination,
    Disowning,
    Escalation,
    EscalationAnswer,
    ExamDocument,
    ExamMatch,
    ExamMatchAnswer,
    FollowUp,
    FormerIdentifier,
    ImagingExam,
    IntakeItem,
    Lesion,
    LesionAssessment,
    LesionEvent,
    LesionObservation,
    Letter,
    LetterEvent,
    Notification,
    OutsideCare,
    OutsideCareReview,
    PatientMerge,
    PatientNote,
    WebhookDelivery,
)

Json = dict[str, Any]

FORMAT = "hepcalc.patient-record"
FORMAT_VERSION = "1.0"
RECORDS: tuple[tuple[type[models.Model], tuple[str, ...]], ...] = (
    (Patient, ("pk",)),
    (RiskProfile, ("patient",)),
    (AfpResult, ("patient",)),
    (Lesion, ("patient",)),
    (ImagingExam, ("patient",)),
    (LesionObservation, ("lesion__patient", "exam__patient")),
    (LesionEvent, ("lesion__patient",)),
    (LesionAssessment, ("lesion__patient",)),
    (FollowUp, ("patient",)),
    (ContactAttempt, ("patient",)),
    (Declination, ("patient",)),
    (Escalation, ("follow_up__patient",)),
    (EscalationAnswer, ("escalation__follow_up__patient",)),
    (Disowning, ("follow_up__patient",)),
    (OutsideCare, ("patient",)),
    (OutsideCareReview, ("outside_care__patient",)),
    (CdsFeedback, ("patient",)),
    (ExamMatch, ("patient",)),
    (ExamMatchAnswer, ("match__patient",)),
    (ExamDocument, ("patient",)),
    (CapturedReport, ("patient",)),
    (CaptureAnswer, ("report__patient",)),
    (Clarification, ("report__patient",)),
    (Notification, ("patient", "follow_up__patient", "escalation__follow_up__patient")),
    (Letter, ("patient",)),
    (LetterEvent, ("letter__patient",)),
    (PatientNote, ("patient",)),
    (WebhookDelivery, ("follow_up__patient", "escalation__follow_up__patient")),
    (PatientMerge, ("survivor", "duplicate")),
    (FormerIdentifier, ("patient",)),
    (IntakeItem, ("patient",)),
)
"""Each table, and the ways from its rows to the patient."""


@dataclass(frozen=True, slots=True)
class Record:
    """One row of one table, as stored."""

    table: str
    id: str
    values: Json


def records_of(patient: Patient, *, sites: Iterable[Site]) -> tuple[Record, ...]:
    """Every row about the patient, the changes of the record itself, and the audit trail of the
    sites given. A constant number of queries, but one per round of merges."""
    sites = list(sites)
    ids = with_merged(patient, sites)
    found: list[Record] = []
    for model, ways in RECORDS:
        found += _rows_of(model, _any_of(ways, ids))
    changes = getattr(Patient, "history").filter(id__in=ids)  # noqa: B009  (simple-history's)
    found += [_record("patient_history", row) for row in changes.order_by("history_id")]
    trail = AuditEvent.objects.filter(
        patient_id__in=[str(pk) for pk in ids], site__in=[site.slug for site in sites]
    )
    found += [_record("auditevent", row) for row in trail.order_by("at", "pk")]
    return tuple(found)


def as_json(patient: Patient, records: Iterable[Record], *, exported_at: datetime) -> Json:
    """The records grouped by table, and the names behind the ids of colleagues. One query."""
    records = list(records)
    tables: dict[str, list[Json]] = {}
    for one in records:
        tables.setdefault(one.table, []).append(one.values)
    return {
        "format": FORMAT,
        "formatVersion": FORMAT_VERSION,
        "exported": exported_at.isoformat(),
        "patient": str(patient.pk),
        "records": tables,
        "people": _people(records),
    }


def as_cells(records: Iterable[Record]) -> Iterator[tuple[str, str, str, str]]:
    """One line per field that says something: table, id of the row, field, value."""
    for one in records:
        for field, value in one.values.items():
            if value not in (None, "", [], {}):
                yield one.table, one.id, field, str(value)


def with_merged(patient: Patient, sites: list[Site]) -> list[UUID]:
    """The record, and all that were merged into it, one round of merges after another."""
    found = [patient.pk]
    newest = found
    while newest:
        rows = Patient.objects.filter(merged_into__in=newest, site__in=sites)
        newest = [pk for pk in rows.values_list("pk", flat=True) if pk not in found]
        found += newest
    return found


def _any_of(ways: tuple[str, ...], ids: list[UUID]) -> Q:
    asked = Q()
    for way in ways:
        asked |= Q(**{f"{way}__in": ids})
    return asked


def _rows_of(model: type[models.Model], asked: Q) -> list[Record]:
    rows = model._default_manager.filter(asked).order_by("pk").distinct()
    return [_record(model._meta.model_name or "", row) for row in rows]


def _record(table: str, row: models.Model) -> Record:
    values = {
        field.name: _plain(getattr(row, field.attname)) for field in row._meta.concrete_fields
    }
    return Record(table, str(row.pk), values)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, UUID | Decimal):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return b64encode(value).decode()
    return value


def _people(records: list[Record]) -> dict[str, str]:
    """Names by id, of everybody who did or looked at anything."""
    actors = {str(one.values.get("actor", "")) for one in records}
    keys = {int(text.removeprefix("user:")) for text in actors if text.startswith("user:")}
    for model, _ in RECORDS:
        table = model._meta.model_name
        columns = [f.name for f in model._meta.concrete_fields if f.related_model is User]
        rows = (one for one in records if one.table == table)
        keys |= {one.values[name] for one in rows for name in columns if one.values[name]}
    people = User.objects.filter(pk__in=keys).order_by("pk")
    return {f"user:{one.pk}": one.get_full_name() or one.get_username() for one in people}
