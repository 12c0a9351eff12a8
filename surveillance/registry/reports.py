"""Planned values, as they will be stored, in the words that the workflows take."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from patients.workflows.record_risk_profile import RiskFacts
from surveillance.exam_reports import ExamReport, Finding
from surveillance.models import Lesion, ReportStatus
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
from surveillance.registry.plan import PatientPlan

EXAM_WORDS: dict[str, type] = {
    "modality": Modality, "vis": VisualisationScore, "report_status": ReportStatus,
}  # fmt: skip
FINDING_WORDS: dict[str, type] = {
    "aphe": Tri, "washout": Tri, "capsule": Tri, "hemangioma_pattern": Tri, "lirads": LiRads,
    "conclusion": Conclusion, "kind": LesionKind, "isolation": Isolation,
    "pattern": CalcificationPattern, "thick_wall": Tri, "septations": Tri, "solid_component": Tri,
}  # fmt: skip


def reports_of(plan: PatientPlan, lesions: Mapping[str, Lesion]) -> list[ExamReport]:
    """One report per planned accession number; `lesions` by label, as they are on file."""
    findings: dict[str, list[Finding]] = defaultdict(list)
    exams: dict[str, dict[str, Any]] = {}
    for one in plan.findings:
        values = in_words(one.finding, FINDING_WORDS)
        findings[one.accession].append(Finding(lesion=lesions[one.label], **values))
        exams[one.accession] = in_words(one.exam, EXAM_WORDS)
    return [
        ExamReport(accession=accession, findings=tuple(findings[accession]), **values)
        for accession, values in exams.items()
    ]


def risk_facts_of(facts: Mapping[str, Any]) -> RiskFacts:
    """Facts as a profile stores them, as a workflow takes them."""
    given = {**facts, "contraindications": frozenset(facts.get("contraindications", ()))}
    return RiskFacts(**given)


def in_words(values: Mapping[str, Any], words: Mapping[str, type]) -> dict[str, Any]:
    """Stored text becomes coded words; text that is empty says nothing."""
    return {
        name: (words[name](value) if value else None) if name in words else value
        for name, value in values.items()
    }
