"""Growth, threshold growth and new arterial enhancement (3.6).

References are the smallest adequate sizes per family of modalities since the last reset, so that
creeping growth is caught; growth inside one family is never hidden by another family.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from surveillance.protocol import parameters
from surveillance.protocol.dates import add_months
from surveillance.protocol.studies import Study
from surveillance.protocol.terms import Modality, Tri


class Family(StrEnum):
    """Modalities whose measurements are comparable with each other."""

    ULTRASOUND = "ULTRASOUND"
    CT = "CT"
    MRI = "MRI"


FAMILY_OF: Final[dict[Modality, Family]] = {
    Modality.US: Family.ULTRASOUND,
    Modality.CEUS: Family.ULTRASOUND,
    Modality.CT_NONCONTRAST: Family.CT,
    Modality.CT_SINGLE_PHASE: Family.CT,
    Modality.CT_MULTIPHASE: Family.CT,
    Modality.MRI_NONCONTRAST: Family.MRI,
    Modality.MRI_EXTRACELLULAR: Family.MRI,
    Modality.MRI_HEPATOBILIARY: Family.MRI,
}
"""PET-CT and radiographs are information: they are never measured against."""

ARTERIAL_PHASE: Final = frozenset(
    {
        Modality.CEUS,
        Modality.CT_SINGLE_PHASE,
        Modality.CT_MULTIPHASE,
        Modality.MRI_EXTRACELLULAR,
        Modality.MRI_HEPATOBILIARY,
        Modality.PET_CT,
    }
)
"""Studies with contrast, on which arterial enhancement can be seen at all."""

_MM_SAME = parameters.GROWTH_SAME_FAMILY_MM.value
_RATIO_SAME = parameters.GROWTH_SAME_FAMILY_RATIO.value
_MM_OTHER = parameters.GROWTH_OTHER_FAMILY_MM.value
_RATIO_OTHER = parameters.GROWTH_OTHER_FAMILY_RATIO.value
_LARGE = parameters.LARGE_FROM.value


@dataclass(frozen=True, slots=True)
class Measurement:
    """One adequate size, in millimetres."""

    on: date
    family: Family
    size_mm: Decimal


@dataclass(frozen=True, slots=True)
class Changes:
    """What has changed so far. `references` and `aphe` are those since the last reset."""

    references: tuple[tuple[Family, Decimal], ...] = ()
    measurements: tuple[Measurement, ...] = ()
    growth_on: date | None = None
    aphe: Tri = Tri.UNKNOWN
    new_aphe_on: date | None = None

    @property
    def reset_on(self) -> date | None:
        """The last growth or new arterial enhancement: the clock starts again from there."""
        if self.growth_on is None or self.new_aphe_on is None:
            return self.growth_on or self.new_aphe_on
        return max(self.growth_on, self.new_aphe_on)


NOTHING_CHANGED: Final = Changes()


def measurements_of(studies: Iterable[Study]) -> tuple[Measurement, ...]:
    """The adequate sizes of one day."""
    return tuple(
        Measurement(study.on, FAMILY_OF[study.modality], size)
        for study in studies
        if study.modality in FAMILY_OF
        for size in study.trusted_mm
    )


def after_day(changes: Changes, day: date, studies: Iterable[Study]) -> Changes:
    """The changes known after the studies of one day, each compared with earlier days only."""
    studies = tuple(studies)
    measured = measurements_of(studies)
    grown = any(has_grown(each, changes.references) for each in measured)
    aphe = _arterial_enhancement(studies)
    newly_enhancing = aphe is Tri.YES and changes.aphe is Tri.NO
    kept = () if grown or newly_enhancing else changes.references
    return Changes(
        references=_smallest(kept, measured),
        measurements=changes.measurements + measured,
        growth_on=day if grown else changes.growth_on,
        aphe=changes.aphe if aphe is Tri.UNKNOWN else aphe,
        new_aphe_on=day if newly_enhancing else changes.new_aphe_on,
    )


def has_grown(new: Measurement, references: Iterable[tuple[Family, Decimal]]) -> bool:
    """Growth by 3.6 against any reference; both the millimetres and the ratio must be reached."""
    return any(_grown_against(new, family, size) for family, size in references)


def _grown_against(new: Measurement, family: Family, reference: Decimal) -> bool:
    if family is new.family:
        millimetres, ratio = _MM_SAME, _RATIO_SAME
    else:
        millimetres, ratio = _MM_OTHER, _RATIO_OTHER
    increase = new.size_mm - reference
    return increase >= millimetres and new.size_mm >= ratio * reference


def has_jumped_below_threshold(changes: Changes) -> bool:
    """A jump between families that would be growth inside one: a flag to the reader (A13)."""
    if not changes.measurements:
        return False
    last_day = changes.measurements[-1].on
    latest = [each for each in changes.measurements if each.on == last_day]
    return any(
        family is not each.family
        and each.size_mm - size >= _MM_SAME
        and each.size_mm >= _RATIO_SAME * size
        for each in latest
        for family, size in changes.references
    )


def threshold_growth(changes: Changes, study: Study) -> bool:
    """LI-RADS threshold growth: half as large again within 6 months, now 10 mm or more."""
    if study.size_mm is None or study.size_mm < _LARGE:
        return False
    since = add_months(study.on, -parameters.THRESHOLD_GROWTH_MONTHS.value)
    ratio = parameters.THRESHOLD_GROWTH_RATIO.value
    return any(
        since <= earlier.on < study.on and study.size_mm >= ratio * earlier.size_mm
        for earlier in changes.measurements
    )


def _arterial_enhancement(studies: Iterable[Study]) -> Tri:
    """What the contrast studies of a day say; absence counts from an adequate study only."""
    said = [study for study in studies if study.modality in ARTERIAL_PHASE]
    if any(study.aphe is Tri.YES for study in said):
        return Tri.YES
    if any(study.aphe is Tri.NO and study.adequate for study in said):
        return Tri.NO
    return Tri.UNKNOWN


def _smallest(
    kept: tuple[tuple[Family, Decimal], ...], measured: tuple[Measurement, ...]
) -> tuple[tuple[Family, Decimal], ...]:
    if not measured:
        return kept
    smallest = dict(kept)
    for each in measured:
        smallest[each.family] = min(each.size_mm, smallest.get(each.family, each.size_mm))
    return tuple(sorted(smallest.items()))
