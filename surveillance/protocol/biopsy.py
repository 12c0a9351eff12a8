"""When the MDT may consider a biopsy, and what must be said with it (4.5)."""

from typing import Final

from surveillance.protocol import parameters
from surveillance.protocol.background import Background
from surveillance.protocol.replay import Snapshot
from surveillance.protocol.sizes import is_small
from surveillance.protocol.standing import CharacterisationStatus, uncertainty_persists
from surveillance.protocol.terms import (
    BiopsyReason,
    Conclusion,
    LiRads,
    PathologyResult,
)

SEEDING: Final = "Needle-tract seeding: 2.7 % of biopsies overall, 0.9 % per year (Silva 2008)."
SMALL_LESION: Final = "Below 10 mm: low yield; only after discussion in the MDT (S26)."
BEYOND_SOURCE: Final = "Guideline, beyond the source document (A-46)."

NEVER_BIOPSIED: Final = frozenset(
    {
        Conclusion.HEMANGIOMA_TYPICAL,
        Conclusion.HYDATID_SUSPECTED,
        Conclusion.MCN_SUSPECTED,
    }
)
_KNOWN: Final = frozenset({PathologyResult.MALIGNANT, PathologyResult.BENIGN_SPECIFIC})
_GUIDELINE: Final = {
    "R31": BiopsyReason.GUIDELINE_NON_LIRADS_POPULATION,
    "R32": BiopsyReason.GUIDELINE_LR_M,
}
_UNCERTAIN: Final = frozenset({"R67", "R69"})


def biopsy_reasons(now: Snapshot, bg: Background) -> tuple[BiopsyReason, ...]:
    """Why a biopsy may be considered; empty means that it is not allowed (S14, S35)."""
    if not _may_be_considered(now, bg):
        return ()
    rule_id, standing = now.rule.id, now.standing
    if rule_id == "R33" or (rule_id == "R30" and _is_lr_4(now)):
        return standing.answered
    missed = now.decisions.is_nondiagnostic  # not biopsied again by default
    if rule_id in _UNCERTAIN and uncertainty_persists(now.course) and not missed:
        return (BiopsyReason.PERSISTENT_UNCERTAINTY,)
    if rule_id in _GUIDELINE and parameters.GUIDELINE_BIOPSY_REASONS.value:
        return (_GUIDELINE[rule_id],)
    return ()


def biopsy_cites(reasons: tuple[BiopsyReason, ...]) -> tuple[str, ...]:
    """The sentences behind an allowed biopsy: the source's own (S14, S35), or the guideline that
    goes beyond it, and always the warning (S26)."""
    if not reasons:
        return ()
    beyond = set(reasons) <= set(_GUIDELINE.values())
    return ("AASLD-2023", "S26") if beyond else ("S14", "S35", "S26")


def biopsy_cautions(now: Snapshot, reasons: tuple[BiopsyReason, ...]) -> tuple[str, ...]:
    """What is always shown beside an allowed biopsy."""
    if not reasons:
        return ()
    cautions = [SEEDING]
    if is_small(now.course.size_mm):
        cautions.append(SMALL_LESION)
    if set(reasons) & set(_GUIDELINE.values()):
        cautions.append(BEYOND_SOURCE)
    return tuple(cautions)


def _may_be_considered(now: Snapshot, bg: Background) -> bool:
    by_contrast = any(not each.is_waiver for each in now.course.valid)
    characterised = now.standing.status is not CharacterisationStatus.NOT_DONE
    return (
        not bg.child
        and by_contrast
        and characterised
        and now.standing.conclusion not in NEVER_BIOPSIED
        and not any(label.conclusion in NEVER_BIOPSIED for label in now.standing.labels)
        and now.decisions.pathology not in _KNOWN
    )


def _is_lr_4(now: Snapshot) -> bool:
    label = now.standing.label
    return label is not None and label.category is LiRads.LR_4
