"""The written form of a patient becomes facts."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from surveillance.protocol.facts import (
    LIVER_FACTS,
    NORMAL_LIVER_FACTS,
    AfpResult,
    PatientFacts,
    Provenance,
)
from surveillance.protocol.json_values import (
    one_or_many,
    optional,
    read_afp_value,
    read_date,
    read_dated_tri,
    read_flag,
    read_list,
    read_number,
    read_object,
    read_text,
    read_tri,
    read_word,
    refuse,
    said_word,
)
from surveillance.protocol.parameters import LOW_EGFR_BELOW
from surveillance.protocol.terms import (
    Contraindication,
    PatientStatus,
    Sex,
    Tri,
)

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
    "provenance",
)
_EXTRAS: Final = ("description", "note", "id", "mrn", "pregnancy_expected_end")
_EGFR: Final = ("egfr", "eGFR")
PATIENT_FIELDS: Final = (*_PATIENT, *_EGFR, *_EXTRAS)
"""Information: accepted, and it changes nothing."""


def read_patient(value: object) -> PatientFacts:
    path = "patient"
    fields = read_object(value, path, PATIENT_FIELDS)
    tri_names = (
        *LIVER_FACTS,
        *NORMAL_LIVER_FACTS,
        "extrahepatic_malignancy",
        "torch_evaluated",
    )
    tris: dict[str, Any] = {
        name: read_tri(fields.get(name), f"{path}.{name}") for name in tri_names
    }
    signs, signs_on = _read_heart_failure(fields)
    pregnant, _ = read_dated_tri(
        fields.get("pregnant"), "patient.pregnant", ("expected_end", "note")
    )
    return PatientFacts(
        birth_date=optional(fields.get("birth_date"), f"{path}.birth_date", read_date),
        sex=said_word(fields, path, "sex", Sex) or Sex.UNKNOWN,
        status=said_word(fields, path, "status", PatientStatus) or PatientStatus.ACTIVE,
        contraindications=_read_contraindications(fields),
        afp=tuple(
            _read_afp(item, where) for where, item in one_or_many(fields.get("afp"), "patient.afp")
        ),
        provenance=_read_provenance(fields.get("provenance")),
        pregnant=pregnant,
        cardiac_failure_signs=signs,
        cardiac_failure_signs_on=signs_on,
        **tris,
    )


def _read_heart_failure(fields: Mapping[str, object]) -> tuple[Tri, date | None]:
    """The signs and the day they began, which is written in one of two places."""
    name = "cardiac_failure_signs"
    signs, began_on = read_dated_tri(fields.get(name), f"patient.{name}", ("note",))
    other = optional(fields.get(f"{name}_on"), f"patient.{name}_on", read_date)
    return signs, began_on or other


def _read_provenance(value: object) -> dict[str, Provenance]:
    """Where the facts come from, by field; for the reasons, never for the decision."""
    path = "patient.provenance"
    told = read_object({} if value is None else value, path, _PATIENT)
    found = {}
    for name, item in told.items():
        where = f"{path}.{name}"
        fields = read_object(item, where, ("source", "recorded_on", "recorded_by"))
        found[name] = Provenance(
            source=read_text(fields.get("source"), f"{where}.source"),
            recorded_on=optional(fields.get("recorded_on"), f"{where}.recorded_on", read_date),
            recorded_by=read_text(fields.get("recorded_by"), f"{where}.recorded_by"),
        )
    return found


def _read_contraindications(fields: Mapping[str, object]) -> frozenset[Contraindication]:
    """Those named, and a low eGFR (mL/min/1.73 m²) whether or not somebody named it."""
    path = "patient.contraindications"
    named = frozenset(
        read_word(item, f"{path}[{index}]", Contraindication, {})
        for index, item in enumerate(read_list(fields.get("contraindications"), path))
    )
    measured = [optional(fields.get(name), f"patient.{name}", _read_egfr) for name in _EGFR]
    is_low = any(egfr is not None and egfr < LOW_EGFR_BELOW.value for egfr in measured)
    return named | {Contraindication.EGFR_LT_30} if is_low else named


def _read_egfr(value: object, path: str) -> Decimal:
    egfr = read_number(value, path)
    if egfr < 0:
        raise refuse(path, value, "a number of mL/min/1.73 m², 0 or more")
    return egfr


def _read_said(value: object, path: str) -> bool:
    return read_flag(value, path, False)


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
        elevated_for_age=optional(
            fields.get("elevated_for_age"), f"{path}.elevated_for_age", _read_said
        ),
    )
