"""What a decision leaves owed, at most one of each kind: imaging, referral, review (5.8, I23)."""

from typing import Final

from surveillance.protocol.addons import ADDONS, asks_for_review
from surveillance.protocol.imaging_needs import IMAGING_KINDS, ImagingNeed
from surveillance.protocol.modality import advise
from surveillance.protocol.outlook import Outlook
from surveillance.protocol.recommendation import Obligation, Window
from surveillance.protocol.terms import (
    EscalationClass,
    Modality,
    ObligationKind,
    RecommendationKind,
)
from surveillance.protocol.windows import review_window

_RAISED: Final = frozenset({EscalationClass.AT_RISK, EscalationClass.URGENT})


def obligations_of(
    outlook: Outlook, preferred: Modality | None, addons: tuple[str, ...]
) -> tuple[Obligation, ...]:
    """Everything owed after this decision: the rule's own obligation first; nothing after a stop.

    A referral keeps its imaging beside it (A18) and stays owed until it is answered, whatever rule
    answers meanwhile (5.8).
    """
    if outlook.now.rule.stop:
        return ()
    found = [*_imaging(outlook, preferred), *_referral(outlook), *_review(outlook, addons)]
    own = outlook.now.rule.kind
    return tuple(sorted(found, key=lambda each: each.recommendation is not own))


def review_obligation(window: Window, escalation_class: EscalationClass, reason: str) -> Obligation:
    """A person must look, decide or complete facts; no exam settles it."""
    return Obligation(
        ObligationKind.REVIEW,
        RecommendationKind.MANUAL_REVIEW,
        window,
        escalation_class,
        None,
        reason,
    )


def _imaging(outlook: Outlook, preferred: Modality | None) -> list[Obligation]:
    need, rule = outlook.needs.imaging, outlook.now.rule
    if need is None:
        return []
    if rule.kind in IMAGING_KINDS:
        return [_imaging_obligation(need, rule.escalation, preferred, rule.title)]
    patient = outlook.case.patient
    modality = advise(need.kind, outlook.now, patient, outlook.bg).preferred
    return [_imaging_obligation(need, EscalationClass.AT_RISK, modality, ADDONS["A18"])]


def _imaging_obligation(
    need: ImagingNeed, escalation: EscalationClass, modality: Modality | None, reason: str
) -> Obligation:
    return Obligation(ObligationKind.IMAGING, need.kind, need.window, escalation, modality, reason)


def _referral(outlook: Outlook) -> list[Obligation]:
    need = outlook.needs.referral
    if need is None:
        return []
    rule = need.rule
    modality = None
    if rule is outlook.now.rule:
        modality = advise(rule.kind, outlook.now, outlook.case.patient, outlook.bg).preferred
    return [
        Obligation(
            ObligationKind.REFERRAL,
            rule.kind,
            need.window,
            rule.escalation,
            modality,
            rule.title,
        )
    ]


def _review(outlook: Outlook, addons: tuple[str, ...]) -> list[Obligation]:
    rule, window = outlook.now.rule, outlook.needs.window
    if rule.kind is RecommendationKind.MANUAL_REVIEW and window is not None:
        return [review_obligation(window, rule.escalation, rule.title)]
    asked = asks_for_review(addons, elevated=outlook.bg.elevated)
    if not asked:
        return []
    raised = rule.escalation in _RAISED
    escalation = EscalationClass.AT_RISK if raised else EscalationClass.LOW
    reason = " ".join(ADDONS[key] for key in asked)
    return [review_obligation(review_window(outlook.case.as_of), escalation, reason)]
