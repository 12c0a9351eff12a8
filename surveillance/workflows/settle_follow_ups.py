"""Makes what is open equal to what is owed, for many lesions at once.

Only `assess_lesions` calls this, with decisions that are already on file.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from patients.models import Patient
from patients.prepared import Prepared, slots
from surveillance.models import (
    FollowUp,
    FollowUpOutcome,
    ImagingExam,
    Lesion,
    LesionAssessment,
    LesionObservation,
    OverrideKind,
)
from surveillance.obligations import (
    is_owed_as,
    never_later,
    outcome_when_not_owed,
    window_of,
)
from surveillance.ownership import Owners
from surveillance.protocol.facts import SurveillanceCase
from surveillance.protocol.fulfilment import fulfils
from surveillance.protocol.recommendation import Obligation, Recommendation
from surveillance.protocol.terms import ObligationKind, RecommendationKind
from surveillance.workflows.close_follow_ups import Closing, close_follow_ups
from surveillance.workflows.schedule_follow_ups import NewFollowUp, schedule_follow_ups

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What is owed to one lesion, and from what that follows.

    `observations` are the rows of `case.exams`, one for one. `assessment` is the decision that a
    new follow-up cites: the protocol's, or the override that stands; the protocol's own was
    written at `decided_at`.
    """

    lesion: Lesion
    patient: Patient
    observations: tuple[LesionObservation, ...]
    case: SurveillanceCase
    recommendation: Recommendation
    obligations: tuple[Obligation, ...]
    assessment: LesionAssessment
    decided_at: datetime
    override: LesionAssessment | None


@transaction.atomic
def settle_follow_ups(*, decisions: Sequence[Decision], by: "User | None", now: datetime) -> None:
    """Close and open follow-ups until exactly what is owed is open. Twice changes nothing."""
    lesion_ids = [decision.lesion.pk for decision in decisions]
    present = _open_follow_ups(lesion_ids)
    answered = _answered_by_hand(lesion_ids)
    owners = Owners(decision.patient for decision in decisions)
    closings: list[Closing] = []
    openings: list[NewFollowUp] = []
    for decision in decisions:
        done = answered.get(decision.lesion.pk, [])
        owed = {
            one.kind: one for one in decision.obligations if not _is_answered(one, done, decision)
        }
        for kind in ObligationKind:
            follow_up = present.get((decision.lesion.pk, kind))
            wanted = owed.get(kind)
            wanted = never_later(wanted, follow_up) if wanted else None
            closing, opening = _step(decision, follow_up, wanted)
            closings += [closing] if closing else []
            openings += [opening] if opening else []
    close_follow_ups(closings=closings, by=by, now=now)
    schedule_follow_ups(new=openings, owners=owners, by=by, now=now)


_OPEN = Prepared(
    lambda: (
        FollowUp.objects.open()
        .filter(lesion__in=slots(FollowUp, "lesion", "lesions"))
        .select_related("site", "patient")
    )
)
_ANSWERED = Prepared(
    lambda: FollowUp.objects.filter(
        lesion__in=slots(FollowUp, "lesion", "lesions"),
        kind=ObligationKind.REVIEW,
        outcome=FollowUpOutcome.COMPLETED,
        closed_by__isnull=False,
    )
)


def _open_follow_ups(lesion_ids: list[UUID]) -> dict[tuple[UUID, str], FollowUp]:
    return {(row.lesion_id, row.kind): row for row in _OPEN.ask(lesions=lesion_ids)}


def _answered_by_hand(lesion_ids: list[UUID]) -> dict[UUID, list[FollowUp]]:
    """Reviews that a person completed."""
    found: dict[UUID, list[FollowUp]] = defaultdict(list)
    for row in _ANSWERED.ask(lesions=lesion_ids):
        found[row.lesion_id].append(row)
    return found


def _is_answered(owed: Obligation, done: list[FollowUp], decision: Decision) -> bool:
    """Whether a person did what is owed since it was decided; a new decision asks again."""
    return any(
        (row.kind, row.recommendation) == (owed.kind, owed.recommendation)
        and row.reason == owed.reason
        and row.closed_at is not None
        and row.closed_at > decision.decided_at
        for row in done
    )


def _step(
    decision: Decision, follow_up: FollowUp | None, owed: Obligation | None
) -> tuple[Closing | None, NewFollowUp | None]:
    """What ends and what begins for one lesion and kind."""
    if follow_up is None:
        return None, _opening(decision, owed)
    if owed is not None and is_owed_as(follow_up, owed):
        return None, None
    exam = _completing_exam(follow_up, decision)
    if exam is not None:
        done = Closing(follow_up=follow_up, outcome=FollowUpOutcome.COMPLETED, completed_by=exam.pk)
        return done, _opening(decision, owed, after=follow_up)
    if owed is not None:
        return None, _opening(decision, owed, replaces=follow_up)
    return Closing(follow_up=follow_up, outcome=_outcome(follow_up, decision)), None


def _opening(
    decision: Decision,
    owed: Obligation | None,
    *,
    replaces: FollowUp | None = None,
    after: FollowUp | None = None,
) -> NewFollowUp | None:
    if owed is None:
        return None
    return NewFollowUp(
        lesion=decision.lesion,
        patient=decision.patient,
        assessment=decision.assessment,
        obligation=owed,
        replaces=replaces,
        after=after,
    )


def _completing_exam(follow_up: FollowUp, decision: Decision) -> ImagingExam | None:
    """The first exam, told since the follow-up opened, that settles what was owed (8.3)."""
    if follow_up.kind != ObligationKind.IMAGING:
        return None
    told_before = _told_before(follow_up, decision)
    for row, exam in zip(decision.observations, decision.case.exams, strict=True):
        settled = row.exam_id not in told_before and fulfils(
            exam,
            decision.case,
            ObligationKind(follow_up.kind),
            RecommendationKind(follow_up.recommendation),
            window_of(follow_up),
        )
        if settled and settled.fulfilled:
            return row.exam
    return None


def _told_before(follow_up: FollowUp, decision: Decision) -> set[UUID]:
    """Exams that were known when the follow-up was opened."""
    exams = [row.exam for row in decision.observations]
    earlier = {exam.pk for exam in exams if exam.recorded_at < follow_up.opened_at}
    same_moment = [exam for exam in exams if exam.recorded_at == follow_up.opened_at]
    if same_moment:
        known = {exam["accession"] for exam in follow_up.assessment.inputs["history"]}
        earlier |= {exam.pk for exam in same_moment if exam.accession in known}
    return earlier


def _outcome(follow_up: FollowUp, decision: Decision) -> FollowUpOutcome:
    override = decision.override
    return outcome_when_not_owed(
        follow_up,
        decision.case,
        decision.recommendation,
        closed_by_clinician=(override is not None and override.override_kind == OverrideKind.CLOSE),
    )
