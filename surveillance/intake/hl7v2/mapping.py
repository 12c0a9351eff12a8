"""Where one sender puts what, and what its codes mean: the mapping of a feed.

A mapping is a JSON object. What it leaves out is as usual, so `{}` is a mapping. Lists replace the
usual ones; tables add to them and overrule them.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from django.utils.translation import gettext as _

from patients.kept_words import in_the_language_of_records
from surveillance.arrivals import AppointmentState, OrderState, ReportState
from surveillance.intake.hl7v2 import vocabulary
from surveillance.intake.hl7v2.finding_words import FINDING_CODES, finding_codes, finding_values
from surveillance.intake.hl7v2.mapping_keys import (
    KeyKind,
    character_set,
    one_of,
    places,
    table_of,
    table_of_words,
    time_zone,
    words,
)
from surveillance.intake.laboratory_values import LaboratoryUnit
from surveillance.protocol.laboratory import LaboratoryTest
from surveillance.protocol.terms import Modality, Sex

Places = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MappingKey:
    """One key of a mapping. `example` is JSON."""

    name: str
    kind: KeyKind
    meaning: str
    example: str


@dataclass(frozen=True, slots=True)
class MappingProblem:
    """What is wrong with the value of `key`, in a sentence."""

    key: str
    problem: str

    def __str__(self) -> str:
        return f"{self.key}: {self.problem}"


def _folded(table: Mapping[str, Any]) -> dict[str, Any]:
    return {word.casefold(): ours for word, ours in table.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedMapping:
    """A mapping with the usual places and words filled in. Words of tables are case-folded."""

    time_zone: str = ""
    character_set: str = ""
    processing_ids: Places = ("p",)
    mrn_authority: Places = ()
    mrn_types: Places = ("mr", "pi", "mrn", "hn")
    accession: Places = ("OBR-3", "ORC-3")
    order_number: Places = ("ORC-2", "OBR-2", "ORC-3")
    appointment: Places = ("SCH-2", "SCH-1")
    appointment_order: Places = ("SCH-26", "SCH-27", "ORC-2")
    performed_on: Places = ("OBR-7", "OBX-14")
    ordered_on: Places = ("ORC-9", "ORC-15", "MSH-7")
    starts_on: Places = ("SCH-11.4", "TQ1-7", "AIS-4", "AIG-8", "AIL-6")
    said_at: Places = ("MSH-7", "EVN-2", "OBR-22", "ORC-9")
    procedure: Places = ("OBR-4", "AIS-3")
    service: Places = ("OBR-24",)
    body_site: Places = ("OBR-15.4.2", "OBR-15.4.1", "OBR-15.4")
    reason: Places = ("OBR-31.2", "OBR-31", "OBR-13")
    appointment_reason: Places = ("SCH-6.2", "SCH-6", "SCH-7.2", "SCH-7")
    reporter: Places = ("OBR-32", "OBX-16")
    text_codes: Places = ()
    text_types: Places = ()
    document_accession: Places = ("TXA-15", "TXA-14", "OBR-3", "ORC-3")
    imaging_documents: Places = ("di", "rad", "18748-4")
    other_documents: Places = tuple(code.casefold() for code in vocabulary.OTHER_DOCUMENTS)
    not_imaging: Places = tuple(code.casefold() for code in vocabulary.NOT_IMAGING)
    services: dict[str, str] = field(default_factory=lambda: _folded(vocabulary.SERVICES))
    procedures: dict[str, Modality] = field(default_factory=dict)
    not_imaging_procedures: Places = ()
    mri_with_contrast: Modality | None = None
    body_sites: dict[str, str] = field(default_factory=lambda: _folded(vocabulary.BODY_SITES))
    headings: dict[str, str] = field(default_factory=lambda: _folded(vocabulary.HEADINGS))
    report_states: dict[str, ReportState] = field(
        default_factory=lambda: _folded(vocabulary.REPORT_STATES)
    )
    order_controls: dict[str, OrderState] = field(
        default_factory=lambda: _folded(vocabulary.ORDER_CONTROLS)
    )
    appointment_states: dict[str, AppointmentState] = field(
        default_factory=lambda: _folded(vocabulary.APPOINTMENT_STATES)
    )
    sexes: dict[str, Sex] = field(default_factory=lambda: _folded(vocabulary.SEXES))
    languages: dict[str, str] = field(default_factory=lambda: _folded(vocabulary.LANGUAGES))
    finding_codes: dict[str, str] = field(default_factory=lambda: _folded(FINDING_CODES))
    finding_values: dict[str, dict[str, str]] = field(default_factory=dict)
    laboratory_number: Places = ("OBR-3", "ORC-3", "OBR-2", "ORC-2")
    taken_on: Places = ("OBX-14", "OBR-7")
    laboratory_codes: dict[str, LaboratoryTest] = field(default_factory=dict)
    laboratory_units: dict[str, LaboratoryUnit] = field(default_factory=dict)


USUAL: Final = FeedMapping()

KEYS: Final = (
    MappingKey("time_zone", time_zone(), "Zone of time stamps without an offset. Left out: the "
               "zone of the site", '"Europe/Madrid"'),
    MappingKey("character_set", character_set(), "What the bytes are where MSH-18 is empty or "
               "names a set not known here. Left out: UTF-8, otherwise Latin-1", '"8859/1"'),
    MappingKey("processing_ids", words(), "Which messages are meant (MSH-11): P production. Name T "
               "(training) or D only where nobody is looked after", '["P", "T"]'),
    MappingKey("mrn_authority", words(), "Which number is the medical record number: the assigning "
               "authority (PID-3.4, first part). Others are passed over", '["GENHOSP"]'),
    MappingKey("mrn_types", words(), "The kinds of number (PID-3.5) that may be the medical record "
               "number, where no authority is named", '["MR", "PI"]'),
    MappingKey("accession", places(), "The accession number of a report: the first place that is "
               "filled", '["OBR-18"]'),
    MappingKey("order_number", places(), "The number of an order, in orders and reports alike",
               '["ORC-2", "OBR-2"]'),
    MappingKey("appointment", places(), "The scheduler's number of an appointment", '["SCH-1"]'),
    MappingKey("appointment_order", places(), "The order that an appointment is for",
               '["SCH-26"]'),
    MappingKey("performed_on", places(), "The day of the exam", '["OBR-7", "OBR-36"]'),
    MappingKey("ordered_on", places(), "The day of the order", '["ORC-15"]'),
    MappingKey("starts_on", places(), "The day of an appointment", '["AIS-4"]'),
    MappingKey("said_at", places(), "When it was said: of two messages about one thing the later "
               "stands. Unless named here, of reports OBR-22 goes first", '["OBR-22", "MSH-7"]'),
    MappingKey("procedure", places(), "The procedure: a field with code and text", '["OBR-44"]'),
    MappingKey("service", places(), "The department or machine", '["OBR-24"]'),
    MappingKey("body_site", places(), "The part of the body. Empty: words of the procedure",
               '["OBR-15.4.2"]'),
    MappingKey("reason", places(), "Why it was ordered", '["OBR-13"]'),
    MappingKey("appointment_reason", places(), "Why an appointment was made, moved or cancelled",
               '["SCH-7"]'),
    MappingKey("reporter", places(), "Who read the exam", '["OBR-32"]'),
    MappingKey("text_codes", words(), "Codes (OBX-3) of lines that are report text. Empty: all "
               "lines of the types below that are no finding", '["RPT", "IMP"]'),
    MappingKey("text_types", words(), "Types (OBX-2) of lines that are report text. Empty: "
               "all that hold words (no numbers, dates, names, files)",
               '["TX", "FT"]'),
    MappingKey("document_accession", places(), "The accession number of a report that comes as a "
               "document (MDM)", '["TXA-14"]'),
    MappingKey("imaging_documents", words(), "Kinds of documents (TXA-2) that are imaging reports, "
               "beside those whose words name a machine", '["DI", "RADREP"]'),
    MappingKey("other_documents", words(), "Kinds of documents (TXA-2) that are none and are "
               "passed over", '["DS", "CN", "NURSE"]'),
    MappingKey("not_imaging", words(), "Departments (service) whose results and orders are passed "
               "over", '["LAB", "EKG"]'),
    MappingKey("services", table_of(vocabulary.Machine), "OBR-24 (service), into machines",
               '{"KM": "MRI"}'),
    MappingKey("procedures", table_of(Modality, only=vocabulary.RECORDED), "Procedure codes (or "
               "whole texts) into modalities. These go before all words", '{"CTLIV3": '
               '"CT_MULTIPHASE"}'),
    MappingKey("not_imaging_procedures", words(), "Procedure codes (or whole texts) of orders, "
               "appointments and reports that are no imaging: they are passed over",
               '["CLINIC", "Flu vaccination"]'),
    MappingKey("mri_with_contrast", one_of((Modality.MRI_EXTRACELLULAR, Modality.MRI_HEPATOBILIARY)
               ), "What “MRI with contrast” means at this site, where the procedure names no agent."
               " Left out: the modality stays open", '"MRI_EXTRACELLULAR"'),
    MappingKey("body_sites", table_of_words(), "Words of body site or procedure into words that "
               "name the part", '{"HEP": "liver"}'),
    MappingKey("headings", table_of_words(), "Codes or suffixes of OBX-3 into headings of the text",
               '{"CONCL": "IMPRESSION"}'),
    MappingKey("report_states", table_of(ReportState), "OBR-25", '{"ADD": "CORRECTED"}'),
    MappingKey("order_controls", table_of(OrderState), "ORC-1", '{"ZC": "CANCELLED"}'),
    MappingKey("appointment_states", table_of(AppointmentState), "SCH-25",
               '{"ATT": "FULFILLED"}'),
    MappingKey("sexes", table_of(Sex), "PID-8", '{"V": "MALE"}'),
    MappingKey("languages", table_of_words(), "PID-15, into BCP 47", '{"CAS": "es"}'),
    MappingKey("finding_codes", finding_codes(), "Codes (OBX-3) of coded findings, into what they "
               "say. Lines with one sub-id (OBX-4) are one lesion", '{"LSIZE": "size_mm"}'),
    MappingKey("finding_values", finding_values(), "The sender's words for values of findings",
               '{"conclusion": {"HEM": "HEMANGIOMA_TYPICAL"}}'),
    MappingKey("laboratory_number", places(), "The laboratory’s number of a group of results",
               '["OBR-3"]'),
    MappingKey("taken_on", places(), "The day of the sample", '["SPM-17", "OBR-7"]'),
    MappingKey("laboratory_codes", table_of(LaboratoryTest), "Codes (OBX-3) of laboratory results "
               "that are used, beside their LOINC codes", '{"AFPS": "AFP"}'),
    MappingKey("laboratory_units", table_of(LaboratoryUnit), "OBX-6 of laboratory results, beside "
               "the usual spellings", '{"ng/ml serum": "ng/mL"}'),
)  # fmt: skip
_KEYS: Final = {key.name: key for key in KEYS}


def validate_mapping(mapping: object) -> list[MappingProblem]:
    """Everything that is wrong with a mapping; empty: it can be used."""
    if not isinstance(mapping, Mapping):
        return [MappingProblem("", _("must be a JSON object"))]
    return [problem for name, value in mapping.items() for problem in _faults(name, value)]


def feed_mapping(mapping: object) -> tuple[FeedMapping, MappingProblem | None]:
    """The mapping with the usual filled in, and the first thing that is wrong with it. A key with
    a fault is as usual; nothing should be taken in by such a mapping."""
    if isinstance(mapping, FeedMapping):
        return mapping, None
    if not isinstance(mapping, Mapping):
        return USUAL, validate_mapping(mapping)[0]
    return _filled(json.dumps(dict(mapping), sort_keys=True)) if mapping else (USUAL, None)


@lru_cache(maxsize=64)
def _filled(mapping: str) -> tuple[FeedMapping, MappingProblem | None]:
    given = json.loads(mapping)
    with in_the_language_of_records():
        faults = validate_mapping(given)
    faulty = {fault.key for fault in faults}
    read = {
        name: _KEYS[name].kind.read(value, getattr(USUAL, name))
        for name, value in given.items()
        if name in _KEYS and name not in faulty
    }
    return FeedMapping(**read), faults[0] if faults else None


def _faults(name: object, value: Any) -> list[MappingProblem]:
    if not isinstance(name, str) or name not in _KEYS:
        told = _("is no key of a mapping. There are: {known}").format(known=", ".join(_KEYS))
        return [MappingProblem(str(name)[:40], told)]
    return [MappingProblem(name, fault) for fault in _KEYS[name].kind.check(value)]
