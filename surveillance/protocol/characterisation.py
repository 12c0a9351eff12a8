"""Which study characterises a lesion, and what it concludes (3.5)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from surveillance.protocol import parameters
from surveillance.protocol.background import Background
from surveillance.protocol.studies import SEVERITY, Study, worst_conclusion
from surveillance.protocol.terms import (
    Conclusion,
    LesionKind,
    LiRads,
    Modality,
    Risk,
    Tri,
)

CONTRAST_MRI: Final = frozenset({Modality.MRI_EXTRACELLULAR, Modality.MRI_HEPATOBILIARY})
DYNAMIC: Final = CONTRAST_MRI | {Modality.CT_MULTIPHASE}
"""The studies that answer S7 and S11."""

BENIGN: Final = frozenset(
    {
        Conclusion.ISOLATED_CALCIFICATION,
        Conclusion.BENIGN_SPECIFIC,
        Conclusion.RESOLVED,
    }
)
WATCHABLE: Final = frozenset({Conclusion.SUSPICIOUS_HCC, Conclusion.MALIGNANT_NON_HCC})
"""Labels that a recorded MDT decision to watch turns into 'indeterminate' (A-39, 5.8)."""

DANGEROUS: Final = WATCHABLE | {Conclusion.MCN_SUSPECTED, Conclusion.HYDATID_SUSPECTED}

LABEL_MODALITIES: Final = DYNAMIC | {
    Modality.CEUS,
    Modality.CT_SINGLE_PHASE,
    Modality.PET_CT,
}
_OF_LI_RADS: Final[dict[LiRads, Conclusion]] = {
    LiRads.LR_1: Conclusion.BENIGN_SPECIFIC,
    LiRads.LR_2: Conclusion.PROBABLY_BENIGN,
    LiRads.LR_3: Conclusion.INDETERMINATE,
    LiRads.LR_4: Conclusion.SUSPICIOUS_HCC,
    LiRads.LR_5: Conclusion.SUSPICIOUS_HCC,
    LiRads.LR_TIV: Conclusion.SUSPICIOUS_HCC,
    LiRads.LR_M: Conclusion.MALIGNANT_NON_HCC,
}
_SUSPICIOUS: Final = frozenset(
    category for category, told in _OF_LI_RADS.items() if told is Conclusion.SUSPICIOUS_HCC
)
_LARGE = parameters.LARGE_FROM.value
_TWENTY = parameters.LI_RADS_TWENTY.value


@dataclass(frozen=True, slots=True)
class Characterisation:
    """A study (or a signed waiver) that stands for knowing what the lesion is.

    `full` is False for a single-phase CT, which confirms isolation and answers nothing else;
    `size_mm` is the size known on that day; `enhancing` is arterial enhancement without
    washout.
    """

    on: date
    modality: Modality | None
    conclusion: Conclusion
    size_mm: Decimal | None
    category: LiRads | None = None
    full: bool = True
    enhancing: bool = False

    @property
    def is_waiver(self) -> bool:
        """True if nothing was seen: somebody signed that it cannot be characterised for now."""
        return self.modality is None

    @property
    def is_contrast_mri(self) -> bool:
        return self.modality in CONTRAST_MRI


@dataclass(frozen=True, slots=True)
class Label:
    """A dangerous conclusion, which stays until something outranks it (A-39)."""

    conclusion: Conclusion
    on: date
    category: LiRads | None


@dataclass(frozen=True, slots=True)
class Reading:
    """What a report comes to: its conclusion and its LI-RADS category, if it has one."""

    conclusion: Conclusion
    category: LiRads | None


def voices_suspicion(study: Study, background: Background) -> bool:
    """A study that cannot characterise here calls the lesion malignant, or suspicious for it:
    that is not "unchanged" (S17), whatever was measured."""
    suspicious = study.conclusion in WATCHABLE
    return suspicious and not characterises_fully(study, background)


def is_categorised(study: Study) -> bool:
    """False for LR-NC and 'not categorisable': such an exam characterises nothing (A-35)."""
    uncategorised = study.lirads is LiRads.LR_NC
    return not uncategorised and study.conclusion is not Conclusion.NOT_CATEGORISABLE


def characterises_fully(study: Study, background: Background) -> bool:
    """A study that answers S7 and S11: multiphase CT or contrast MRI that says what it saw
    (A-14); CEUS by A-16 only, and only with a conclusion."""
    if not study.adequate or not is_categorised(study):
        return False
    if study.modality in DYNAMIC:
        return says_what_it_saw(study)
    return study.modality is Modality.CEUS and _ceus_accepted(background) and _is_stated(study)


def confirms_isolation(study: Study, background: Background, kind: LesionKind) -> bool:
    """A single-phase CT that calls a low-risk isolated finding an isolated calcification (A-15)."""
    return (
        study.modality is Modality.CT_SINGLE_PHASE
        and study.adequate
        and background.risk is Risk.LOW_RISK
        and not background.malignancy
        and kind is LesionKind.ISOLATED_CALCIFICATION
        and study.conclusion is Conclusion.ISOLATED_CALCIFICATION
    )


def _ceus_accepted(background: Background) -> bool:
    if background.mri_contraindicated and background.ct_contraindicated:
        return True
    return background.risk is Risk.LOW_RISK and not background.malignancy


def _is_stated(study: Study) -> bool:
    return (
        study.conclusion is not None
        or study.lirads in _OF_LI_RADS
        or study.hemangioma_pattern is Tri.YES
    )


def dangerous_labels(study: Study, reading: Reading, bg: Background) -> tuple[Label, ...]:
    """Every dangerous conclusion of a study, from a limited one too; mostly none.

    HCC and other malignancy count from contrast studies (CEUS, single-phase CT and PET-CT
    included), in a child from any study (5.2); hydatid disease from any study, a mucinous
    neoplasm from contrast studies (plain imaging makes the cyst complex instead).
    """
    if study.modality in LABEL_MODALITIES:
        said = {reading.conclusion, study.conclusion or reading.conclusion} & DANGEROUS
        return tuple(Label(each, study.on, reading.category) for each in sorted(said))
    by_sight = {Conclusion.HYDATID_SUSPECTED} | (WATCHABLE if bg.child else frozenset())
    if study.conclusion in by_sight and study.modality is not Modality.XR:
        return (Label(study.conclusion, study.on, None),)
    return ()


def reading_of(
    study: Study, background: Background, *, size_mm: Decimal | None, grown: bool
) -> Reading:
    """What the report comes to. `size_mm` is the size known on that day, `grown` LI-RADS
    threshold growth. Stated words first, the more dangerous of two; else the LI-RADS table for a
    dynamic study of an at-risk adult; else indeterminate. Arterial enhancement with washout
    outranks every text (S12).
    """
    if study.aphe is Tri.YES and study.washout is Tri.YES:
        reported = study.lirads if study.lirads in _SUSPICIOUS else None
        return Reading(
            Conclusion.SUSPICIOUS_HCC, reported or li_rads_category(study, size_mm, grown)
        )
    stated = stated_conclusion(study)
    if stated is not None:
        return Reading(stated, study.lirads)
    if study.is_gone:
        return Reading(Conclusion.RESOLVED, None)
    if _table_applies(study, background):
        category = li_rads_category(study, size_mm, grown)
        return Reading(_OF_LI_RADS[category], category)
    return Reading(Conclusion.INDETERMINATE, None)


def _table_applies(study: Study, background: Background) -> bool:
    at_risk_adult = background.risk is Risk.AT_RISK and not background.child
    return at_risk_adult and characterises_fully(study, background) and study.modality in DYNAMIC


def says_what_it_saw(study: Study) -> bool:
    """The report gives a conclusion, a category or any sign of enhancement, or the lesion is gone.
    A report without any of them characterises nothing (A-14)."""
    signs = (study.aphe, study.washout, study.capsule, study.hemangioma_pattern)
    signed = any(sign is not Tri.UNKNOWN for sign in signs)
    return signed or study.is_gone or stated_conclusion(study) is not None


def stated_conclusion(study: Study) -> Conclusion | None:
    """The most dangerous of the conclusion, the LI-RADS category and the enhancement pattern; a
    malignancy keeps the name that the report gives it."""
    explicit = study.conclusion
    if explicit in WATCHABLE:
        return explicit
    if explicit is Conclusion.HEMANGIOMA_TYPICAL and study.hemangioma_pattern is Tri.NO:
        explicit = Conclusion.INDETERMINATE
    if explicit is Conclusion.RESOLVED and _enhances(study):
        explicit = None  # what enhances is not gone
    if explicit is Conclusion.NOT_CATEGORISABLE:
        explicit = None
    pattern = Conclusion.HEMANGIOMA_TYPICAL if study.hemangioma_pattern is Tri.YES else None
    mapped = _OF_LI_RADS.get(study.lirads) if study.lirads is not None else None
    return worst_conclusion((explicit, mapped, pattern))


def _enhances(study: Study) -> bool:
    return Tri.YES in (study.aphe, study.washout, study.capsule)


def li_rads_category(study: Study, size_mm: Decimal | None, grown: bool) -> LiRads:
    """The diagnostic table of LI-RADS v2018 for an at-risk adult. An unknown size reads as the
    largest, unknown features as absent."""
    washout, capsule = study.washout is Tri.YES, study.capsule is Tri.YES
    features = washout + capsule + grown
    is_twenty = size_mm is None or size_mm >= _TWENTY
    if study.aphe is not Tri.YES:
        return LiRads.LR_4 if features + is_twenty >= 2 else LiRads.LR_3
    if is_twenty:
        return LiRads.LR_5 if features else LiRads.LR_4
    if not features:
        return LiRads.LR_3
    if size_mm is not None and size_mm < _LARGE:
        return LiRads.LR_4
    return LiRads.LR_5 if washout or grown else LiRads.LR_4


def worst_label(labels: tuple[Label, ...]) -> Label | None:
    """The most dangerous label; None without one."""
    return max(labels, key=lambda label: SEVERITY[label.conclusion], default=None)
