"""Verbs that larger workflows use, tried by themselves; and lost races."""

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError

from surveillance.models import (
    EscalationResolution,
    FollowUp,
    FollowUpOutcome,
    ImagingExam,
    Lesion,
    LesionObservation,
)
from surveillance.protocol.recommendation import Obligation, Window
from surveillance.protocol.terms import (
    EscalationClass,
    Modality,
    ObligationKind,
    RecommendationKind,
)
from surveillance.workflows.add_findings import add_findings
from surveillance.workflows.change_follow_up import FollowUpAlreadyClosed
from surveillance.workflows.close_follow_ups import Closing, close_follow_ups
from surveillance.workflows.record_exam import record_exam
from surveillance.workflows.register_lesion import register_lesion
from surveillance.workflows.resolve_escalations import resolve_escalations
from surveillance.workflows.schedule_follow_ups import NewFollowUp, schedule_follow_ups
from tests.factories import NOW, TODAY
from tests.surveillance.factories import (
    EscalationFactory,
    FollowUpFactory,
    LesionAssessmentFactory,
    LesionFactory,
    finding,
    report,
)

LAST_WEEK = date(2026, 8, 24)
WINDOW = Window(date(2026, 11, 20), date(2026, 12, 20), date(2027, 2, 20))


@pytest.fixture
def scheduled(ward):
    assessment = LesionAssessmentFactory(lesion=ward.lesion)

    def schedule(window=WINDOW, *, replaces=None):
        owed = Obligation(
            ObligationKind.IMAGING,
            RecommendationKind.SURVEILLANCE_IMAGING,
            window,
            EscalationClass.AT_RISK,
            Modality.US,
            "because",
        )
        new = NewFollowUp(
            lesion=ward.lesion,
            patient=ward.cirrhotic,
            assessment=assessment,
            obligation=owed,
            replaces=replaces,
        )
        [follow_up] = schedule_follow_ups(new=[new], by=None, now=NOW)
        return follow_up

    return schedule


def test_obligation_becomes_a_follow_up_with_an_owner(ward, scheduled):
    follow_up = scheduled()

    stored = FollowUp.objects.get()
    assert stored == follow_up
    assert (stored.owner, stored.owed_since, stored.opened_at) == (ward.navigator, TODAY, NOW)
    assert (stored.latest_on, stored.advised_modality) == (WINDOW.latest, "US")
    assert stored.next_look_on == date(2026, 10, 21)  # thirty days before earliest


def test_what_a_follow_up_replaces_is_superseded(scheduled):
    first = scheduled()

    second = scheduled(Window(WINDOW.earliest, WINDOW.earliest, WINDOW.target), replaces=first)

    first.refresh_from_db()
    assert (first.outcome, first.superseded_by) == ("SUPERSEDED", second)


def test_overdue_obligation_is_looked_at_today(scheduled):
    past = Window(date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1))

    assert scheduled(past).next_look_on == TODAY


def test_escalations_are_resolved_once(ward):
    escalation = EscalationFactory()

    def resolve() -> int:
        return resolve_escalations(
            follow_ups=[escalation.follow_up],
            resolution=EscalationResolution.BOOKED_IN_TIME,
            now=NOW,
        )

    assert resolve() == 1
    assert resolve() == 0

    escalation.refresh_from_db()
    assert (escalation.resolution, escalation.resolved_at) == ("BOOKED_IN_TIME", NOW)


def test_nothing_to_close_is_nothing_done(ward):
    close_follow_ups(closings=[], by=None, now=NOW)

    assert not FollowUp.objects.exists()


def test_none_is_closed_when_one_was_closed_meanwhile(ward):
    still_open, closed = FollowUpFactory(), FollowUpFactory(closed_at=NOW, outcome="REMOVED")
    closings = [
        Closing(follow_up=row, outcome=FollowUpOutcome.NO_LONGER_OWED)
        for row in (still_open, closed)
    ]

    with pytest.raises(FollowUpAlreadyClosed):
        close_follow_ups(closings=closings, by=None, now=NOW)

    still_open.refresh_from_db()
    assert still_open.closed_at is None


@pytest.fixture
def losing_once(monkeypatch):
    """The database refuses the first insertion into a table, as when somebody was faster."""

    def lose(model):
        manager = type(model.objects)
        insert = manager.bulk_create
        lost: list[type[Any]] = []

        def once(self, rows, **options):
            if self.model is model and rows and not lost:
                lost.append(model)
                raise IntegrityError("somebody was faster")
            return insert(self, rows, **options)

        monkeypatch.setattr(manager, "bulk_create", once)

    return lose


def test_exam_is_recorded_after_a_lost_race(ward, losing_once):
    losing_once(ImagingExam)

    told = report(finding(ward.lesion), on=LAST_WEEK)
    record_exam(patient=ward.cirrhotic, report=told, by=None, now=NOW)

    assert ImagingExam.objects.count() == 1


def test_finding_is_added_after_a_lost_race(ward, losing_once):
    told = report(finding(ward.lesion), on=LAST_WEEK)
    exam = record_exam(patient=ward.cirrhotic, report=told, by=None, now=NOW).exam
    losing_once(LesionObservation)

    further = finding(LesionFactory(patient=ward.cirrhotic))
    add_findings(exam=exam, findings=[further], by=None, now=NOW)

    assert exam.observations.count() == 2


def test_lesion_is_registered_after_a_lost_race(ward, losing_once):
    losing_once(Lesion)

    lesion = register_lesion(patient=ward.cirrhotic, label="L9", by=None, now=NOW)

    assert Lesion.objects.get(label="L9") == lesion
