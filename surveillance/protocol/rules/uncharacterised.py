"""5.6 Adults: not characterised."""

from surveillance.protocol.rules.change import has_changed, is_unsettled_adult
from surveillance.protocol.rules.rule import RuleGroup, WindowName, rule
from surveillance.protocol.sizes import SizeClass
from surveillance.protocol.standing import CharacterisationStatus
from surveillance.protocol.state import CaseState
from surveillance.protocol.terms import EscalationClass, LesionKind, RecommendationKind, Tri

_AT_RISK, _LOW = EscalationClass.AT_RISK, EscalationClass.LOW
_CHARACTERISE = RecommendationKind.CHARACTERISE_MRI_HB_OR_MPCT
_SPOT_FACTS = ("kind", "isolation", "pattern", "size", "symptomatic", "risk", "pathology")
_LESION_FACTS = ("kind", "size", "risk", "characterisation")


def lacks_contrast_study(state: CaseState) -> bool:
    """Not characterised; with a malignancy, not by MRI."""
    if state.malignancy:
        return state.status is not CharacterisationStatus.MRI
    return state.status is CharacterisationStatus.NOT_DONE


def is_uncharacterised_adult(state: CaseState) -> bool:
    """The scope of this group."""
    return is_unsettled_adult(state) and not has_changed(state) and lacks_contrast_study(state)


def _elevated(state: CaseState) -> bool:
    return state.elevated


def _isolated(state: CaseState) -> bool:
    return state.kind is LesionKind.ISOLATED_CALCIFICATION


def _low_spot(state: CaseState) -> bool:
    """An isolated calcification in a low-risk liver without cancer."""
    return not state.elevated and not state.malignancy and _isolated(state)


def _proved_spot(state: CaseState) -> bool:
    """Isolation confirmed, punctate, below 10 mm, never biopsied (A-2, A-3, A-4)."""
    small = state.size is SizeClass.SMALL
    return _low_spot(state) and state.punctate and small and state.pathology is None


@rule(
    "R44",
    RecommendationKind.CONTRAST_MRI,
    window=WindowName.EXPEDITED,
    escalation=_AT_RISK,
    cites=("S18",),
    also=(("S33", _elevated),),
    facts=("malignancy", "characterisation", "risk"),
)
def malignancy_without_mri(state: CaseState) -> bool:
    """With a known malignancy a calcification has MRI with contrast."""
    return state.malignancy


@rule(
    "R50",
    RecommendationKind.NO_FURTHER_WORKUP,
    cites=("S1", "S4", "S32"),
    facts=_SPOT_FACTS,
    note="A clinician may choose one check at 6 months (A16).",
)
def proved_isolated_spot(state: CaseState) -> bool:
    """A proved isolated punctate calcification in a normal liver without symptoms needs nothing."""
    return _proved_spot(state) and state.symptomatic is Tri.NO


@rule(
    "R53",
    RecommendationKind.MANUAL_REVIEW,
    window=WindowName.DATA,
    escalation=_LOW,
    cites=("S1", "S29"),
    facts=_SPOT_FACTS,
)
def proved_isolated_spot_symptoms_unknown(state: CaseState) -> bool:
    """A proved isolated spot is not closed before somebody has asked about symptoms."""
    return _proved_spot(state) and state.symptomatic is Tri.UNKNOWN


@rule(
    "R51",
    RecommendationKind.CONFIRM_ISOLATION_CONTRAST,
    window=WindowName.CHARACTERISATION,
    escalation=_LOW,
    cites=("S2", "S6"),
    facts=_SPOT_FACTS,
)
def isolation_in_doubt(state: CaseState) -> bool:
    """An isolated calcification with any uncertainty is confirmed with contrast."""
    settled = _proved_spot(state) and state.symptomatic is not Tri.YES
    return _low_spot(state) and not settled


@rule(
    "R55",
    _CHARACTERISE,
    window=WindowName.CHARACTERISATION,
    escalation=_LOW,
    cites=("S7", "S33"),
    facts=_LESION_FACTS,
)
def associated_lesion_in_low_risk(state: CaseState) -> bool:
    """A lesion with calcification, or one of unknown kind, is characterised with contrast."""
    return not state.elevated and not state.malignancy and not _isolated(state)


@rule(
    "R56",
    RecommendationKind.DYNAMIC_CT_OR_MRI,
    window=WindowName.EXPEDITED,
    escalation=_AT_RISK,
    cites=("S11", "S25", "S33"),
    facts=_LESION_FACTS,
)
def large_in_elevated_risk(state: CaseState) -> bool:
    """A lesion of 10 mm or more, or not measured, in elevated risk has dynamic imaging."""
    small = state.size is SizeClass.SMALL
    return state.elevated and not state.malignancy and not small


@rule(
    "R52",
    _CHARACTERISE,
    window=WindowName.CHARACTERISATION,
    escalation=_AT_RISK,
    cites=("S27", "S33"),
    facts=_LESION_FACTS,
)
def small_isolated_in_elevated_risk(state: CaseState) -> bool:
    """A small isolated calcification in elevated risk has one contrast study before reassurance."""
    small = state.size is SizeClass.SMALL
    return state.elevated and not state.malignancy and small and _isolated(state)


@rule(
    "R57",
    _CHARACTERISE,
    window=WindowName.CHARACTERISATION,
    escalation=_AT_RISK,
    cites=("S7", "S33"),
    facts=_LESION_FACTS,
)
def small_lesion_in_elevated_risk(state: CaseState) -> bool:
    """A small lesion with calcification in elevated risk is characterised with contrast."""
    small = state.size is SizeClass.SMALL
    return state.elevated and not state.malignancy and small and not _isolated(state)


UNCHARACTERISED = RuleGroup(
    "Adults: not characterised",
    is_uncharacterised_adult,
    (
        malignancy_without_mri,
        proved_isolated_spot,
        proved_isolated_spot_symptoms_unknown,
        isolation_in_doubt,
        associated_lesion_in_low_risk,
        large_in_elevated_risk,
        small_isolated_in_elevated_risk,
        small_lesion_in_elevated_risk,
    ),
)
