"""The written form of a case: JSON as in the test vectors becomes facts.

Absent means unknown; an unknown field name, word, date or number is refused with its path.
"""

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final, TypeVar

from surveillance.protocol.facts import (
    LIVER_FACTS,
    NORMAL_LIVER_FACTS,
    AfpResult,
    CharacterisationWaiver,
    ExamFacts,
    LesionFacts,
    MdtDecision,
    Pathology,
    PatientFacts,
    SurveillanceCase,
)
from surveillance.protocol.json_values import (
    LI_RADS_ALIASES,
    PATTERN_ALIASES,
    CaseRefused,
    one_or_many,
    optional,
    read_afp_value,
    read_count,
    read_date,
    read_exam_modality,
    read_flag,
    read_list,
    read_object,
    read_size,
    read_text,
    read_tri,
    read_word,
    refuse,
)
from surveillance.protocol.terms import (
    CalcificationPattern,
    Conclusion,
    Contraindication,
    Isolation,
    LesionKind,
    LesionStatus,
    LiRads,
    MdtOutcome,
    PathologyResult,
    PatientStatus,
    Sex,
    Term,
    VisualisationScore,
)

T = TypeVar("T", bound=Term)

_CASE: Final = ("id", "patient", "lesion", "history", "as_of", "open_lesions")
_PATIENT: Final = (
    "birth_date",
    "sex",
    "status",
    *LIVER_FACTS,
    *NORMAL_LIVER_FACTS,
    "extrahepatic_malignancy",
    "pregnant",
    "contraindications",
    "afp",
    "torch_evaluated",
    "cardiac_failure_signs",
    "cardiac_failure_signs_on",
)
_LESION: Final = (
    "kind",
    "isolation",
    "pattern",
    "symptomatic",
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
    "accession",
)
_NOTES: Final = ("description", "note")
EXTRAS: Final[dict[str, tuple[str, ...]]] = {
    "case": (*_NOTES, "expect"),
    "patient": (*_NOTES, "id", "mrn", "egfr", "eGFR", "pregnancy_expected_end"),
    "lesion": (*_NOTES, "id", "label", "number", "segments"),
    "exam": (*_NOTES, "id", "site", "reporter", "segments", "number", "calcified_mm"),
}
"""Fields that are understood to be information: they are accepted and change nothing."""


def read_line(line: str) -> object:
    """The JSON of one line, decimals kept exact; CaseRefused if it is not JSON."""
    try:
        return json.loads(
            line,
            parse_float=Decimal,
            parse_constant=_refuse_constant,
            object_pairs_hook=_without_repeats,
        )
    except CaseRefused:
        raise
    except (ValueError, RecursionError) as problem:
        raise CaseRefused(f"line: this is not valid JSON ({problem}).") from None


def case_id(data: object) -> str | None:
    """The id of a case that may be unreadable otherwise; None if it has none."""
    value = data.get("id") if isinstance(data, dict) else None
    return None if value is None or isinstance(value, (dict, list)) else str(value)


def read_case(data: object) -> SurveillanceCase:
    """The facts of one case. Raises CaseRefused naming the field path, the value and what is
    allowed. Exams before birth or in the future are left to the protocol (R05)."""
    fields = read_object(data, "case", (*_CASE, *EXTRAS["case"]))
    if fields.get("as_of") is None:
        raise CaseRefused("as_of: missing; it must be a date as YYYY-MM-DD.")
    rows = read_list(fields.get("history"), "history")
    return SurveillanceCase(
        patient=_read_patient(_required(fields, "patient")),
        lesion=_read_lesion(_required(fields, "lesion")),
        exams=tuple(_read_exam(row, f"history[{index}]") for index, row in enumerate(rows)),
        as_of=read_date(fields["as_of"], "as_of"),
        open_lesions=read_count(fields.get("open_lesions"), "open_lesions"),
        case_id=case_id(data) or "",
    )


def _required(fields: Mapping[str, object], name: str) -> object:
    if fields.get(name) is None:
        raise CaseRefused(f"{name}: missing; it must be an object.")
    return fields[name]


def _refuse_constant(word: str) -> object:
    raise CaseRefused(f"line: {word} is not a number.")


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    fields: dict[str, object] = {}
    for name, value in pairs:
        if name in fields:
            raise CaseRefused(f"{name}: this field is written twice in one object.")
        fields[name] = value
    return fields


def _read_patient(value: object) -> PatientFacts:
    path = "patient"
    fields = read_object(value, path, (*_PATIENT, *EXTRAS[path]))
    tri_names = (
        *LIVER_FACTS,
        *NORMAL_LIVER_FACTS,
        "extrahepatic_malignancy",
        "pregnant",
        "torch_evaluated",
        "cardiac_failure_signs",
    )
    tris = {name: read_tri(fields.get(name), f"{path}.{name}") for name in tri_names}
    signs_on = fields.get("cardiac_failure_signs_on")
    return PatientFacts(
        birth_date=optional(fields.get("birth_date"), f"{path}.birth_date", read_date),
        sex=_word(fields, path, "sex", Sex) or Sex.UNKNOWN,
        status=_word(fields, path, "status", PatientStatus) or PatientStatus.ACTIVE,
        contraindications=_read_contraindications(fields.get("contraindications")),
        afp=tuple(
            _read_afp(item, where) for where, item in one_or_many(fields.get("afp"), "patient.afp")
        ),
        cardiac_failure_signs_on=optional(signs_on, f"{path}.cardiac_failure_signs_on", read_date),
        **tris,
    )


