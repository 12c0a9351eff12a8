"""Which order or appointment another system tells of can serve the imaging that is owed (8.2).

It decides about no care: an arrangement silences a chase, and only an adequate exam ends what is
owed (`fulfilment`). What could not end it may not silence the chase either: liver or abdomen, by a
modality whose report could settle it. What cannot be told from the sender's words is left to a
person.
"""

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from surveillance.protocol.facts import SurveillanceCase
from surveillance.protocol.fulfilment import could_settle
from surveillance.protocol.imaging_needs import CONTRAST_KINDS
from surveillance.protocol.incoming import OwedImaging
from surveillance.protocol.liver_words import names_liver_or_abdomen
from surveillance.protocol.other_services import is_another_service
from surveillance.protocol.terms import Modality

_ELSEWHERE: Final = re.compile(
    r"head|brain|skull|neck|chest|thora|lung|breast|mammo|heart|cardiac|coronary|spine|lumbar"
    r"|cervical|pelvi|hip\b|knee|ankle|foot|wrist|hand\b|shoulder|elbow|femur|thyroid|prostat"
    r"|renal|kidney|sinus|orbit|carotid|obstet|fetal|testi|scrot|uter|ovar|bone",
    re.IGNORECASE,
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
    words: Iterable[str],
    modality: Modality | None,
    owed: OwedImaging,
    *,
    case: SurveillanceCase,
    advised: Modality | None = None,
) -> Answer:
    """Can an exam of this region and modality settle the imaging that is owed (8.2)?

    NO where no report of it could: where contrast is needed, an exam without it does not; what the
    lesion's size asks for counts as well (3.5). A series also takes what is advised. X-ray and
    PET-CT never do, and what is no imaging at all does not.
    """
    said = tuple(words)
    if modality is None and is_another_service(" ".join(said)):
        return Answer.NO
    region = is_of_the_liver(said)
    if region is Answer.NO or modality in _NEVER:
        return Answer.NO
    if modality is None or region is Answer.UNCLEAR:
        return Answer.UNCLEAR
    return Answer.YES if is_enough(modality, owed, case=case, advised=advised) else Answer.NO


def is_enough(
    modality: Modality,
    owed: OwedImaging,
    *,
    case: SurveillanceCase,
    advised: Modality | None = None,
) -> bool:
    """Whether an exam of the liver by this modality could settle it, or is what is advised."""
    if owed.recommendation not in CONTRAST_KINDS and modality is advised:
        return True
    return could_settle(modality, case, owed.recommendation, owed.window)
