"""What is owed compared with what is open: which follow-ups go on, end, begin.

Nothing here reads or writes the database; workflows act on the answers.
"""

from dataclasses import replace

from surveillance.models import FollowUp, FollowUpOutcome
from surveillance.protocol.facts import SurveillanceCase
from surveillance.protocol.recommendation import Obligation, Recommendation, Window
from surveillance.protocol.terms import ObligationKind, RecommendationKind, Tri

OUTCOME_OF_STOP = {
    "R01": FollowUpOutcome.DECEASED,
    "R02": FollowUpOutcome.TRANSFERRED,
    "R03": FollowUpOutcome.REMOVED,
    "R04": FollowUpOutcome.NOT_APPROPRIATE,
}
"""How an administrative stop is coded (clinical.md 5.1)."""


def window_of(follow_up: FollowUp) -> Window:
    """The days between which the follow-up is owed."""
    return Window(follow_up.earliest_on, follow_up.target_on, follow_up.latest_on)


def never_later(obligation: Obligation, follow_up: FollowUp | None) -> Obligation:
    """What is owed, given what is open already.

    A review starts on the day it is asked for, so its window would move with every day; once
    open it keeps its earlier days (I9).
    """
    if follow_up is None or obligation.kind != ObligationKind.REVIEW:
        return obligation
    new, old = obligation.window, window_of(follow_up)
    kept = Window(
        min(new.earliest, old.earliest), min(new.target, old.target), min(new.latest, old.latest)
    )
    return replace(obligation, window=kept)


def is_owed_as(follow_up: FollowUp, obligation: Obligation) -> bool:
    """Whether the open follow-up already says what is owed."""
    advice = (follow_up.recommendation, follow_up.escalation_class, follow_up.advised_modality)
    owed = (obligation.recommendation, obligation.escalation_class, obligation.modality or "")
    asks_another = obligation.kind == ObligationKind.REVIEW and (
        follow_up.reason != obligation.reason
    )
    return advice == owed and window_of(follow_up) == obligation.window and not asks_another


def outcome_when_not_owed(
    follow_up: FollowUp,
    case: SurveillanceCase,
    recommendation: Recommendation,
    *,
    closed_by_clinician: bool,
) -> FollowUpOutcome:
    """How a follow-up ends that no exam completed and that is owed no longer."""
    if closed_by_clinician:
        return FollowUpOutcome.NOT_APPROPRIATE
    if recommendation.rule in OUTCOME_OF_STOP:
        return OUTCOME_OF_STOP[recommendation.rule]
    answered = {
        ObligationKind.REVIEW.value: True,  # the facts it asked for are there
        ObligationKind.REFERRAL.value: _referral_answered(follow_up, case),
    }
    done = answered.get(follow_up.kind, False)
    return FollowUpOutcome.COMPLETED if done else FollowUpOutcome.NO_LONGER_OWED


def _referral_answered(follow_up: FollowUp, case: SurveillanceCase) -> bool:
    """Whether pathology or a decision came after the referral was owed (clinical.md 5.8); a
    child's infection and vascular work-up answers the referral for it (S22)."""
    if follow_up.recommendation == RecommendationKind.PAED_EVALUATION:
        return case.patient.torch_evaluated is Tri.YES
    answered = [one.on for one in case.lesion.pathology]
    answered += [one.on for one in case.lesion.mdt_decisions]
    return any(day >= follow_up.earliest_on for day in answered)
