"""Old referrals of the invented registry are answered, as most of them are in life.

A registry file seldom says what a meeting decided years ago; without this, the first page of the
demonstration would show nothing but referrals that nobody has heard of since.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random

from patients.models import RiskProfile, Tri
from surveillance.intake.synthetic.words import CLINICIANS
from surveillance.models import FollowUp, LesionEventKind
from surveillance.protocol.terms import MdtOutcome, ObligationKind, RecommendationKind
from surveillance.workflows.record_lesion_event import record_lesion_event
from surveillance.workflows.update_risk import facts_of, update_risk

OLD = timedelta(days=30)
ANSWERED = 0.93
MEETING_AFTER = timedelta(days=9)


def answer_backlog(*, now: datetime, rng: Random) -> None:
    """Most referrals whose last day is a month past get a decision dated after the last exam."""
    for follow_up in _old_referrals(now):
        if rng.random() < ANSWERED:
            _answer(follow_up, now, rng)


def _old_referrals(now: datetime) -> Iterator[FollowUp]:
    rows = FollowUp.objects.open().filter(
        kind=ObligationKind.REFERRAL, latest_on__lt=now.date() - OLD
    )
    rows = rows.select_related("lesion", "patient__site", "owner")
    yield from rows.order_by("site__slug", "patient__mrn", "lesion__label")


def _answer(follow_up: FollowUp, now: datetime, rng: Random) -> None:
    if follow_up.recommendation == RecommendationKind.PAED_EVALUATION:
        _evaluate(follow_up, now)
        return
    today = follow_up.patient.site.local_date(now)
    record_lesion_event(
        lesion=follow_up.lesion,
        kind=LesionEventKind.MDT_DECISION,
        value=MdtOutcome.CONTINUE_SURVEILLANCE,
        occurred_on=min(today, _last_exam_on(follow_up, today) + MEETING_AFTER),
        author=rng.choice(CLINICIANS),
        evidence="Minutes of the meeting (synthetic)",
        by=follow_up.owner,
        now=now,
    )


def _last_exam_on(follow_up: FollowUp, today: date) -> date:
    days = follow_up.lesion.observations.known_by(today).values_list(
        "exam__performed_on", flat=True
    )
    return max(days, default=today)


def _evaluate(follow_up: FollowUp, now: datetime) -> None:
    """The child's infection and vascular work-up is on file."""
    patient = follow_up.patient
    today = patient.site.local_date(now)
    profile = RiskProfile.objects.filter(patient=patient).in_force(today).first()
    if profile is not None:
        update_risk(
            patient=patient,
            facts=replace(facts_of(profile), torch_evaluated=Tri.YES),
            effective_on=today,
            source="paediatric clinic (synthetic)",
            by=follow_up.owner,
            now=now,
        )
