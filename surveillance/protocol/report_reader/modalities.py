"""Which exam a recommendation asks for."""

import re
from collections.abc import Iterator

from surveillance.protocol.terms import Modality

_EXAM = re.compile(
    r"\b(?P<ceus>ceus|contrast(?:[- ]enhanced)? ultrasound)\b"
    r"|\b(?P<us>ultrasound|ultrasonograph\w*|sonogra\w+|us)\b(?!\s?-\s?[1-3])(?![- ]guid)"
    r"|\b(?P<pet>pet\s?[-/]?\s?ct|fdg pet|pet)\b"
    r"|\b(?P<mri>mri|mrcp|mr (?:liver|imaging|abdomen)|magnetic resonance)\b"
    r"|\b(?P<ct>ct|ldct|computed tomography)\b(?![- ]guid)"
    r"|\b(?P<xr>radiographs?|x-?rays?|plain film)\b"
)
_PLAIN = re.compile(
    r"\bnon-?\s?contrast|\bunenhanced|\bwithout (?:iv |intravenous )?(?:contrast|gadolinium)"
)
_BOTH = re.compile(r"\bwith\s?(?:and|/|&)\s?without|\bwithout (?:and|&) with")
_HEPATOBILIARY = re.compile(
    r"\bgadoxet\w+|\beovist|\bprimovist|\bhepatobiliary (?:agent|contrast)|\bhepatocyte"
)
_EXTRACELLULAR = re.compile(r"\bextracellular")
_SINGLE = re.compile(r"\bsingle[- ]phase|\bportal venous phase")


def modalities_in(words: str) -> Iterator[tuple[Modality, int, int]]:
    """The exams named, in order, as a study of the liver; with their places."""
    for match in _EXAM.finditer(words):
        around = words[max(0, match.start() - 45) : match.end() + 60]
        yield _modality(match.lastgroup or "", around), match.start(), match.end()


def _modality(name: str, around: str) -> Modality:
    is_plain = bool(_PLAIN.search(around)) and not _BOTH.search(around)
    if name == "mri":
        if _HEPATOBILIARY.search(around):
            return Modality.MRI_HEPATOBILIARY
        if _EXTRACELLULAR.search(around):
            return Modality.MRI_EXTRACELLULAR
        return Modality.MRI_NONCONTRAST if is_plain else Modality.MRI_CONTRAST
    if name == "ct":
        if is_plain:
            return Modality.CT_NONCONTRAST
        return Modality.CT_SINGLE_PHASE if _SINGLE.search(around) else Modality.CT_MULTIPHASE
    return {"ceus": Modality.CEUS, "us": Modality.US, "pet": Modality.PET_CT, "xr": Modality.XR}[
        name
    ]
