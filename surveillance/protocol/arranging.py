"""Which order or appointment another system tells of can serve the imaging that is owed (8.2).

It decides about no care: an arrangement silences a chase, and only an adequate exam ends what is
owed (`fulfilment`). So the test is coarse: liver or abdomen, and an imaging method that could be
enough. What cannot be told from the sender's words is left to a person.
"""

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from surveillance.protocol.imaging_needs import CONTRAST_KINDS
from surveillance.protocol.liver_words import names_liver_or_abdomen
from surveillance.protocol.terms import Modality, RecommendationKind

_ELSEWHERE: Final = re.compile(
    r"head|brain|skull|neck|chest|thora|lung|breast|mammo|heart|cardiac|coronary|spine|lumbar"
    r"|cervical|pelvi|hip\b|knee|ankle|foot|wrist|hand\b|shoulder|elbow|femur|thyroid|prostat"
    r"|renal|kidney|sinus|orbit|carotid|obstet|fetal|testi|scrot|uter|ovar|bone",
    re.IGNORECASE,
)
_CONTRAST: Final = frozenset(
    {
        Modality.MRI_CONTRAST,
        Modality.MRI_EXTRACELLULAR,
        Modality.MRI_HEPATOBILIARY,
        Modality.CT_MULTIPHASE,
        Modality.CEUS,
    }
)
_NEVER: Final = frozenset({Modality.XR, Modality.PET_CT})


class Answer(StrEnum):
    """Whether it serves; UNCLEAR: the sender's words do not tell."""

    YES = "YES"
    NO = "NO"
    UNCLEAR = "UNCLEAR"


def is_of_the_liver(words: Iterable[str]) -> Answer:
    """Do procedure and body site, in the sender's words, name liver or abdomen?"""
    said = " ".join(words)
    if names_liver_or_abdomen(said):
        return Answer.YES
    return Answer.NO if _ELSEWHERE.search(said) else Answer.UNCLEAR


def may_serve(
    words: Iterable[str], modality: Modality | None, recommendation: RecommendationKind
) -> Answer:
    """Can an exam of this region and modality settle imaging of that kind (8.2)?

    Where contrast is needed, an exam without it does not; X-ray and PET-CT never do.
    """
    region = is_of_the_liver(words)
    if region is Answer.NO or modality in _NEVER:
        return Answer.NO
    if modality is None or region is Answer.UNCLEAR:
        return Answer.UNCLEAR
    needs_contrast = recommendation in CONTRAST_KINDS
    return Answer.NO if needs_contrast and modality not in _CONTRAST else Answer.YES
