"""A lesion's history as JSON, in the words of FHIR and DICOM; documented in docs/lesion-export.md.

Names are stable: a field may be added, none is renamed or given another meaning without a new
`formatVersion`. `inputs` and `answer` of a decision are whole, so that `manage.py decide` answers
the exported inputs again.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db.models import Q

from patients.models import Patient
from surveillance.dicom_modality import DICOM_MODALITY
from surveillance.models import (
    FollowUp,
    FollowUpOutcome,
    ImagingExam,
    Lesion,
    LesionAssessment,
    LesionObservation,
    ReportStatus,
)
from surveillance.protocol.parameters import PROTOCOL_VERSION
from surveillance.protocol.terms import Modality
from surveillance.timeline import TimelineEntry, end_of_day
from surveillance.timeline.entry import who

Json = dict[str, Any]

FORMAT = "hepcalc.lesion-history"
FORMAT_VERSION = "1.0"
FINDINGS = (
    "aphe",
    "washout",
    "capsule",
    "lirads",
    "conclusion",
    "kind",
    "isolation",
    "pattern",
    "thick_wall",
    "septations",
    "solid_component",
)
ENDED_AS_OWED = (FollowUpOutcome.COMPLETED,)


def export_lesion(
    lesion: Lesion,
    *,
    entries: Iterable[TimelineEntry],
    known_on: date | None,
    exported_at: datetime,
) -> Json:
    """Everything recorded of the lesion by the end of `known_on` (None: until now).

    `entries` is its history as it was asked for. Three queries.
    """
    patient = lesion.patient
    moment = end_of_day(known_on, patient.site) if known_on else None
    return {
        "format": FORMAT,
        "formatVersion": FORMAT_VERSION,
        "exported": exported_at.isoformat(),
        "knownOn": _day(known_on),
        "protocolVersion": PROTOCOL_VERSION,
        "patient": _patient(patient),
        "bodyStructure": _lesion(lesion),
        "imagingStudy": [_study(row, moment) for row in _observations(lesion, moment)],
        "clinicalImpression": [_decision(row) for row in _decisions(lesion, moment)],
        "task": [_task(row, moment) for row in _follow_ups(lesion, moment)],
        "provenance": [_entry(entry) for entry in entries],
    }


def _observations(lesion: Lesion, moment: datetime | None) -> Iterable[LesionObservation]:
    rows = LesionObservation.objects.filter(lesion=lesion).select_related("exam__recorded_by")
    rows = rows.filter(exam__recorded_at__lt=moment) if moment else rows
    return rows.order_by("exam__performed_on", "exam__accession")


def _decisions(lesion: Lesion, moment: datetime | None) -> Iterable[LesionAssessment]:
    rows = LesionAssessment.objects.filter(lesion=lesion).select_related("assessed_by")
    rows = rows.filter(assessed_at__lt=moment) if moment else rows
    return rows.order_by("sequence")


def _follow_ups(lesion: Lesion, moment: datetime | None) -> Iterable[FollowUp]:
    opened = Q(opened_at__lt=moment) if moment else Q()
    rows = FollowUp.objects.filter(opened, lesion=lesion).select_related("closed_by")
    return rows.order_by("opened_at", "pk")


def _patient(row: Patient) -> Json:
    return {
        "id": str(row.pk),
        "identifier": {"type": "MR", "system": row.site.slug, "value": row.mrn},
        "name": {"family": row.family_name, "given": row.given_name},
        "gender": row.sex.lower(),
        "birthDate": _day(row.birth_date),
        "managingOrganization": row.site.name,
    }


def _lesion(row: Lesion) -> Json:
    return {
        "id": str(row.pk),
        "identifier": row.label,
        "morphology": row.kind,
        "location": list(row.segments),
        "recorded": row.recorded_at.isoformat(),
        "recorder": who(row.recorded_by),
    }


def _study(row: LesionObservation, moment: datetime | None) -> Json:
    exam = row.exam
    is_retracted = _had_happened(exam.retracted_at, moment)
    return {
        "id": str(exam.pk),
        "accessionNumber": exam.accession,
        "started": _day(exam.performed_on),
        "modality": DICOM_MODALITY[Modality(exam.modality)],
        "procedure": exam.modality,
        "status": _status(exam, is_retracted=is_retracted),
        "statusReason": exam.retracted_reason if is_retracted else "",
        "retracted": _instant(exam.retracted_at) if is_retracted else None,
        "recorded": _instant(exam.recorded_at),
        "recorder": who(exam.recorded_by),
        "reporter": exam.reporter,
        "adequate": exam.adequate and row.adequate,
        "visualisation": exam.vis,
        "external": exam.is_external,
        "observation": {
            "id": str(row.pk),
            "seen": row.lesion_seen,
            "sizeMm": str(row.size_mm) if row.size_mm is not None else None,
            **{name: value for name in FINDINGS if (value := getattr(row, name))},
        },
    }


def _status(exam: ImagingExam, *, is_retracted: bool) -> str:
    """FHIR DiagnosticReport.status."""
    if is_retracted:
        return "entered-in-error"
    return "final" if exam.report_status == ReportStatus.FINAL else "preliminary"


def _decision(row: LesionAssessment) -> Json:
    return {
        "id": row.pk,
        "effectiveDate": _day(row.as_of),
        "date": _instant(row.assessed_at),
        "assessor": who(row.assessed_by),
        "cause": row.cause,
        "protocolVersion": row.protocol_version,
        "rule": row.rule,
        "recommendation": row.recommendation,
        "risk": row.risk,
        "escalationClass": row.escalation_class,
        "period": _period(row),
        "override": _override(row) if row.override_kind else None,
        "inputs": row.inputs,
        "answer": row.answer,
    }


def _override(row: LesionAssessment) -> Json:
    return {
        "overrides": row.overrides_id,
        "kind": row.override_kind,
        "reason": row.override_reason,
        "expires": _day(row.override_expires_on),
    }


def _task(row: FollowUp, moment: datetime | None) -> Json:
    """FHIR Task; order, appointment and owner change, and are told step by step in provenance."""
    is_closed = _had_happened(row.closed_at, moment)
    ended = "completed" if row.outcome in ENDED_AS_OWED else "cancelled"
    return {
        "id": str(row.pk),
        "code": row.kind,
        "description": row.recommendation,
        "performerType": row.advised_modality,
        "priority": row.escalation_class,
        "period": _period(row),
        "authoredOn": _instant(row.opened_at),
        "basedOn": row.assessment_id,
        "status": ended if is_closed else "requested",
        "statusReason": row.outcome if is_closed else "",
        "ended": _instant(row.closed_at) if is_closed else None,
        "endedBy": who(row.closed_by) if is_closed else "",
    }


def _period(row: LesionAssessment | FollowUp) -> Json | None:
    if row.latest_on is None:
        return None
    return {
        "start": _day(row.earliest_on),
        "target": _day(row.target_on),
        "end": _day(row.latest_on),
    }


def _entry(entry: TimelineEntry) -> Json:
    """FHIR Provenance, with the words that the page shows."""
    return {
        "activity": entry.kind.value,
        "target": entry.ref,
        "occurred": _day(entry.on),
        "recorded": _instant(entry.at),
        "agent": entry.by,
        "text": entry.title,
        "note": list(entry.detail),
        "enteredInError": _instant(entry.withdrawn_at),
    }


def _had_happened(at: datetime | None, moment: datetime | None) -> bool:
    return at is not None and (moment is None or at < moment)


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def _instant(value: datetime | None) -> str | None:
    return value.isoformat() if value else None
