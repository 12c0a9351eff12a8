"""Exams and findings of a patient's rows, told from those that are on file."""

from typing import Any

from surveillance.exam_reports import EXAM_FIELDS, FINDING_FIELDS
from surveillance.models import ImagingExam
from surveillance.registry.draft import Draft
from surveillance.registry.plan import (
    CHANGED,
    CREATED,
    UNCHANGED,
    PatientPlan,
    PlannedFinding,
)
from surveillance.registry.rows import RegistryRow

EXAM_DEFAULTS: dict[str, Any] = {
    "adequate": True,
    "whole_liver": True,
    "report_status": "FINAL",
    "is_external": False,
}
FINDING_DEFAULTS: dict[str, Any] = {
    "lesion_seen": True,
    "adequate": True,
    "size_mm": None,
    "calcified_mm": None,
}


def plan_exams(plan: PatientPlan, draft: Draft) -> None:
    """Plan each finding that is not on file; rows of one accession number are one exam."""
    _note_taken_back(plan, draft)
    lines: dict[str, list[tuple[str, int]]] = {}
    for row in draft.accepted:
        if row.exam and row.exam["accession"] not in draft.taken_back:
            named = lines.setdefault(row.exam["accession"], [])
            if row.lesion["label"] not in [label for label, _ in named]:
                named.append((row.lesion["label"], row.line))
    for accession, named in lines.items():
        exam = _exam(draft, accession)
        plan.count("exams", _outcome(draft, accession))
        for label, line in named:
            if draft.finding_on_file(accession, label) is not None:
                plan.count("findings", UNCHANGED)
                continue
            finding = _finding(draft, accession, label)
            plan.findings.append(PlannedFinding(line, accession, label, exam, finding))
            plan.count("findings", CREATED)


def _outcome(draft: Draft, accession: str) -> str:
    if draft.exam_on_file(accession) is None:
        return CREATED
    return CHANGED if draft.replaced(accession) else UNCHANGED


def _exam(draft: Draft, accession: str) -> dict[str, Any]:
    """The exam's columns: as on file if it is, else as the rows state together."""
    on_file = draft.exam_on_file(accession)
    if on_file is not None and not draft.replaced(accession):
        return _columns(on_file)
    stated = draft.exams[accession].values
    return {name: stated.get(name, EXAM_DEFAULTS.get(name, "")) for name in EXAM_FIELDS}


def _columns(exam: ImagingExam) -> dict[str, Any]:
    return {name: getattr(exam, name) for name in EXAM_FIELDS}


def _finding(draft: Draft, accession: str, label: str) -> dict[str, Any]:
    stated = draft.findings[accession, label].values
    return {name: stated.get(name, FINDING_DEFAULTS.get(name, "")) for name in FINDING_FIELDS}


def _note_taken_back(plan: PatientPlan, draft: Draft) -> None:
    for row in draft.accepted:
        if row.exam and row.exam["accession"] in draft.taken_back:
            _note(plan, row)


def _note(plan: PatientPlan, row: RegistryRow) -> None:
    text = "was recorded and retracted here; it is not taken in again"
    plan.note(row, "accession", row.exam["accession"], text)
    plan.count("findings", UNCHANGED)
