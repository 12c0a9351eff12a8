"""Where one system puts what, and what its codes mean here (`IntakeFeed.mapping`)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from surveillance.intake.fhir.elements import Code
from surveillance.intake.laboratory_values import LaboratoryUnit
from surveillance.protocol.facts import LIVER_FACTS, NORMAL_LIVER_FACTS
from surveillance.protocol.laboratory import LaboratoryTest
from surveillance.protocol.terms import Modality

RISK_FACTS = frozenset(
    {*LIVER_FACTS, *NORMAL_LIVER_FACTS, "extrahepatic_malignancy", "pregnant",
     "torch_evaluated", "cardiac_failure_signs"}
)  # fmt: skip
FINDING_FIELDS = frozenset(
    {"label", "segments", "lesion_seen", "size_mm", "calcified_mm", "aphe", "washout", "capsule",
     "lirads", "conclusion", "kind", "isolation", "pattern", "vis"}
)  # fmt: skip


T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)


class FaultyMapping(ValueError):
    """A feed's mapping that cannot be used; the message says where and how to mend it."""


@dataclass(frozen=True, slots=True)
class Procedure:
    """What a procedure code means: a modality of ours, a part of the body."""

    modality: Modality | None = None
    body_site: str = ""


@dataclass(frozen=True, slots=True)
class FhirMapping:
    """Empty: HL7's usual types (MR, ACSN, PLAC) and the codes of `codes.py`.

    Keys of the code maps are `system|code`, or the code alone for every system. `zone` is the
    site's: a moment of a message belongs to the day it was there.
    """

    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    mrn_systems: tuple[str, ...] = ()
    accession_systems: tuple[str, ...] = ()
    order_systems: tuple[str, ...] = ()
    appointment_systems: tuple[str, ...] = ()
    modalities: Mapping[str, Modality] = field(default_factory=dict)
    procedures: Mapping[str, Procedure] = field(default_factory=dict)
    not_imaging_procedures: tuple[str, ...] = ()
    """Codes (`system|code`, or the code alone) of what is none of ours."""
    conditions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    findings: Mapping[str, str] = field(default_factory=dict)
    laboratory: Mapping[str, LaboratoryTest] = field(default_factory=dict)
    laboratory_units: Mapping[str, LaboratoryUnit] = field(default_factory=dict)
    outside: bool = False
    """This system sends exams that were made elsewhere."""


def read_mapping(content: Mapping[str, Any], zone: str) -> FhirMapping:
    """The feed's mapping. Raises FaultyMapping for what it does not know or cannot use."""
    known = {one.name for one in fields(FhirMapping)} - {"zone"}
    if unknown := set(content) - known:
        named = ", ".join(sorted(unknown))
        raise FaultyMapping(f"“{named}”: not known. Use: {', '.join(sorted(known))}.")
    read: dict[str, Any] = {name: _READERS[name](name, value) for name, value in content.items()}
    return FhirMapping(zone=ZoneInfo(zone), **read)


def look_up(code: Code, *maps: Mapping[str, T]) -> T | None:
    """What the first of `maps` that knows the code says."""
    for each in maps:
        for key in (f"{code.system}|{code.code}", code.code):
            if code.code and key in each:
                return each[key]
    return None


def _names(name: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) and one for one in value):
        listed = "codes, such as [“urn:his|CLINIC”]"
        if name.endswith("_systems"):
            listed = "identifier systems, such as [“urn:oid:1.2.3”]"
        raise FaultyMapping(f"{name}: a list of {listed}.")
    return tuple(value)


def _flag(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise FaultyMapping(f"{name}: true or false.")
    return value


def _pairs(name: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise FaultyMapping(f"{name}: an object from “system|code” to what it means here.")
    return value


def _modality(name: str, value: Any) -> Modality:
    if value not in list(Modality) or value == Modality.MRI_CONTRAST:
        allowed = ", ".join(one for one in Modality if one != Modality.MRI_CONTRAST)
        raise FaultyMapping(f"{name}: not a modality. Use one of: {allowed}.")
    return Modality(value)


def _modalities(name: str, value: Any) -> dict[str, Modality]:
    return {key: _modality(f"{name}.{key}", one) for key, one in _pairs(name, value).items()}


def _procedures(name: str, value: Any) -> dict[str, Procedure]:
    return {key: _procedure(f"{name}.{key}", one) for key, one in _pairs(name, value).items()}


def _procedure(name: str, value: Any) -> Procedure:
    if not isinstance(value, dict) or set(value) - {"modality", "body_site"}:
        raise FaultyMapping(f"{name}: an object with modality, body_site or both.")
    modality = value.get("modality")
    return Procedure(
        modality=None if modality is None else _modality(name, modality),
        body_site=str(value.get("body_site", "")),
    )


def _conditions(name: str, value: Any) -> dict[str, tuple[str, ...]]:
    return {key: _facts(f"{name}.{key}", one) for key, one in _pairs(name, value).items()}


def _facts(name: str, value: Any) -> tuple[str, ...]:
    found = tuple(value) if isinstance(value, list) else (value,)
    if not all(isinstance(one, str) and one in RISK_FACTS for one in found):
        raise FaultyMapping(f"{name}: a risk fact or a list: {', '.join(sorted(RISK_FACTS))}.")
    return found


def _findings(name: str, value: Any) -> dict[str, str]:
    pairs = _pairs(name, value)
    for key, one in pairs.items():
        if not isinstance(one, str) or one not in FINDING_FIELDS:
            allowed = ", ".join(sorted(FINDING_FIELDS))
            raise FaultyMapping(f"{name}.{key}: what a finding says. Use one of: {allowed}.")
    return pairs


def _tests(name: str, value: Any) -> dict[str, LaboratoryTest]:
    return {
        key: _one_of(LaboratoryTest, f"{name}.{key}", one)
        for key, one in _pairs(name, value).items()
    }


def _units(name: str, value: Any) -> dict[str, LaboratoryUnit]:
    pairs = _pairs(name, value).items()
    return {key.casefold(): _one_of(LaboratoryUnit, f"{name}.{key}", one) for key, one in pairs}


def _one_of(terms: type[E], name: str, value: Any) -> E:
    if value not in list(terms):
        raise FaultyMapping(f"{name}: use one of: {', '.join(terms)}.")
    return terms(value)


_READERS = {
    "mrn_systems": _names,
    "accession_systems": _names,
    "order_systems": _names,
    "appointment_systems": _names,
    "modalities": _modalities,
    "procedures": _procedures,
    "not_imaging_procedures": _names,
    "conditions": _conditions,
    "findings": _findings,
    "laboratory": _tests,
    "laboratory_units": _units,
    "outside": _flag,
}