def _read_contraindications(value: object) -> frozenset[Contraindication]:
    path = "patient.contraindications"
    return frozenset(
        read_word(item, f"{path}[{index}]", Contraindication, {})
        for index, item in enumerate(read_list(value, path))
    )


def _read_afp(value: object, path: str) -> AfpResult:
    known = ("date", "value_ng_ml", "value", "rising", "elevated_for_age", "note")
    fields = read_object(value, path, known)
    amounts = [name for name in ("value_ng_ml", "value") if fields.get(name) is not None]
    if len(amounts) > 1:
        raise refuse(f"{path}.value", fields["value"], "given once, as value_ng_ml")
    amount = amounts[0] if amounts else "value_ng_ml"
    return AfpResult(
        on=read_date(fields.get("date"), f"{path}.date"),
        value=optional(fields.get(amount), f"{path}.{amount}", read_afp_value),
        rising=read_flag(fields.get("rising"), f"{path}.rising", False),
        elevated_for_age=read_flag(
            fields.get("elevated_for_age"), f"{path}.elevated_for_age", False
        ),
    )


def _read_lesion(value: object) -> LesionFacts:
    path = "lesion"
    fields = read_object(value, path, (*_LESION, *EXTRAS[path]))
    features = ("symptomatic", "thick_wall", "septations", "solid_component")
    tris = {name: read_tri(fields.get(name), f"{path}.{name}") for name in features}
    return LesionFacts(
        kind=_word(fields, path, "kind", LesionKind) or LesionKind.UNKNOWN,
        isolation=_word(fields, path, "isolation", Isolation) or Isolation.UNKNOWN,
        pattern=_pattern(fields, path) or CalcificationPattern.UNKNOWN,
        status=_word(fields, path, "status", LesionStatus) or LesionStatus.PRESENT,
        status_on=optional(fields.get("status_on"), f"{path}.status_on", read_date),
        pathology=_events(fields, "pathology", _read_pathology),
        mdt_decisions=_events(fields, "mdt_outcome", _read_mdt),
        waivers=_events(fields, "characterisation_waived", _read_waiver),
        **tris,
    )


E_ = TypeVar("E_")


def _events(
    fields: Mapping[str, object], name: str, read: Callable[[object, str], E_]
) -> tuple[E_, ...]:
    found = one_or_many(fields.get(name), f"lesion.{name}")
    return tuple(read(item, where) for where, item in found)


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
    return CharacterisationWaiver(on, reason, read_text(fields.get("author"), path), until)


def _read_exam(value: object, path: str) -> ExamFacts:
    fields = read_object(value, path, (*_EXAM, *EXTRAS["exam"]))
    signs = ("aphe", "washout", "capsule", "hemangioma_pattern")
    tris = {name: read_tri(fields.get(name), f"{path}.{name}") for name in signs}
    features = {
        name: optional(fields.get(name), f"{path}.{name}", read_tri)
        for name in ("thick_wall", "septations", "solid_component")
    }
    return ExamFacts(
        on=read_date(fields.get("date"), f"{path}.date"),
        modality=read_exam_modality(fields.get("modality"), f"{path}.modality"),
        adequate=read_flag(fields.get("adequate"), f"{path}.adequate", True),
        vis=_word(fields, path, "vis", VisualisationScore),
        lesion_seen=read_flag(fields.get("lesion_seen"), f"{path}.lesion_seen", True),
        size_mm=optional(fields.get("size_mm"), f"{path}.size_mm", read_size),
        lirads=_word(fields, path, "lirads", LiRads, LI_RADS_ALIASES),
        conclusion=_word(fields, path, "conclusion", Conclusion),
        kind=_word(fields, path, "kind", LesionKind),
        isolation=_word(fields, path, "isolation", Isolation),
        pattern=_pattern(fields, path),
        whole_liver=read_flag(fields.get("whole_liver"), f"{path}.whole_liver", True),
        final=read_flag(fields.get("final"), f"{path}.final", True),
        ref=read_text(fields.get("accession"), f"{path}.accession"),
        **tris,
        **features,
    )


def _pattern(fields: Mapping[str, object], path: str) -> CalcificationPattern | None:
    return _word(fields, path, "pattern", CalcificationPattern, PATTERN_ALIASES)


def _word(
    fields: Mapping[str, object],
    path: str,
    name: str,
    words: type[T],
    aliases: Mapping[str, T] | None = None,
) -> T | None:
    """None where nothing is said."""
    value = fields.get(name)
    return None if value is None else read_word(value, f"{path}.{name}", words, aliases or {})
