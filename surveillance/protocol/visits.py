"""Which follow-up purposes an exam serves (3.5 last bullet, 8.2, 8.3).

An exam is judged by what was known when it was done: the size before that day decides which
modality was allowed.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from surveillance.protocol.background import Background
from surveillance.protocol.characterisation import (
    CONTRAST_MRI,
    DYNAMIC,
    characterises_fully,
    is_categorised,
    voices_suspicion,
)
from surveillance.protocol.sizes import is_small
from surveillance.protocol.studies import INFORMATION, Study
from surveillance.protocol.terms import Modality

_LOW_RISK: Final = frozenset(
    {
        Modality.US,
        Modality.CEUS,
        Modality.CT_NONCONTRAST,
        Modality.CT_SINGLE_PHASE,
        Modality.CT_MULTIPHASE,
        Modality.MRI_NONCONTRAST,
    }
)
_STRICT_SMALL: Final = frozenset({Modality.US, Modality.CEUS})
_STRICT_LARGE: Final = frozenset({Modality.CEUS})
_WITHOUT_CHARACTERISATION: Final = frozenset({Modality.US, Modality.CEUS, Modality.MRI_NONCONTRAST})
_OF_THE_LIVER: Final = DYNAMIC | {Modality.US, Modality.CEUS}


@dataclass(frozen=True, slots=True)
class Visit:
    """One study as a follow-up. Each flag says that it serves that purpose:

    `follow_up` a series or single check of this lesion; `watched` the same while the lesion cannot
    be characterised or is a hydatid cyst; `routine` six-monthly surveillance of the liver;
    `child` a child's serial ultrasound; `characterises` and `confirms` a contrast study that was
    owed; `contrast_mri` such a study by MRI. `attempt` is False for PET-CT and radiographs.
    """

    on: date
    follow_up: bool = False
    watched: bool = False
    routine: bool = False
    child: bool = False
    characterises: bool = False
    confirms: bool = False
    contrast_mri: bool = False
    attempt: bool = True
    adequate: bool = False


def visit_of(
    study: Study,
    background: Background,
    *,
    size_before: Decimal | None,
    confirms: bool,
) -> Visit:
    """What `study` counts for. `size_before` is in millimetres; `confirms` tells that a
    single-phase CT confirms isolation."""
    attempt = study.modality not in INFORMATION
    if not study.adequate or not is_categorised(study):
        return Visit(study.on, attempt=attempt)
    if voices_suspicion(study, background):
        return Visit(study.on, attempt=attempt, adequate=True)
    characterises = characterises_fully(study, background)
    by_contrast = _counts_by_contrast(study, characterises)
    shown = study.lesion_seen and study.size_mm is not None
    allowed = allowed_modalities(background, size_before)
    return Visit(
        on=study.on,
        follow_up=by_contrast or (shown and study.modality in allowed),
        watched=by_contrast or (shown and study.modality in _WITHOUT_CHARACTERISATION),
        routine=study.whole_liver and study.modality in _OF_THE_LIVER,
        child=study.modality not in INFORMATION and (shown or by_contrast),
        characterises=characterises,
        confirms=characterises or confirms,
        contrast_mri=characterises and study.modality in CONTRAST_MRI,
        attempt=attempt,
        adequate=True,
    )


def allowed_modalities(background: Background, size_mm: Decimal | None) -> frozenset[Modality]:
    """Modalities that follow a lesion of this size up, contrast studies apart (3.5)."""
    if not background.strict:
        return _LOW_RISK
    return _STRICT_SMALL if is_small(size_mm) else _STRICT_LARGE


def _counts_by_contrast(study: Study, characterises: bool) -> bool:
    """A dynamic study follows up when it says what it saw or measures the lesion; one that finds
    the lesion gone does both."""
    if characterises:
        return True
    return study.modality in DYNAMIC and study.lesion_seen and study.size_mm is not None
