"""5.2 Children: under 18 on the as-of day."""

from surveillance.protocol.characterisation import BENIGN, DANGEROUS
from surveillance.protocol.rules.administrative import is_administrative
from surveillance.protocol.rules.rule import RuleGroup, WindowName, rule
from surveillance.protocol.standing import CharacterisationStatus
from surveillance.protocol.state import CaseState
from surveillance.protocol.terms import (
    Conclusion,
    EscalationClass,
    LesionKind,
    PathologyResult,
    RecommendationKind,
    Risk,
)

_AT_RISK, _URGENT = EscalationClass.AT_RISK, EscalationClass.URGENT
_BENIGN_ANSWERS = BENIGN | {Conclusion.HEMANGIOMA_TYPICAL}


def is_child(state: CaseState) -> bool:
    """An active child with usable data."""
    return not is_administrative(state) and state.child


def _solved(state: CaseState) -> bool:
    if state.pathology is PathologyResult.BENIGN_SPECIFIC:
        return True
    if state.pathology is PathologyResult.NONDIAGNOSTIC:
        return False
    enough = state.status is CharacterisationStatus.MRI or (
        state.status is CharacterisationStatus.OTHER and not state.malignancy
    )
    return enough and state.conclusion in _BENIGN_ANSWERS


def _is_mass(state: CaseState) -> bool:
    """Not solved, and anything but a plain isolated calcification in a child without risk."""
    if _solved(state):
        return False
    return (
        state.kind is not LesionKind.ISOLATED_CALCIFICATION
        or state.conclusion in DANGEROUS
        or state.risk is Risk.AT_RISK
        or state.malignancy
        or state.suspicious
    )


def _referred_as_suspicious(state: CaseState) -> bool:
    unwatched = not state.consulted or state.pathology is PathologyResult.MALIGNANT
    return state.suspicious and unwatched


def _is_plain(state: CaseState) -> bool:
    """Neither heart failure, nor suspicion, nor hemangioma."""
    return not (
        state.heart_failure
        or _referred_as_suspicious(state)
        or state.conclusion is Conclusion.HEMANGIOMA_TYPICAL
    )


def _causes_open(state: CaseState) -> bool:
    isolated = state.kind is LesionKind.ISOLATED_CALCIFICATION
    return isolated and not state.evaluated_for_causes


def _in_series(state: CaseState) -> bool:
    return _is_plain(state) and not _is_mass(state) and not _causes_open(state)


def _is_low(state: CaseState) -> bool:
    return not state.elevated and not state.malignancy


@rule(
    "R11",
    RecommendationKind.PAED_HEMANGIOMA_MONITORING,
    window=WindowName.IMMEDIATE,
    escalation=_URGENT,
    cites=("S23",),
    facts=("age", "cardiac_failure_signs"),
)
def child_with_heart_failure(state: CaseState) -> bool:
    """A child with signs of high-output heart failure is seen at once."""
    return state.heart_failure


@rule(
    "R10",
    RecommendationKind.PAED_MDT_REFERRAL,
    need="PAEDIATRIC_MDT",
    window=WindowName.URGENT,
    escalation=_URGENT,
    cites=("S22",),
    facts=("age", "conclusion", "pathology", "growth", "afp", "mdt"),
)
def child_with_suspicion(state: CaseState) -> bool:
    """A child with a suspicious lesion goes to the paediatric MDT."""
    return not state.heart_failure and _referred_as_suspicious(state)


@rule(
    "R12",
    RecommendationKind.PAED_HEMANGIOMA_MONITORING,
    window=WindowName.PAED_HEMANGIOMA,
    escalation=_AT_RISK,
    cites=("S23", "S24"),
    facts=("age", "conclusion"),
    note="Stopped by a clinician only.",
)
def child_with_hemangioma(state: CaseState) -> bool:
    """A child with a hepatic hemangioma is monitored by ultrasound with a check of the heart."""
    quiet = not state.heart_failure and not _referred_as_suspicious(state)
    return quiet and state.conclusion is Conclusion.HEMANGIOMA_TYPICAL


@rule(
    "R13",
    RecommendationKind.PAED_MDT_REFERRAL,
    need="PAEDIATRIC_MDT",
    window=WindowName.URGENT,
    escalation=_URGENT,
    cites=("S7", "S22"),
    facts=("age", "kind", "risk", "malignancy", "conclusion", "mdt"),
)
def child_with_mass(state: CaseState) -> bool:
    """A child with a mass, or with liver risk or cancer, has contrast MRI by the paediatric MDT."""
    return _is_plain(state) and _is_mass(state) and not state.consulted


@rule(
    "R17",
    RecommendationKind.PAED_SERIAL_US,
    window=WindowName.PAED_ULTRASOUND,
    escalation=_AT_RISK,
    cites=("S22", "S24"),
    facts=("age", "kind", "risk", "malignancy", "mdt"),
    note="Stopped by a clinician only.",
)
def child_with_mass_watched_by_mdt(state: CaseState) -> bool:
    """A child's mass that the MDT decided to watch has serial ultrasound."""
    return _is_plain(state) and _is_mass(state) and state.consulted


@rule(
    "R14",
    RecommendationKind.PAED_EVALUATION,
    window=WindowName.PAED_EVALUATION,
    escalation=_AT_RISK,
    cites=("S22", "S24"),
    facts=("age", "kind", "torch_evaluated"),
)
def child_not_evaluated_for_causes(state: CaseState) -> bool:
    """A child's isolated calcification is evaluated for infection and vascular causes."""
    return _is_plain(state) and not _is_mass(state) and _causes_open(state)


@rule(
    "R16",
    RecommendationKind.STOP_SURVEILLANCE,
    cites=("S24",),
    facts=("age", "risk", "malignancy", "series"),
)
def child_with_stable_series(state: CaseState) -> bool:
    """A child's low-risk calcification, stable or smaller over a year, needs no more imaging."""
    return _in_series(state) and _is_low(state) and state.stable_series


@rule(
    "R15",
    RecommendationKind.PAED_SERIAL_US,
    window=WindowName.PAED_ULTRASOUND,
    escalation=EscalationClass.LOW,
    cites=("S24",),
    facts=("age", "risk", "malignancy", "series"),
)
def child_in_series(state: CaseState) -> bool:
    """A child's low-risk calcification has serial ultrasound until it is stable for a year."""
    return _in_series(state) and _is_low(state) and not state.stable_series


@rule(
    "R15b",
    RecommendationKind.PAED_SERIAL_US,
    window=WindowName.PAED_ULTRASOUND,
    escalation=_AT_RISK,
    cites=("S24",),
    facts=("age", "risk", "malignancy"),
    note="Stopped by a clinician only.",
)
def child_at_risk_in_series(state: CaseState) -> bool:
    """A child with liver risk or cancer has serial ultrasound without an automatic end."""
    return _in_series(state) and not _is_low(state)


CHILDREN = RuleGroup(
    "Children",
    is_child,
    (
        child_with_heart_failure,
        child_with_suspicion,
        child_with_hemangioma,
        child_with_mass,
        child_with_mass_watched_by_mdt,
        child_not_evaluated_for_causes,
        child_with_stable_series,
        child_in_series,
        child_at_risk_in_series,
    ),
)
