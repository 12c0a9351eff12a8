"""The written form of a lesion and of its exams becomes facts."""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

from surveillance.protocol.facts import (
    CharacterisationWaiver,
    ExamFacts,
    LesionFacts,
    MdtDecision,
    Pathology,
    Symptoms,
)
from surveillance.protocol.json_values import (
    LI_RADS_ALIASES,
    PATTERN_ALIASES,
    one_or_many,
    optional,
    read_date,
    read_dated_tri,
    read_exam_modality,
    read_flag,
    read_object,
    read_size,
    read_text,
    read_tri,
    read_word,
    refuse,
    said_word,
)
from surveillance.protocol.terms import (
    CalcificationPattern,
    Conclusion,
    Isolation,
    LesionKind,
    LesionStatus,
    LiRads,
    MdtOutcome,
    PathologyResult,
    Tri,
    VisualisationScore,
)

Event = TypeVar("Event")

_LESION: Final = (
    "kind",
    "isolation",
    "pattern",
    "symptomatic",
    "symptoms",
    "thick_wall",
    "septations",
    "solid_component",
    "status",
    "status_on",
    "pathology",
    "mdt_outcome",
    "characterisation_waived",
)
_EXAM: Final = (
    "date",
    "modality",
    "adequate",
    "vis",
    "lesion_seen",
    "size_mm",
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
    "whole_liver",
    "final",
    *("accession", "accession_id", "accession_number"),
)
_REFERENCES: Final = _EXAM[-3:]
_NOTES: Final = ("description", "note")
_LESION_EXTRAS: Final = (*_NOTES, "id", "label", "number", "segments")
_EXAM_EXTRAS: Final = (
    *_NOTES,
    "id",
    "site",
    "reporter",
    "segments",
    "number",
    "calcified_mm",
    "calcified_size_mm",
    "rim_aphe",
)
LESION_FIELDS: Final = (*_LESION, *_LESION_EXTRAS)
EXAM_FIELDS: Final = (*_EXAM, *_EXAM_EXTRAS)
"""Every name that an exam of the history may bear; the extras are read by nobody."""
"""Information: accepted, and it changes nothing."""


def read_lesion(value: object) -> LesionFacts:
    path = "lesion"
    fields = read_object(value, path, LESION_FIELDS)
    features = ("thick_wall", "septations", "solid_component")
    tris = {name: read_tri(fields.get(name), f"{path}.{name}") for name in features}
    symptomatic, since = read_dated_tri(fields.get("symptomatic"), f"{path}.symptomatic", _NOTES)
    began = () if since is None else (Symptoms(since, symptomatic),)
    return LesionFacts(
        kind=said_word(fields, path, "kind", LesionKind) or LesionKind.UNKNOWN,
        isolation=said_word(fields, path, "isolation", Isolation) or Isolation.UNKNOWN,
        pattern=_pattern(fields, path) or CalcificationPattern.UNKNOWN,
        symptomatic=Tri.UNKNOWN if began else symptomatic,
        symptoms=(*began, *_events(fields, "symptoms", _read_symptoms)),
        status=said_word(fields, path, "status", LesionStatus) or LesionStatus.PRESENT,
        status_on=optional(fields.get("status_on"), f"{path}.status_on", read_date),
        pathology=_events(fields, "pathology", _read_pathology),
        mdt_decisions=_events(fields, "mdt_outcome", _read_mdt),
        waivers=_events(fields, "characterisation_waived", _read_waiver),
        **tris,
    )


def _events(
    fields: Mapping[str, object], name: str, read: Callable[[object, str], Event]
) -> tuple[Event, ...]:
    found = one_or_many(fields.get(name), f"lesion.{name}")
    return tuple(read(item, where) for where, item in found)


def _read_symptoms(value: object, path: str) -> Symptoms:
    fields = read_object(value, path, ("date", "value", *_NOTES))
    on = read_date(fields.get("date"), f"{path}.date")
    return Symptoms(on, read_tri(fields.get("value"), f"{path}.value"))


def _read_pathology(value: object, path: str) -> Pathology:
    fields = read_object(value, path, ("date", "result", *_NOTES))
    result = read_word(fields.get("result"), f"{path}.result", PathologyResult, _NEGATIVE)
    return Pathology(read_date(fields.get("date"), f"{path}.date"), result)


_NEGATIVE: Final = {"NEGATIVE": PathologyResult.NONDIAGNOSTIC}


def _read_mdt(value: object, path: str) -> MdtDecision:
    fields = read_object(value, path, ("date", "outcome", "author", *_NOTES))
    return MdtDecision(
        on=read_date(fields.get("date"), f"{path}.date"),
        outcome=read_word(fields.get("outcome"), f"{path}.outcome", MdtOutcome, {}),
        author=read_text(fields.get("author"), f"{path}.author"),
    )


def _read_waiver(value: object, path: str) -> CharacterisationWaiver:
    fields = read_object(value, path, ("date", "reason", "author", "until", *_NOTES))
    on = read_date(fields.get("date"), f"{path}.date")
    until = optional(fields.get("until"), f"{path}.until", read_date)
    if until is not None and until < on:
        raise refuse(f"{path}.until", fields["until"], f"on or after {on.isoformat()}")
    reason = read_text(fields.get("reason"), f"{path}.reason")
    return CharacterisationWaiver(
        on, reason, read_text(fields.get("author"), f"{path}.author"), until
    )


def read_exam(value: object, path: str) -> ExamFacts:
    fields = read_object(value, path, EXAM_FIELDS)
    signs = ("aphe", "washout", "capsule", "hemangioma_pattern")
    tris: dict[str, Any] = {name: read_tri(fields.get(name), f"{path}.{name}") for name in signs}
    features: dict[str, Any] = {
        name: optional(fields.get(name), f"{path}.{name}", read_tri)
        for name in ("thick_wall", "septations", "solid_component")
    }
    return ExamFacts(
        on=read_date(fields.get("date"), f"{path}.date"),
        modality=read_exam_modality(fields.get("modality"), f"{path}.modality"),
        adequate=read_flag(fields.get("adequate"), f"{path}.adequate", True),
        vis=said_word(fields, path, "vis", VisualisationScore),
        lesion_seen=read_flag(fields.get("lesion_seen"), f"{path}.lesion_seen", True),
        size_mm=optional(fields.get("size_mm"), f"{path}.size_mm", read_size),
        lirads=said_word(fields, path, "lirads", LiRads, LI_RADS_ALIASES),
        conclusion=said_word(fields, path, "conclusion", Conclusion),
        kind=said_word(fields, path, "kind", LesionKind),
        isolation=said_word(fields, path, "isolation", Isolation),
        pattern=_pattern(fields, path),
        whole_liver=read_flag(fields.get("whole_liver"), f"{path}.whole_liver", True),
        final=read_flag(fields.get("final"), f"{path}.final", True),
        ref=_reference(fields, path),
        **tris,
        **features,
    )


def _reference(fields: Mapping[str, object], path: str) -> str:
    """The report's number, under whichever name it was given."""
    named = (read_text(fields.get(name), f"{path}.{name}") for name in _REFERENCES)
    return next(filter(None, named), "")


def _pattern(fields: Mapping[str, object], path: str) -> CalcificationPattern | None:
    return said_word(fields, path, "pattern", CalcificationPattern, PATTERN_ALIASES)
