"""Which imaging to advise: the first of an order that nothing forbids (4.4)."""

from dataclasses import dataclass
from typing import Final

from surveillance.protocol import parameters
from surveillance.protocol.background import Background
from surveillance.protocol.facts import PatientFacts
from surveillance.protocol.replay import Snapshot
from surveillance.protocol.sizes import is_small
from surveillance.protocol.standing import last_contrast_study
from surveillance.protocol.terms import (
    Conclusion,
    Contraindication,
    Modality,
    RecommendationKind,
    Tri,
)

_K, _M, _C = RecommendationKind, Modality, Contraindication

_DYNAMIC_ORDER: Final = (
    _M.MRI_HEPATOBILIARY,
    _M.MRI_EXTRACELLULAR,
    _M.CT_MULTIPHASE,
    _M.CEUS,
    _M.MRI_NONCONTRAST,
    _M.US,
)
_MRI_ORDER: Final = (_M.MRI_CONTRAST, _M.CT_MULTIPHASE, _M.CEUS, _M.MRI_NONCONTRAST, _M.US)
_CHILD_ORDER: Final = (_M.MRI_CONTRAST, _M.CEUS, _M.CT_MULTIPHASE, _M.MRI_NONCONTRAST, _M.US)
_ROUTINE_ORDER: Final = (_M.MRI_CONTRAST, _M.CT_MULTIPHASE, _M.US)
_ULTRASOUND: Final = (_M.US,)
_BELOW_CEUS: Final = frozenset({_M.MRI_NONCONTRAST, _M.US})
CONTRAST_MRI: Final = frozenset({_M.MRI_CONTRAST, _M.MRI_EXTRACELLULAR, _M.MRI_HEPATOBILIARY})
_CONTRAST_CT: Final = frozenset({_M.CT_MULTIPHASE, _M.CT_SINGLE_PHASE})


@dataclass(frozen=True, slots=True)
class ModalityAdvice:
    """`substituted`: the first choice is blocked. `cannot_characterise`: what remains is below
    CEUS, so that a clinician must waive or resolve (A04)."""

    preferred: Modality | None = None
    alternatives: tuple[Modality, ...] = ()
    blocked: tuple[Modality, ...] = ()
    substituted: bool = False
    cannot_characterise: bool = False


def advise(
    kind: RecommendationKind, now: Snapshot, patient: PatientFacts, bg: Background
) -> ModalityAdvice:
    """The modality for `kind`; nothing preferred where no imaging is advised."""
    order = _order(kind, now, bg)
    if not order:
        return ModalityAdvice()
    forbidden = blocked_modalities(patient)
    open_choices = tuple(each for each in order if each not in forbidden)
    contrast_wanted = order[0] not in _BELOW_CEUS
    return ModalityAdvice(
        preferred=open_choices[0],
        alternatives=open_choices[1:],
        blocked=tuple(each for each in order if each in forbidden),
        substituted=order[0] in forbidden,
        cannot_characterise=contrast_wanted and open_choices[0] in _BELOW_CEUS,
    )


def blocked_modalities(patient: PatientFacts) -> frozenset[Modality]:
    """What this patient must not have; plain ultrasound is always open (A-28, A-29)."""
    avoid, pregnant = patient.contraindications, patient.pregnant is Tri.YES
    blocked: set[Modality] = set()
    if pregnant or avoid & {_C.MRI_DEVICE, _C.GADOLINIUM_ALLERGY}:
        blocked |= CONTRAST_MRI
    if _C.EGFR_LT_30 in avoid:
        blocked.add(_M.MRI_HEPATOBILIARY)
    if pregnant or avoid & {_C.IODINATED_ALLERGY, _C.EGFR_LT_30}:
        blocked |= _CONTRAST_CT
    if pregnant or _C.CEUS_ALLERGY in avoid:
        blocked.add(_M.CEUS)
    if _C.MRI_DEVICE in avoid:
        blocked.add(_M.MRI_NONCONTRAST)
    return frozenset(blocked)


def _order(kind: RecommendationKind, now: Snapshot, bg: Background) -> tuple[Modality, ...]:
    match kind:
        case _K.CHARACTERISE_MRI_HB_OR_MPCT | _K.DYNAMIC_CT_OR_MRI:
            return (_M.MRI_CONTRAST, *_DYNAMIC_ORDER) if bg.malignancy else _DYNAMIC_ORDER
        case _K.CONTRAST_MRI | _K.CONFIRM_ISOLATION_CONTRAST:
            return _MRI_ORDER
        case _K.PAED_MDT_REFERRAL:
            return _CHILD_ORDER
        case _K.PAED_EVALUATION | _K.PAED_SERIAL_US | _K.PAED_HEMANGIOMA_MONITORING:
            return _ULTRASOUND
        case _:
            return _series_order(kind, now, bg)


def _series_order(kind: RecommendationKind, now: Snapshot, bg: Background) -> tuple[Modality, ...]:
    match kind:
        case _K.ROUTINE_HCC_SURVEILLANCE:
            limited = now.course.limited_ultrasounds
            often = limited >= parameters.ROUTINE_LIMITED_ULTRASOUNDS.value
            return _ROUTINE_ORDER if often else _ULTRASOUND
        case _K.SINGLE_CHECK_6M:
            if bg.malignancy:
                return _MRI_ORDER
            return _ULTRASOUND if _ultrasound_serves(now) else _same_modality(now)
        case _K.SURVEILLANCE_IMAGING:
            return _surveillance_order(now)
        case _:
            return ()


def _surveillance_order(now: Snapshot) -> tuple[Modality, ...]:
    if now.standing.conclusion is Conclusion.HYDATID_SUSPECTED:
        return _ULTRASOUND
    cyst = now.standing.conclusion is Conclusion.MCN_SUSPECTED or now.rule.id == "R39c"
    if cyst:
        return _MRI_ORDER
    if is_small(now.course.size_mm) and _ultrasound_serves(now):
        return _ULTRASOUND
    return _same_modality(now)


def _ultrasound_serves(now: Snapshot) -> bool:
    """The last ultrasound showed the lesion, and no attempt has failed since the last adequate
    exam (8.2)."""
    if now.standing.series_is_watched:
        return now.course.ultrasound_shows
    last = now.standing.last_adequate_on or now.course.first_exam_on
    failed = any(visit.attempt and last and visit.on > last for visit in now.course.visits)
    return now.course.ultrasound_shows and not failed


def _same_modality(now: Snapshot) -> tuple[Modality, ...]:
    """The modality of the last characterising study, then the usual order."""
    study = last_contrast_study(now.course)
    if study is None or study.modality is None:
        return _DYNAMIC_ORDER
    others = (each for each in _DYNAMIC_ORDER if each is not study.modality)
    return (study.modality, *others)
