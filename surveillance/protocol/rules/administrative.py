"""5.1 Administrative rules and unusable data."""

from surveillance.protocol.rules.rule import RuleGroup, WindowName, rule
from surveillance.protocol.state import Admin, CaseState
from surveillance.protocol.terms import EscalationClass, RecommendationKind

_STOP = RecommendationKind.STOP_SURVEILLANCE


def is_administrative(state: CaseState) -> bool:
    """Nothing clinical can be decided: nobody to follow, or nothing to decide on."""
    return state.admin is not Admin.ACTIVE or not state.data_ok


@rule("R01", _STOP, facts=("status",))
def patient_has_died(state: CaseState) -> bool:
    """The patient has died: surveillance stops and everything open is cancelled."""
    return state.admin is Admin.DECEASED


@rule("R02", _STOP, facts=("status",))
def transfer_is_acknowledged(state: CaseState) -> bool:
    """The receiving centre has acknowledged the transfer: surveillance here stops."""
    return state.admin is Admin.TRANSFERRED


@rule("R03", _STOP, facts=("lesion_status",))
def lesion_is_removed_or_treated(state: CaseState) -> bool:
    """The lesion was removed or treated: its surveillance stops."""
    return state.admin is Admin.REMOVED


@rule("R04", _STOP, cites=("S36",), facts=("status",))
def surveillance_is_not_appropriate(state: CaseState) -> bool:
    """A clinician signed that surveillance is not appropriate: it stops."""
    return state.admin is Admin.NOT_APPROPRIATE


@rule(
    "R05",
    RecommendationKind.MANUAL_REVIEW,
    window=WindowName.REVIEW,
    escalation=EscalationClass.AT_RISK,
    cites=("S30", "S31"),
    facts=("status",),
)
def data_cannot_be_decided_on(state: CaseState) -> bool:
    """Birth date or exam dates are missing or impossible: a person must complete them."""
    return state.admin is Admin.ACTIVE and not state.data_ok


ADMINISTRATIVE = RuleGroup(
    "Administrative and data",
    is_administrative,
    (
        patient_has_died,
        transfer_is_acknowledged,
        lesion_is_removed_or_treated,
        surveillance_is_not_appropriate,
        data_cannot_be_decided_on,
    ),
)
