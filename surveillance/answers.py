"""Cases and recommendations as JSON, so that a decision can be recomputed bit for bit (I30).

`case_as_json` writes the shape that `manage.py decide` reads, with what the rows tell beyond it.
Absent means unknown, or the value that the report's silence has.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import fields
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

from surveillance.protocol.facts import (
    AfpResult,
    ExamFacts,
    LesionFacts,
    OverrideFacts,
    PatientFacts,
    Provenance,
    SurveillanceCase,
)
from surveillance.protocol.recommendation import Citation, Obligation, Recommendation, Window
from surveillance.protocol.terms import (
    LiRads,
    Modality,
    ObligationKind,
    Tri,
    VisualisationScore,
)

Json = dict[str, Any]

ANSWER_FIELDS = {
    part: tuple(one.name for one in fields(part))
    for part in (Recommendation, Window, Citation, Obligation)
}
PATIENT_TRIS = tuple(f.name for f in fields(PatientFacts) if f.type is Tri)
LESION_TRIS = ("symptomatic", "thick_wall", "septations", "solid_component")
EXAM_TRIS = ("aphe", "washout", "capsule", "hemangioma_pattern")
EXAM_WORDS = (
    "vis",
    "lirads",
    "conclusion",
    "kind",
    "isolation",
    "pattern",
    "thick_wall",
    "septations",
    "solid_component",
)
EXAM_FLAGS = ("adequate", "lesion_seen", "whole_liver", "final")


def case_as_json(case: SurveillanceCase) -> Json:
    """The case in the shape of the `decide` vectors; `decide` recomputes the same answer."""
    written: Json = {
        "id": case.case_id,
        "as_of": case.as_of.isoformat(),
        "patient": _patient(case.patient),
        "lesion": _lesion(case.lesion),
        "history": [_exam(exam) for exam in case.exams],
        "open_lesions": case.open_lesions,
    }
    if case.override is not None:
        written["override"] = _override(case.override)
    return written


def inputs_digest(inputs: Json) -> str:
    """SHA-256 (hex) of the facts, whatever the day: the same facts have the same digest."""
    facts = {name: value for name, value in inputs.items() if name != "as_of"}
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def answer_as_json(recommendation: Recommendation) -> Json:
    """The whole recommendation, field by field."""
    written: Json = _plain(recommendation)
    return written


def lasting_part(answer: Json) -> Json:
    """The answer without the windows that merely start on the day of asking (REVIEW, R05)."""
    return {
        **answer,
        "window": None if answer["rule"] == "R05" else answer["window"],
        "obligations": [
            {**owed, "window": None} if owed["kind"] == ObligationKind.REVIEW else owed
            for owed in answer["obligations"]
        ],
    }


def _plain(value: Any) -> Any:
    if value is None or type(value) in (str, bool, int):
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    return {name: _plain(getattr(value, name)) for name in ANSWER_FIELDS[type(value)]}


def _patient(facts: PatientFacts) -> Json:
    written: Json = {
        "birth_date": _day(facts.birth_date),
        "sex": facts.sex.value.lower(),
        "status": facts.status.value.lower(),
        **_known_tris(facts, PATIENT_TRIS),
        "contraindications": sorted(one.value.lower() for one in facts.contraindications),
        "afp": [_afp(result) for result in facts.afp],
    }
    if facts.cardiac_failure_signs_on is not None:
        written["cardiac_failure_signs_on"] = _day(facts.cardiac_failure_signs_on)
    if facts.provenance:
        written["provenance"] = {
            name: _provenance(source) for name, source in sorted(facts.provenance.items())
        }
    return written


def _afp(result: AfpResult) -> Json:
    return {
        "date": result.on.isoformat(),
        "value_ng_ml": _number(result.value),
        "rising": result.rising,
        "elevated_for_age": result.elevated_for_age,
    }


def _provenance(source: Provenance) -> Json:
    return {
        "source": source.source,
        "recorded_on": _day(source.recorded_on),
        "recorded_by": source.recorded_by,
    }


def _lesion(facts: LesionFacts) -> Json:
    written: Json = {
        "kind": facts.kind.value.lower(),
        "isolation": facts.isolation.value.lower(),
        "pattern": facts.pattern.value.lower(),
        **_known_tris(facts, LESION_TRIS),
        "status": facts.status.value.lower(),
    }
    if facts.symptoms:
        written["symptoms"] = [
            {"date": one.on.isoformat(), "value": one.value.value.lower()} for one in facts.symptoms
        ]
    if facts.status_on is not None:
        written["status_on"] = _day(facts.status_on)
    if facts.pathology:
        written["pathology"] = [
            {"date": one.on.isoformat(), "result": one.result.value.lower()}
            for one in facts.pathology
        ]
    if facts.mdt_decisions:
        written["mdt_outcome"] = [
            {"date": one.on.isoformat(), "outcome": one.outcome.value.lower(), "author": one.author}
            for one in facts.mdt_decisions
        ]
    if facts.waivers:
        written["characterisation_waived"] = [
            {
                "date": one.on.isoformat(),
                "reason": one.reason,
                "author": one.author,
                "until": _day(one.until),
            }
            for one in facts.waivers
        ]
    return written


def _exam(exam: ExamFacts) -> Json:
    written: Json = {
        "date": exam.on.isoformat(),
        "modality": exam.modality.value,
        **{name: getattr(exam, name) for name in EXAM_FLAGS},
        "accession": exam.ref,
        **_known_tris(exam, EXAM_TRIS),
    }
    if exam.size_mm is not None:
        written["size_mm"] = _number(exam.size_mm)
    for name in EXAM_WORDS:
        value = getattr(exam, name)
        if value is not None:
            written[name] = _word(value)
    return written


def _word(value: Enum) -> str:
    """Codes keep their spelling, plain words are written small, as in the vectors."""
    text = str(value.value)
    return text if isinstance(value, LiRads | Modality | VisualisationScore) else text.lower()


def _override(facts: OverrideFacts) -> Json:
    return {
        "date": facts.on.isoformat(),
        "author": facts.author,
        "reason": facts.reason,
        "expires_on": _day(facts.expires_on),
    }


def _known_tris(facts: object, names: Iterable[str]) -> Json:
    stated = ((name, getattr(facts, name)) for name in names)
    return {name: value.value.lower() for name, value in stated if value is not Tri.UNKNOWN}


def _day(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


def _number(value: Decimal | None) -> int | float | None:
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)
