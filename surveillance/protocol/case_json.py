"""The written form of a case: JSON as in the test vectors becomes facts.

Absent means unknown; a misspelt field name, an unknown word, date or number is refused with its
path.
"""

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from surveillance.protocol.facts import (
    LesionFacts,
    OverrideFacts,
    PatientFacts,
    SurveillanceCase,
)
from surveillance.protocol.json_values import (
    CaseRefused,
    optional,
    read_count,
    read_date,
    read_list,
    read_object,
    read_words,
    refuse,
)
from surveillance.protocol.lesion_json import EXAM_FIELDS, LESION_FIELDS, read_exam, read_lesion
from surveillance.protocol.patient_json import PATIENT_FIELDS, read_patient

__all__ = ["CaseRefused", "case_id", "ignored_fields", "read_case", "read_line"]

_CASE: Final = (
    "id",
    "patient",
    "lesion",
    "history",
    "as_of",
    "open_lesions",
    "override",
    "description",
    "note",
    "expect",
)


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
    except ArithmeticError:
        raise CaseRefused("line: a number with an exponent beyond reason.") from None
    except (ValueError, RecursionError) as problem:
        raise CaseRefused(f"line: this is not valid JSON ({problem}).") from None


def case_id(data: object) -> str | None:
    """The id of a case that may be unreadable otherwise; None if it has none."""
    value = data.get("id") if isinstance(data, dict) else None
    if value is None or isinstance(value, (dict, list)):
        return None
    return str(value).encode("utf-8", "replace").decode()  # half of a surrogate pair is no text


def read_case(data: object) -> SurveillanceCase:
    """The facts of one case. Raises CaseRefused naming the field path, the value and what is
    allowed. Exams before birth or in the future are left to the protocol (R05)."""
    fields = read_object(data, "case", _CASE)
    if fields.get("as_of") is None:
        raise CaseRefused("as_of: missing; it must be a date as YYYY-MM-DD.")
    rows = read_list(fields.get("history"), "history")
    patient = read_patient(_required(fields, "patient"))
    lesion = read_lesion(_required(fields, "lesion"))
    _refuse_before_birth(patient, lesion)
    return SurveillanceCase(
        patient=patient,
        lesion=lesion,
        exams=tuple(read_exam(row, f"history[{index}]") for index, row in enumerate(rows)),
        as_of=read_date(fields["as_of"], "as_of"),
        open_lesions=read_count(fields.get("open_lesions"), "open_lesions"),
        override=optional(fields.get("override"), "override", _read_override),
        case_id=case_id(data) or "",
    )


def _refuse_before_birth(patient: PatientFacts, lesion: LesionFacts) -> None:
    """Exams apart, which R05 answers, nothing can have happened before the patient was born."""
    born = patient.birth_date
    dated: list[tuple[str, date | None]] = [
        ("patient.cardiac_failure_signs_on", patient.cardiac_failure_signs_on),
        ("lesion.status_on", lesion.status_on),
        *(("patient.afp.date", each.on) for each in patient.afp),
        *(("lesion.pathology.date", each.on) for each in lesion.pathology),
        *(("lesion.mdt_outcome.date", each.on) for each in lesion.mdt_decisions),
        *(("lesion.characterisation_waived.date", each.on) for each in lesion.waivers),
        *(("lesion.symptoms.date", each.on) for each in lesion.symptoms),
    ]
    for path, day in dated:
        if born is not None and day is not None and day < born:
            raise refuse(path, day.isoformat(), f"on or after the day of birth, {born.isoformat()}")


def ignored_fields(data: object) -> tuple[str, ...]:
    """Paths of the fields of a readable case that no rule reads, each once."""
    case = data if isinstance(data, dict) else {}
    parts: list[tuple[str, Any, tuple[str, ...]]] = [("", case, _CASE)]
    parts += [("patient.", case.get("patient"), PATIENT_FIELDS)]
    parts += [("lesion.", case.get("lesion"), LESION_FIELDS)]
    parts += [("history[].", row, EXAM_FIELDS) for row in case.get("history") or ()]
    found = (f"{path}{name}" for path, part, known in parts for name in part if name not in known)
    return tuple(dict.fromkeys(found))


def _read_override(value: object, path: str) -> OverrideFacts:
    """A clinician's override on record (A20)."""
    fields = read_object(value, path, ("date", "author", "reason", "expires_on"))
    return OverrideFacts(
        on=read_date(fields.get("date"), f"{path}.date"),
        author=read_words(fields.get("author"), f"{path}.author"),
        reason=read_words(fields.get("reason"), f"{path}.reason"),
        expires_on=optional(fields.get("expires_on"), f"{path}.expires_on", read_date),
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
