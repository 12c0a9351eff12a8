"""What the database itself refuses about obligations and facts, on SQLite and PostgreSQL alike."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from surveillance.models import FollowUp, FollowUpOutcome
from surveillance.protocol.terms import ObligationKind
from tests.factories import NOW, TODAY, UserFactory
from tests.surveillance.factories import (
    EscalationFactory,
    FollowUpFactory,
    ImagingExamFactory,
    LesionAssessmentFactory,
    LesionEventFactory,
    LesionFactory,
    LesionObservationFactory,
)

pytestmark = pytest.mark.django_db

YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)


def refused(constraint: str, make, **fields):
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        make(**fields)
    return constraint in str(error.value) or "UNIQUE constraint failed" in str(error.value)


def test_one_open_follow_up_per_lesion_and_kind():
    first = FollowUpFactory()

    assert refused("one_open_per_lesion_and_kind", FollowUpFactory, lesion=first.lesion)
    assert FollowUpFactory(lesion=first.lesion, kind=ObligationKind.REFERRAL)
    assert FollowUpFactory(lesion=first.lesion, closed_at=NOW, outcome="SUPERSEDED")
    assert FollowUpFactory()


@pytest.mark.parametrize(
    "window",
    [
        pytest.param((TODAY, YESTERDAY, TOMORROW), id="target before earliest"),
        pytest.param((YESTERDAY, TOMORROW, TODAY), id="latest before target"),
    ],
)
def test_window_is_in_order(window):
    earliest, target, latest = window

    assert refused(
        "follow_up_window_in_order",
        FollowUpFactory,
        earliest_on=earliest,
        target_on=target,
        latest_on=latest,
    )


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"closed_at": NOW}, id="no outcome"),
        pytest.param({"outcome": "NO_LONGER_OWED"}, id="no moment"),
        pytest.param({"outcome_note": "done"}, id="a note on an open one"),
    ],
)
def test_closure_is_whole(fields):
    assert refused("follow_up_closure_is_whole", FollowUpFactory, **fields)


def test_completed_imaging_names_its_exam_and_nothing_else_does():
    exam = ImagingExamFactory()
    done = {"closed_at": NOW, "outcome": FollowUpOutcome.COMPLETED}

    assert refused("imaging_completed_by_an_exam", FollowUpFactory, **done)
    assert refused(
        "imaging_completed_by_an_exam",
        FollowUpFactory,
        kind=ObligationKind.REFERRAL,
        completed_by=exam,
        **done,
    )
    assert refused("imaging_completed_by_an_exam", FollowUpFactory, completed_by=exam)
    assert FollowUpFactory(completed_by=exam, **done)
    assert FollowUpFactory(kind=ObligationKind.REFERRAL, **done)


def test_snooze_has_a_reason():
    assert refused("follow_up_snooze_has_a_reason", FollowUpFactory, snoozed_until=TOMORROW)
    assert refused("follow_up_snooze_has_a_reason", FollowUpFactory, snooze_reason="away")


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"latest_on": date(2027, 3, 1)}, id="last day"),
        pytest.param({"earliest_on": date(2026, 11, 1)}, id="first day"),
        pytest.param({"recommendation": "SINGLE_CHECK_6M"}, id="advice"),
        pytest.param({"escalation_class": "LOW"}, id="class"),
        pytest.param({"kind": "REVIEW"}, id="kind"),
        pytest.param({"owed_since": TOMORROW}, id="place on the ladder"),
    ],
)
def test_what_is_owed_never_changes(fields):
    follow_up = FollowUpFactory()

    with pytest.raises(Exception, match="only ever added"), transaction.atomic():
        FollowUp.objects.filter(pk=follow_up.pk).update(**fields)


def test_exam_number_is_unique_among_standing_exams_of_a_site():
    exam = ImagingExamFactory(accession="A1")

    again = {"accession": "A1", "patient": exam.patient}
    assert refused("imaging_exam_accession_once_per_site", ImagingExamFactory, **again)
    assert ImagingExamFactory(retracted_at=NOW, retracted_reason="error", **again)
    assert ImagingExamFactory(accession="A1")


@pytest.mark.parametrize(
    ("make", "name"),
    [(ImagingExamFactory, "imaging_exam"), (LesionEventFactory, "lesion_event")],
)
def test_retraction_is_whole(make, name):
    assert refused(f"{name}_retraction_is_whole", make, retracted_at=NOW)
    assert refused(f"{name}_retraction_is_whole", make, retracted_reason="error")


def test_outside_exam_has_evidence():
    assert refused("from_outside_has_evidence", ImagingExamFactory, is_external=True)
    assert ImagingExamFactory(is_external=True, evidence="report on file")


@pytest.mark.parametrize("size", ["0", "-1"])
def test_size_is_positive(size):
    assert refused("size_is_positive", LesionObservationFactory, size_mm=size)


def test_one_finding_per_exam_and_lesion():
    row = LesionObservationFactory()

    again = {"lesion": row.lesion, "exam": row.exam}
    assert refused("lesion_observation_once_per_exam", LesionObservationFactory, **again)


def test_label_is_unique_per_record():
    lesion = LesionFactory()

    again = {"patient": lesion.patient, "label": lesion.label}
    assert refused("lesion_label_once_per_patient_record", LesionFactory, **again)
    assert LesionFactory(origin_mrn="OTHER", **again)


@pytest.mark.parametrize("missing", ["assessed_by", "override_kind", "override_reason"])
def test_override_has_author_kind_and_reason(missing):
    computed = LesionAssessmentFactory()
    whole = {
        "lesion": computed.lesion,
        "overrides": computed,
        "override_kind": "SOONER",
        "override_reason": "worried",
        "assessed_by": UserFactory(),
    }
    empty = None if missing == "assessed_by" else ""

    assert LesionAssessmentFactory(**whole)
    name = "assessment_override_has_author_kind_and_reason"
    assert refused(name, LesionAssessmentFactory, **whole | {missing: empty})


def test_each_tier_is_raised_once():
    escalation = EscalationFactory()

    again = {"follow_up": escalation.follow_up, "tier": escalation.tier}
    assert refused("escalation_once_per_follow_up_and_tier", EscalationFactory, **again)
    assert refused("escalation_tier_is_1_to_4", EscalationFactory, tier=5)


def test_queue_is_ordered_by_danger():
    low = FollowUpFactory(low=True)
    at_risk = FollowUpFactory()
    urgent = FollowUpFactory(urgent=True)

    assert list(FollowUp.objects.dangerous_first()) == [urgent, at_risk, low]
