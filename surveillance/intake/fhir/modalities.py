"""Which of our modalities an exam was, from codes, DICOM modalities and the procedure's words.

CT and MR are one modality for DICOM and three or four for the protocol: contrast and phases are
what makes an exam answer a question. Where neither a code nor the words say it, the answer is
None: a person is asked, or the report's text tells.
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from surveillance.intake.fhir.codes import MODALITIES, PROCEDURES
from surveillance.intake.fhir.elements import Code
from surveillance.intake.fhir.mapping import FhirMapping, Procedure, look_up
from surveillance.protocol.terms import Modality

BOTH = re.compile(
    r"\bw(?:ith)?\s*(?:/|and|&|\+)?\s*(?:wo|w/o|without)\b|\b(?:wo|w/o)\s*(?:\+|and|&)\s*w\b"
)
WITHOUT = re.compile(r"\b(?:wo|w/o|without|non[- ]?contrast|unenhanced|native)\b")
WITH = re.compile(
    r"\b(?:w|with|post|iv)\b[^.]{0,24}\bcontrast\b|\bcontrast[- ]enhanced\b|\bw/ |\benhanced\b"
)
PHASES = re.compile(
    r"multi-?\s?phas|tri-?\s?phas|triple[- ]phase|(?:three|four|3|4)[- ]phase|dynamic|"
    r"arterial.{0,40}(?:venous|portal|delayed)"
)
HEPATOBILIARY = re.compile(r"gadoxet|eovist|primovist|hepatobiliary|multihance|gadobenate")
ULTRASOUND = re.compile(r"\bultraso|\bsonogr|\bus\b")
CEUS = re.compile(r"\bceus\b|contrast[- ]enhanced ultraso|ultraso\w+[^.]{0,20}\bcontrast\b")
CT = re.compile(r"\bct\b|computed tomograph|\bcat scan")
MR = re.compile(r"\bmri?\b|magnetic resonance|\bmrcp\b")
PET = re.compile(r"\bpet\b|positron")
PLAIN = re.compile(r"\bx-?ray\b|\bradiograph|\bxr\b|\bkub\b")


class Exam(NamedTuple):
    """What is known of the kind of an exam."""

    modality: Modality | None
    body_site: str


def exam_of(
    mapping: FhirMapping, procedures: Iterable[Code], dicom: Iterable[str], words: str
) -> Exam:
    """From procedure codes first, then the feed's own words for DICOM modalities, then words."""
    known = [found for code in procedures if (found := _procedure(mapping, code))]
    told = next((one.modality for one in known if one.modality), None)
    site = next((one.body_site for one in known if one.body_site), "")
    made = tuple(dicom)
    return Exam(_closer(told, words) or _by_device(mapping, made) or in_words(words, made), site)


def is_known(mapping: FhirMapping, procedures: Iterable[Code]) -> bool:
    """Whether a code is known to be of an imaging procedure."""
    return any(_procedure(mapping, code) for code in procedures)


def is_none_of_ours(mapping: FhirMapping, procedures: Iterable[Code]) -> bool:
    """Whether the feed's mapping calls one of the codes no imaging, and none of them imaging."""
    told = list(procedures)
    names = {name for code in told for name in (f"{code.system}|{code.code}", code.code)}
    is_other = bool(names & set(mapping.not_imaging_procedures))
    return is_other and not is_known(mapping, told)


def _procedure(mapping: FhirMapping, code: Code) -> Procedure | None:
    if found := look_up(code, mapping.procedures):
        return found
    usual = PROCEDURES.get(f"{code.system}|{code.code}")
    return Procedure(*usual) if usual else None


def _closer(modality: Modality | None, words: str) -> Modality | None:
    """The code says contrast; the words may say more: the phases, the agent."""
    said = words.lower()
    if modality == Modality.CT_SINGLE_PHASE and PHASES.search(said):
        return Modality.CT_MULTIPHASE
    if modality == Modality.MRI_EXTRACELLULAR and HEPATOBILIARY.search(said):
        return Modality.MRI_HEPATOBILIARY
    return modality


def _by_device(mapping: FhirMapping, dicom: tuple[str, ...]) -> Modality | None:
    return next((mapping.modalities[one] for one in dicom if one in mapping.modalities), None)


def in_words(words: str, dicom: tuple[str, ...] = ()) -> Modality | None:
    """What the words say, helped by the DICOM modality; None where contrast is left open."""
    said = words.lower()
    if PET.search(said) or "PT" in dicom:
        return Modality.PET_CT
    if MR.search(said) or "MR" in dicom:
        return _mr(said)
    if CT.search(said) or "CT" in dicom:
        return _ct(said)
    if CEUS.search(said):
        return Modality.CEUS
    if ULTRASOUND.search(said):
        return Modality.US
    if PLAIN.search(said):
        return Modality.XR
    return next((MODALITIES[one] for one in dicom if one in MODALITIES), None)


def _ct(said: str) -> Modality | None:
    if PHASES.search(said):
        return Modality.CT_MULTIPHASE
    if BOTH.search(said):
        return Modality.CT_SINGLE_PHASE
    if WITHOUT.search(said):
        return Modality.CT_NONCONTRAST
    return Modality.CT_SINGLE_PHASE if WITH.search(said) else None


def _mr(said: str) -> Modality | None:
    if HEPATOBILIARY.search(said):
        return Modality.MRI_HEPATOBILIARY
    if BOTH.search(said) or PHASES.search(said):
        return Modality.MRI_EXTRACELLULAR
    if WITHOUT.search(said):
        return Modality.MRI_NONCONTRAST
    return Modality.MRI_EXTRACELLULAR if WITH.search(said) else None
