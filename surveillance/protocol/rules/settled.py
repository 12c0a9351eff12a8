"""5.4 Adults: benign on biopsy, complex cyst, typical hemangioma."""

from surveillance.protocol.rules.dangerous import has_dangerous_conclusion, is_adult
from surveillance.protocol.rules.rule import RuleGroup, WindowName, rule
from surveillance.protocol.standing import CharacterisationStatus, Trigger
from surveillance.protocol.state import CaseState
from surveillance.protocol.terms import (
    Conclusion,
    EscalationClass,
    PathologyResult,
    RecommendationKind,
    Tri,
)

_AT_RISK = EscalationClass.AT_RISK
_UNRESOLVED = frozenset(
    {
        Conclusion.INDETERMINATE,
        Conclusion.PROBABLY_BENIGN,
        Conclusion.ISOLATED_CALCIFICATION,
    }
)
_CYST_FACTS = ("kind", "cyst_features", "characterisation", "conclusion", "mdt")
_HEMANGIOMA_FACTS = ("conclusion", "symptomatic", "risk", "malignancy", "mdt")


def _benign_on_biopsy(state: CaseState) -> bool:
    benign = state.pathology is PathologyResult.BENIGN_SPECIFIC
    return benign and state.trigger is not Trigger.UNEVALUATED


def _cyst_needs_mri(state: CaseState) -> bool:
    if not state.complex_cyst or state.pathology is PathologyResult.BENIGN_SPECIFIC:
        return False
    return state.status is not CharacterisationStatus.MRI


def _cyst_unresolved(state: CaseState) -> bool:
    """A complex cyst that its MRI has not resolved; proved benign lesions apart."""
    after_mri = state.complex_cyst and state.status is CharacterisationStatus.MRI
    return after_mri and state.conclusion in _UNRESOLVED and not _benign_on_biopsy(state)


def _hemangioma(state: CaseState) -> bool:
    """A typical hemangioma on contrast, unless biopsy or cyst rules come first."""
    return (
        state.conclusion is Conclusion.HEMANGIOMA_TYPICAL
        and state.status is not CharacterisationStatus.NOT_DONE
        and not _benign_on_biopsy(state)
        and not _cyst_needs_mri(state)
    )


def _hemangioma_for_surgeon(state: CaseState) -> bool:
    return _hemangioma(state) and state.symptomatic is Tri.YES and not state.consulted


def _hemangioma_for_mri(state: CaseState) -> bool:
    by_mri = state.status is CharacterisationStatus.MRI
    doubtful = state.malignancy and not by_mri
    return _hemangioma(state) and not _hemangioma_for_surgeon(state) and doubtful


def _quiet_hemangioma(state: CaseState) -> bool:
    referred = _hemangioma_for_surgeon(state) or _hemangioma_for_mri(state)
    return _hemangioma(state) and not referred


def is_settled(state: CaseState) -> bool:
    """One of the three situations of this group."""
    return (
        _benign_on_biopsy(state)
        or _cyst_needs_mri(state)
        or _cyst_unresolved(state)
        or _hemangioma(state)
    )


def is_settled_adult(state: CaseState) -> bool:
    """The scope of this group."""
    return is_adult(state) and not has_dangerous_conclusion(state) and is_settled(state)


@rule(
    "R21",
    RecommendationKind.NO_FURTHER_WORKUP,
    cites=("S1", "S5"),
    facts=("pathology", "risk"),
)
def benign_on_biopsy_in_low_risk(state: CaseState) -> bool:
    """A specific benign biopsy in a low-risk liver closes the lesion."""
    return _benign_on_biopsy(state) and not state.elevated


@rule(
    "R22",
    RecommendationKind.ROUTINE_HCC_SURVEILLANCE,
    window=WindowName.ROUTINE,
    escalation=_AT_RISK,
    cites=("S25",),
    facts=("pathology", "risk"),
)
def benign_on_biopsy_in_elevated_risk(state: CaseState) -> bool:
    """A specific benign biopsy in an elevated-risk liver returns to routine surveillance."""
    return _benign_on_biopsy(state) and state.elevated


