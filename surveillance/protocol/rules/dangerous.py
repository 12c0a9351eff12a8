"""5.3 Adults: dangerous conclusions."""

from surveillance.protocol.characterisation import DANGEROUS
from surveillance.protocol.rules.administrative import is_administrative
from surveillance.protocol.rules.rule import RuleGroup, WindowName, rule
from surveillance.protocol.state import CaseState
from surveillance.protocol.terms import (
    Conclusion,
    EscalationClass,
    PathologyResult,
    RecommendationKind,
    Risk,
)

_AT_RISK, _URGENT = EscalationClass.AT_RISK, EscalationClass.URGENT
_FACTS = ("conclusion", "risk", "pathology", "mdt")


def is_adult(state: CaseState) -> bool:
    """An active adult with usable data."""
    return not is_administrative(state) and not state.child


def has_dangerous_conclusion(state: CaseState) -> bool:
    """Malignant on biopsy, or a dangerous conclusion that nothing has outranked."""
    return state.pathology is PathologyResult.MALIGNANT or state.conclusion in DANGEROUS


def is_dangerous_adult(state: CaseState) -> bool:
    """The scope of this group."""
    return is_adult(state) and has_dangerous_conclusion(state)


def _malignant(state: CaseState) -> bool:
    return state.pathology is PathologyResult.MALIGNANT


def _has_malignancy(state: CaseState) -> bool:
    return state.malignancy


def _mucinous(state: CaseState) -> bool:
    return state.conclusion is Conclusion.MCN_SUSPECTED


@rule(
    "R20",
    RecommendationKind.MDT_REFERRAL,
    window=WindowName.URGENT,
    escalation=_URGENT,
    facts=("pathology",),
)
def malignant_on_biopsy(state: CaseState) -> bool:
    """A malignant biopsy goes to the MDT."""
    return _malignant(state)


@rule(
    "R30",
    RecommendationKind.MDT_REFERRAL,
    need="MDT",
    window=WindowName.URGENT,
    escalation=_URGENT,
    cites=("S12", "S25"),
    facts=_FACTS,
)
def suspicious_for_hcc_in_at_risk_liver(state: CaseState) -> bool:
    """A lesion suspicious for HCC in an at-risk liver goes to the HCC MDT, calcified or not."""
    suspicious = state.conclusion is Conclusion.SUSPICIOUS_HCC
    return not _malignant(state) and suspicious and state.risk is Risk.AT_RISK


@rule(
    "R31",
    RecommendationKind.MDT_REFERRAL,
    need="MDT",
    window=WindowName.URGENT,
    escalation=_URGENT,
    cites=("S12",),
    facts=_FACTS,
    note="HCC is not proved by imaging here: tissue may be considered.",
)
def suspicious_for_hcc_elsewhere(state: CaseState) -> bool:
    """A lesion suspicious for HCC in any other liver goes to the MDT; tissue may be considered."""
    suspicious = state.conclusion is Conclusion.SUSPICIOUS_HCC
    return not _malignant(state) and suspicious and state.risk is not Risk.AT_RISK


@rule(
    "R32",
    RecommendationKind.MDT_REFERRAL,
    need="MDT",
    window=WindowName.URGENT,
    escalation=_URGENT,
    cites=("S2",),
    also=(("S18", _has_malignancy),),
    facts=(*_FACTS, "malignancy"),
    note="Tissue may be considered.",
)
def malignant_but_not_hcc(state: CaseState) -> bool:
    """A lesion that looks malignant but not like HCC (LR-M) goes to the MDT."""
    return not _malignant(state) and state.conclusion is Conclusion.MALIGNANT_NON_HCC


@rule(
    "R35",
    RecommendationKind.SURGICAL_REFERRAL,
    need="SURGEON",
    window=WindowName.EXPEDITED,
    escalation=_AT_RISK,
    cites=("S20",),
    facts=_FACTS,
)
def mucinous_neoplasm(state: CaseState) -> bool:
    """A suspected mucinous cystic neoplasm is referred for resection."""
    return not _malignant(state) and _mucinous(state) and not state.consulted


@rule(
    "R36",
    RecommendationKind.MDT_REFERRAL,
    window=WindowName.EXPEDITED,
    escalation=_AT_RISK,
    cites=("S2",),
    also=(("WHO-CE-2025", lambda _state: True),),
    facts=_FACTS,
    note="Puncture and biopsy are contraindicated.",
)
def hydatid_cyst(state: CaseState) -> bool:
    """A suspected hydatid cyst goes to the MDT; it is never punctured."""
    hydatid = state.conclusion is Conclusion.HYDATID_SUSPECTED
    return not _malignant(state) and hydatid and not state.consulted


@rule(
    "R39",
    RecommendationKind.SURVEILLANCE_IMAGING,
    window=WindowName.SURVEILLANCE_SIX,
    escalation=_AT_RISK,
    cites=("S34",),
    also=(("S20", _mucinous),),
    facts=_FACTS,
    note="No automatic stop.",
)
def watched_hydatid_or_mucinous(state: CaseState) -> bool:
    """A hydatid cyst or mucinous neoplasm that the MDT decided to watch is imaged 6-monthly."""
    special = state.conclusion in (Conclusion.HYDATID_SUSPECTED, Conclusion.MCN_SUSPECTED)
    return not _malignant(state) and special and state.consulted


DANGEROUS_CONCLUSIONS = RuleGroup(
    "Adults: dangerous conclusions",
    is_dangerous_adult,
    (
        malignant_on_biopsy,
        suspicious_for_hcc_in_at_risk_liver,
        suspicious_for_hcc_elsewhere,
        malignant_but_not_hcc,
        mucinous_neoplasm,
        hydatid_cyst,
        watched_hydatid_or_mucinous,
    ),
)
