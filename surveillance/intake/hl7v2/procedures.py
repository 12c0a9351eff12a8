"""Which imaging it is: the modality, and the part of the body, from codes and words."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from surveillance.intake.hl7v2 import vocabulary as usual
from surveillance.intake.hl7v2.grouping import Scope
from surveillance.intake.hl7v2.mapping import FeedMapping
from surveillance.intake.hl7v2.problems import tidy
from surveillance.intake.hl7v2.said import words_at
from surveillance.intake.hl7v2.splitting import place_of
from surveillance.protocol.terms import Modality

WORDS_OF_A_CODED_FIELD: Final = (2, 5, 1)
CODES_OF_A_CODED_FIELD: Final = (1, 4, 2, 5)
BEGINNING: Final = 4
"""Letters from which a word of `body_sites` also stands for longer words that begin so."""


@dataclass(frozen=True, slots=True)
class Procedure:
    """The sender's words; `modality` is None where they name none of ours."""

    words: str
    modality: Modality | None
    body_site: str


def procedure_of(scope: Scope, mapping: FeedMapping) -> Procedure:
    """What was or is to be done, by the procedure, the department and the body site."""
    codes, words = _coded(scope, mapping)
    return Procedure(words, _modality(codes, words, scope, mapping), _site(words, scope, mapping))


def is_imaging(scope: Scope, mapping: FeedMapping) -> bool:
    """Whether it may be imaging: a laboratory's results are passed over. What the mapping knows as
    a procedure or machine, or the procedure's words name as one, goes before the department."""
    service = scope.value(mapping.service).casefold()
    is_other = usual.NOT_IMAGING_BY_WORDS.get(service)
    if service not in mapping.not_imaging and is_other is None:
        return True
    codes, words = _coded(scope, mapping)
    is_own = service in mapping.services and service.upper() not in usual.SERVICES
    if is_own or any(code.casefold() in mapping.procedures for code in codes):
        return True
    if names_a_machine(words):
        return True
    return service not in mapping.not_imaging and not (is_other and is_other.search(words))


def names_a_machine(words: str) -> bool:
    """Whether words for people name what makes pictures, and no test of a laboratory."""
    if usual.OF_A_LABORATORY.search(words) or usual.NOT_A_LOOK.search(words):
        return False
    return any(pattern.search(words) for pattern, _machine in usual.SERVICE_WORDS)


def _coded(scope: Scope, mapping: FeedMapping) -> tuple[list[str], str]:
    """The codes and texts of the procedure, and the words for people."""
    for text in mapping.procedure:
        name, field, *_ = place_of(text)
        segment = scope.first.get(name)
        if segment and segment.raw(field):
            codes = [tidy(segment.words(field, part)) for part in CODES_OF_A_CODED_FIELD]
            words = [tidy(segment.words(field, part)) for part in WORDS_OF_A_CODED_FIELD]
            return codes, next((one for one in words if one), "")[:400]
    return [], ""


def _modality(codes: list[str], words: str, scope: Scope, mapping: FeedMapping) -> Modality | None:
    for code in codes:
        if known := mapping.procedures.get(code.casefold()):
            return known
    if usual.NOT_A_LOOK.search(words):
        return None
    machine = _machine(words, scope.value(mapping.service), mapping)
    if machine == "CT":
        return _ct(words)
    if machine == "MRI":
        return _mri(words) or (mapping.mri_with_contrast if _has_contrast(words) else None)
    if machine == "US" and _is_contrast_ultrasound(words):
        return Modality.CEUS
    return Modality(machine) if machine in usual.RECORDED else None


def _machine(words: str, service: str, mapping: FeedMapping) -> str:
    """CT, MRI, or one of our modalities; empty if unknown. The procedure's own words go first: a
    department may own several machines."""
    for pattern, machine in usual.SERVICE_WORDS:
        if pattern.search(words):
            return machine
    return mapping.services.get(service.casefold(), "")


def _ct(words: str) -> Modality | None:
    if usual.MULTIPHASE.search(words):
        return Modality.CT_MULTIPHASE
    if usual.BOTH_CONTRAST.search(words):
        return Modality.CT_SINGLE_PHASE
    if usual.WITHOUT_CONTRAST.search(words):
        return Modality.CT_NONCONTRAST
    return Modality.CT_SINGLE_PHASE if usual.WITH_CONTRAST.search(words) else None


def _mri(words: str) -> Modality | None:
    if usual.WITHOUT_CONTRAST.search(words) and not usual.BOTH_CONTRAST.search(words):
        return Modality.MRI_NONCONTRAST
    if usual.HEPATOBILIARY.search(words):
        return Modality.MRI_HEPATOBILIARY
    return Modality.MRI_EXTRACELLULAR if usual.EXTRACELLULAR.search(words) else None


def _has_contrast(words: str) -> bool:
    return bool(usual.WITH_CONTRAST.search(words) or usual.BOTH_CONTRAST.search(words))


def _is_contrast_ultrasound(words: str) -> bool:
    return bool(usual.WITH_CONTRAST.search(words)) and not usual.WITHOUT_CONTRAST.search(words)


def _site(words: str, scope: Scope, mapping: FeedMapping) -> str:
    """The body site that is sent, in our word for it; otherwise those that the procedure names."""
    sent = words_at(scope, mapping.body_site)
    if sent:
        return mapping.body_sites.get(sent.casefold(), sent)
    named = (ours for word, ours in mapping.body_sites.items() if _word(word).search(words))
    return ", ".join(dict.fromkeys(named))


def is_ours(scope: Scope, mapping: FeedMapping) -> bool:
    """Whether it may be imaging, and no code or text of the procedure is one that the mapping
    calls something else (`not_imaging_procedures`; what `procedures` knows stays)."""
    codes, _words = _coded(scope, mapping)
    said = {code.casefold() for code in codes if code}
    is_other = bool(said & set(mapping.not_imaging_procedures)) and not said & set(
        mapping.procedures
    )
    return is_imaging(scope, mapping) and not is_other


@lru_cache(maxsize=4096)
def _word(word: str) -> re.Pattern[str]:
    end = "" if len(word) >= BEGINNING else r"(?!\w)"
    return re.compile(rf"(?<!\w){re.escape(word)}{end}", re.IGNORECASE)