@rule(
    "R37",
    RecommendationKind.CONTRAST_MRI,
    window=WindowName.EXPEDITED,
    escalation=_AT_RISK,
    cites=("S21",),
    facts=_CYST_FACTS,
    note="Consider a surgical consultation now (A11).",
)
def complex_cyst_without_mri(state: CaseState) -> bool:
    """A cyst with thick wall, septations or solid part has contrast MRI."""
    return _cyst_needs_mri(state) and not _benign_on_biopsy(state)


@rule(
    "R38",
    RecommendationKind.SURGICAL_REFERRAL,
    need="SURGEON",
    window=WindowName.EXPEDITED,
    escalation=_AT_RISK,
    cites=("S21",),
    facts=_CYST_FACTS,
)
def complex_cyst_unresolved_by_mri(state: CaseState) -> bool:
    """A complex cyst that MRI leaves unresolved is referred to a surgeon."""
    return _cyst_unresolved(state) and not state.consulted


@rule(
    "R39c",
    RecommendationKind.SURVEILLANCE_IMAGING,
    window=WindowName.SURVEILLANCE_SIX,
    escalation=_AT_RISK,
    cites=("S21", "S34"),
    facts=_CYST_FACTS,
    note="By MRI; no automatic stop.",
)
def complex_cyst_watched(state: CaseState) -> bool:
    """A complex cyst that the specialists decided to watch has MRI 6-monthly."""
    return _cyst_unresolved(state) and state.consulted


@rule(
    "R40",
    RecommendationKind.SURGICAL_REFERRAL,
    need="SURGEON",
    window=WindowName.EXPEDITED,
    escalation=_AT_RISK,
    cites=("S8",),
    facts=_HEMANGIOMA_FACTS,
)
def symptomatic_hemangioma(state: CaseState) -> bool:
    """A symptomatic typical hemangioma is referred to a surgeon, whatever its size."""
    return _hemangioma_for_surgeon(state)


@rule(
    "R43",
    RecommendationKind.CONTRAST_MRI,
    window=WindowName.EXPEDITED,
    escalation=_AT_RISK,
    cites=("S18",),
    facts=(*_HEMANGIOMA_FACTS, "characterisation"),
)
def hemangioma_not_by_mri_with_malignancy(state: CaseState) -> bool:
    """With a known malignancy a hemangioma that MRI has not shown has contrast MRI."""
    return _hemangioma_for_mri(state)


@rule(
    "R41",
    RecommendationKind.NO_FURTHER_WORKUP,
    cites=("S8",),
    facts=_HEMANGIOMA_FACTS,
)
def hemangioma_in_low_risk(state: CaseState) -> bool:
    """A typical hemangioma in a low-risk liver needs nothing, whatever its size."""
    return _quiet_hemangioma(state) and not state.elevated


@rule(
    "R42",
    RecommendationKind.SURVEILLANCE_IMAGING,
    window=WindowName.SURVEILLANCE_SIX,
    escalation=_AT_RISK,
    cites=("S8", "S28"),
    also=(("ACG-2024", lambda _state: True),),
    facts=(*_HEMANGIOMA_FACTS, "clock"),
)
def hemangioma_in_elevated_risk_first_year(state: CaseState) -> bool:
    """A typical hemangioma in an elevated-risk liver is imaged 3-6 monthly for a year."""
    return _quiet_hemangioma(state) and state.elevated and not state.twelve_months


@rule(
    "R45",
    RecommendationKind.ROUTINE_HCC_SURVEILLANCE,
    window=WindowName.ROUTINE,
    escalation=_AT_RISK,
    cites=("S8",),
    facts=(*_HEMANGIOMA_FACTS, "clock"),
)
def hemangioma_in_elevated_risk_later(state: CaseState) -> bool:
    """After a year a typical hemangioma in an elevated-risk liver has routine surveillance."""
    return _quiet_hemangioma(state) and state.elevated and state.twelve_months


SETTLED = RuleGroup(
    "Adults: benign on biopsy, complex cyst, hemangioma",
    is_settled_adult,
    (
        benign_on_biopsy_in_low_risk,
        benign_on_biopsy_in_elevated_risk,
        complex_cyst_without_mri,
        complex_cyst_unresolved_by_mri,
        complex_cyst_watched,
        symptomatic_hemangioma,
        hemangioma_not_by_mri_with_malignancy,
        hemangioma_in_low_risk,
        hemangioma_in_elevated_risk_first_year,
        hemangioma_in_elevated_risk_later,
    ),
)
