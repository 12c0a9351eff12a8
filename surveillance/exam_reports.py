"""What a door hands in when an exam is reported, and how two versions of a report are compared."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from surveillance.models import (
    ImagingExam,
    Lesion,
    LesionAssessment,
    LesionObservation,
    ReportStatus,
)
from surveillance.protocol.terms import (
    CalcificationPattern,
    Conclusion,
    Isolation,
    LesionKind,
    LiRads,
    Modality,
    Tri,
    VisualisationScore,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What the exam showed of one lesion. None: the report says nothing of the matter.

    Sizes are millimetres, longest axial diameter, at most two decimals.
    """

    lesion: Lesion
    lesion_seen: bool = True
    adequate: bool = True
    size_mm: Decimal | None = None
    calcified_mm: Decimal | None = None
    aphe: Tri | None = None
    washout: Tri | None = None
    capsule: Tri | None = None
    hemangioma_pattern: Tri | None = None
    lirads: LiRads | None = None
    conclusion: Conclusion | None = None
    kind: LesionKind | None = None
    isolation: Isolation | None = None
    pattern: CalcificationPattern | None = None
    thick_wall: Tri | None = None
    septations: Tri | None = None
    solid_component: Tri | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExamReport:
    """One reported exam of one patient, with its findings lesion by lesion."""

    accession: str
    performed_on: date
    modality: Modality
    adequate: bool = True
    vis: VisualisationScore | None = None
    whole_liver: bool = True
    report_status: ReportStatus = ReportStatus.FINAL
    reporter: str = ""
    report_text: str = ""
    is_external: bool = False
    evidence: str = ""
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class RecordedExam:
    """The exam as it is on file; `created` is False when it was there already."""

    exam: ImagingExam
    created: bool
    lesions: tuple[Lesion, ...] = ()
    """The lesions of which this report told something new."""
    assessments: tuple[LesionAssessment, ...] = ()
    """What was decided of those lesions."""


EXAM_FIELDS = (
    "performed_on",
    "modality",
    "adequate",
    "vis",
    "whole_liver",
    "report_status",
    "reporter",
    "report_text",
    "is_external",
    "evidence",
)
SIZE_FIELDS = ("size_mm", "calcified_mm")
FINDING_FIELDS = (
    "lesion_seen",
    "adequate",
    *SIZE_FIELDS,
    "aphe",
    "washout",
    "capsule",
    "hemangioma_pattern",
    "lirads",
    "conclusion",
    "kind",
    "isolation",
    "pattern",
    "thick_wall",
    "septations",
    "solid_component",
)


def exam_values(report: ExamReport) -> dict[str, Any]:
    """The columns of the exam's row, its accession number apart."""
    return {name: _stored(name, getattr(report, name)) for name in EXAM_FIELDS}


def finding_values(finding: Finding) -> dict[str, Any]:
    """The columns of the observation's row, its exam and lesion apart."""
    return {name: _stored(name, getattr(finding, name)) for name in FINDING_FIELDS}


def _stored(name: str, value: Any) -> Any:
    return "" if value is None and name not in SIZE_FIELDS else value


def content_digest(report: ExamReport) -> str:
    """SHA-256 (hex) over everything the report says of the exam itself.

    The findings are compared row by row, because those of further lesions may follow.
    """
    content = {"accession": report.accession} | exam_values(report)
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()


def differing_fields(exam: ImagingExam, report: ExamReport) -> list[str]:
    """The names of the fields in which the report says other than the exam on file."""
    return [name for name, value in exam_values(report).items() if getattr(exam, name) != value]


def differing_finding_fields(row: LesionObservation, finding: Finding) -> list[str]:
    """The names of the fields in which the finding says other than the observation on file."""
    return [name for name, value in finding_values(finding).items() if getattr(row, name) != value]
