"""Lesions owe, people are called: one appointment for all the imaging a patient is owed (8.8)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from surveillance.protocol.terms import Modality

_STRENGTH: Final = (
    Modality.XR,
    Modality.PET_CT,
    Modality.US,
    Modality.MRI_NONCONTRAST,
    Modality.CT_NONCONTRAST,
    Modality.CEUS,
    Modality.CT_SINGLE_PHASE,
    Modality.CT_MULTIPHASE,
    Modality.MRI_EXTRACELLULAR,
    Modality.MRI_HEPATOBILIARY,
    Modality.MRI_CONTRAST,
)
"""Contrast MRI, then CT, then CEUS, then ultrasound; a stronger study answers for a weaker one."""


@dataclass(frozen=True, slots=True)
class Appointment:
    """The last day on which one visit serves every lesion, and the strongest modality needed."""

    latest: date
    modality: Modality | None


def one_appointment(owed: Iterable[tuple[date, Modality | None]]) -> Appointment | None:
    """The visit that serves all of `owed` (latest day, advised modality); None where nothing is."""
    owed = tuple(owed)
    if not owed:
        return None
    advised = [modality for _, modality in owed if modality is not None]
    strongest = max(advised, key=_STRENGTH.index, default=None)
    return Appointment(min(latest for latest, _ in owed), strongest)
