"""5.5 Adults: growth, new arterial enhancement, raised AFP."""

from surveillance.protocol.rules.dangerous import has_dangerous_conclusion, is_adult
from surveillance.protocol.rules.rule import RuleGroup, WindowName, rule
from surveillance.protocol.rules.settled import is_settled
from surveillance.protocol.standing import CharacterisationStatus, Trigger
from surveillance.protocol.state import CaseState
from surveillance.protocol.terms import Conclusion, EscalationClass, RecommendationKind

_URGENT = EscalationClass.URGENT
_FACTS = ("growth", "afp", "risk", "malignancy", "characterisation")
_UNCLEAR = frozenset({Conclusion.INDETERMINATE, Conclusion.PROBABLY_BENIGN})


def is_unsettled_adult(state: CaseState) -> bool:
    """An adult to whom none of the groups before applies."""
    return is_adult(state) and not has_dangerous_conclusion(state) and not is_settled(state)


def has_changed(state: CaseState) -> bool:
    """A change awaits a contrast study, or its contrast study has left it unclear."""
    return state.trigger is Trigger.UNEVALUATED or _unclear_after_change(state)


def _unclear_after_change(state: CaseState) -> bool:
    characterised = state.status is not CharacterisationStatus.NOT_DONE
    evaluated = state.trigger is Trigger.EVALUATED
    return evaluated and characterised and state.conclusion in _UNCLEAR


def is_changed_adult(state: CaseState) -> bool:
    """The scope of this group."""
    return is_unsettled_adult(state) and has_changed(state)


def _lesion_changed(state: CaseState) -> bool:
    return state.lesion_changed


@rule(
    "R34a",
    RecommendationKind.DYNAMIC_CT_OR_MRI,
    window=WindowName.URGENT,
    escalation=_URGENT,
    cites=("S33",),
    also=(("S14", _lesion_changed), ("AASLD-2023", lambda state: not state.lesion_changed)),
    facts=_FACTS,
)
def change_in_elevated_risk(state: CaseState) -> bool:
    """Growth or raised AFP with liver risk or cancer has urgent dynamic imaging."""
    unanswered = state.trigger is Trigger.UNEVALUATED
    return unanswered and (state.elevated or state.malignancy)


@rule(
    "R34b",
    RecommendationKind.CHARACTERISE_MRI_HB_OR_MPCT,
    window=WindowName.EXPEDITED,
    escalation=EscalationClass.AT_RISK,
    cites=("S7", "S35"),
    facts=_FACTS,
)
def change_in_low_risk(state: CaseState) -> bool:
    """Growth in a low-risk liver is characterised again before anything else."""
    unanswered = state.trigger is Trigger.UNEVALUATED
    return unanswered and not state.elevated and not state.malignancy


@rule(
    "R33",
    RecommendationKind.BIOPSY_CONSIDERATION,
    window=WindowName.URGENT,
    escalation=_URGENT,
    cites=("S14", "S35"),
    facts=("growth", "characterisation", "conclusion", "mdt", "pathology"),
    note="With a safety net of imaging within 3 months (A18).",
)
def unclear_after_change(state: CaseState) -> bool:
    """A changed lesion that contrast imaging leaves unclear goes to the MDT to consider biopsy."""
    return _unclear_after_change(state)


CHANGE = RuleGroup(
    "Adults: change",
    is_changed_adult,
    (change_in_elevated_risk, change_in_low_risk, unclear_after_change),
)
