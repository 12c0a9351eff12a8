"""The written form of an answer, one JSON object per case (design: `manage.py decide`)."""

from surveillance.protocol.facts import SurveillanceCase
from surveillance.protocol.ladder import tier_on
from surveillance.protocol.recommendation import Obligation, Recommendation, Window
from surveillance.protocol.timeliness import overdue_days


def decision_json(case: SurveillanceCase, answer: Recommendation) -> dict[str, object]:
    """The fields of the contract. `tier_if_unbooked` assumes that the task was opened before its
    latest day and that nothing is booked."""
    window = answer.window
    return {
        "id": case.case_id or None,
        "rule": answer.rule,
        "recommendation": answer.kind.value,
        "window": window_json(window),
        "preferred_modality": answer.preferred_modality and answer.preferred_modality.value,
        "biopsy_allowed": answer.biopsy_allowed,
        "biopsy_reasons": [reason.value for reason in answer.biopsy_reasons],
        "escalation_class": answer.escalation_class.value,
        "stop": answer.stop,
        "cites": list(answer.cites),
        "addons": list(answer.addons),
        "reasons": list(answer.reasons),
        "missing": list(answer.missing),
        "protocol_version": answer.protocol_version,
        "overdue_days": overdue_days(window, case.as_of) if window else 0,
        "tier_if_unbooked": _tier(case, answer, window) if window else 0,
        "rule_title": answer.rule_title,
        "risk": answer.risk.value,
        "alternatives": [modality.value for modality in answer.alternatives],
        "blocked": [modality.value for modality in answer.blocked],
        "biopsy_cautions": list(answer.biopsy_cautions),
        "facts_used": dict(answer.facts_used),
        "quotes": {citation.key: citation.quote for citation in answer.citations},
        "obligations": [_obligation_json(each) for each in answer.obligations],
    }


def window_json(window: Window | None) -> dict[str, str] | None:
    """ISO days, or None."""
    if window is None:
        return None
    return {
        "earliest": window.earliest.isoformat(),
        "target": window.target.isoformat(),
        "latest": window.latest.isoformat(),
    }


def _tier(case: SurveillanceCase, answer: Recommendation, window: Window) -> int:
    opened = min(window.earliest, case.as_of)
    return tier_on(answer.escalation_class, window, case.as_of, owed_since=opened)


def _obligation_json(obligation: Obligation) -> dict[str, object]:
    return {
        "kind": obligation.kind.value,
        "recommendation": obligation.recommendation.value,
        "window": window_json(obligation.window),
        "escalation_class": obligation.escalation_class.value,
        "modality": obligation.modality and obligation.modality.value,
    }
