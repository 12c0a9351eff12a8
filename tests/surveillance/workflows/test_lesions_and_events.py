"""Lesions are registered; what is known of them besides exams is recorded and retracted."""

from datetime import date, timedelta
from typing import Any

import pytest

from patients.models import AuditEvent
from surveillance.models import (
    EVENT_VALUES,
    FollowUp,
    Lesion,
    LesionAssessment,
    LesionEvent,
    LesionEventKind,
)
from surveillance.protocol.terms import Conclusion, LesionKind, LiRads, ObligationKind, Segment, Tri
from surveillance.workflows.append_lesion_events import LesionEventImpossible
from surveillance.workflows.record_exam import record_exam
from surveillance.workflows.record_lesion_event import record_lesion_event
from surveillance.workflows.register_lesion import register_lesion
from surveillance.workflows.register_lesions import LesionWithoutLabel
from surveillance.workflows.retract_lesion_event import retract_lesion_event
from surveillance.workflows.retract_row import RetractionWithoutReason
from tests.factories import NOW, TODAY, PatientFactory
from tests.surveillance.factories import LesionFactory, finding, report

LAST_WEEK = date(2026, 8, 24)
Kind = LesionEventKind


def recorded(ward, kind=Kind.MDT_DECISION, value="CONTINUE_SURVEILLANCE", **said):
    values: dict[str, Any] = {"occurred_on": LAST_WEEK, "author": "Dr Example", "now": NOW} | said
    return record_lesion_event(
        lesion=ward.lesion, kind=kind, value=value, by=ward.clinician, **values
    )


def test_lesion_is_registered_and_owed_a_first_look(ward):
    lesion = register_lesion(
        patient=ward.cirrhotic,
        label="L9",
        kind=LesionKind.CYSTIC,
        segments=[Segment.IVA, Segment.V],
        symptomatic=Tri.YES,
        by=ward.navigator,
        now=NOW,
    )

    stored = Lesion.objects.get(label="L9")
    assert stored == lesion
    assert (stored.kind, stored.segments, stored.symptomatic) == ("CYSTIC", ["IVA", "V"], "YES")
    assert (stored.origin_mrn, stored.recorded_by) == (ward.cirrhotic.mrn, ward.navigator)
    review = FollowUp.objects.open().get(lesion=lesion)
    assert (review.kind, review.owner) == ("REVIEW", ward.navigator)


def test_same_label_again_is_the_same_lesion(ward):
    first = register_lesion(patient=ward.cirrhotic, label="L9", by=None, now=NOW)
    decisions = LesionAssessment.objects.count()

    second = register_lesion(patient=ward.cirrhotic, label="L9", by=None, now=NOW)

    assert first == second
    assert LesionAssessment.objects.count() == decisions


def test_lesion_of_a_merged_record_is_recognised_at_the_survivor(ward):
    merged = PatientFactory(site=ward.site, merged_into=ward.cirrhotic)
    first = register_lesion(patient=merged, label=ward.lesion.label, by=None, now=NOW)
    second = register_lesion(patient=merged, label=ward.lesion.label, by=None, now=NOW)

    assert first == second != ward.lesion
    assert (first.patient, first.origin_mrn) == (ward.cirrhotic, merged.mrn)


def test_lesion_without_label_is_refused(ward):
    with pytest.raises(LesionWithoutLabel):
        register_lesion(patient=ward.cirrhotic, label=" ", by=None, now=NOW)


@pytest.mark.parametrize(
    ("kind", "value"), [(kind, value) for kind in Kind for value in EVENT_VALUES[kind]]
)
def test_every_value_of_every_kind_is_taken(ward, kind, value):
    event = recorded(ward, kind, value)

    stored = LesionEvent.objects.get()
    assert stored == event
    assert (stored.kind, stored.value, stored.occurred_on) == (kind, value, LAST_WEEK)
    assert (stored.recorded_at, stored.recorded_by) == (NOW, ward.clinician)
    assert AuditEvent.objects.get(action="lesion_event_recorded").detail["kind"] == kind


def test_event_leads_to_new_decisions_on_all_lesions(ward):
    other = LesionFactory(patient=ward.cirrhotic)

    recorded(ward, Kind.REMOVED_OR_TREATED, "REMOVED")

    decided = LesionAssessment.objects.all()
    assert {(one.lesion, one.rule) for one in decided} == {(ward.lesion, "R03"), (other, "R05")}


def test_removal_closes_what_was_owed(ward):
    told = report(finding(ward.lesion, lirads=LiRads.LR_3), on=LAST_WEEK)
    record_exam(patient=ward.cirrhotic, report=told, by=None, now=NOW)

    recorded(ward, Kind.REMOVED_OR_TREATED, "TREATED", occurred_on=TODAY)

    assert not FollowUp.objects.open().exists()
    assert {row.outcome for row in FollowUp.objects.all()} == {"REMOVED"}


def test_decision_to_watch_completes_the_referral_and_imaging_goes_on(ward):
    told = report(finding(ward.lesion, "30", conclusion=Conclusion.MCN_SUSPECTED), on=LAST_WEEK)
    record_exam(patient=ward.cirrhotic, report=told, by=None, now=NOW)
    referral = FollowUp.objects.open().get(kind=ObligationKind.REFERRAL)

    recorded(ward, occurred_on=TODAY)

    referral.refresh_from_db()
    assert referral.outcome == "COMPLETED"
    assert [row.kind for row in FollowUp.objects.open().exclude(kind="REVIEW")] == ["IMAGING"]


def test_same_event_again_changes_nothing(ward):
    first = recorded(ward)
    decisions = LesionAssessment.objects.count()

    second = recorded(ward, now=NOW + timedelta(days=2))

    assert first == second
    assert LesionAssessment.objects.count() == decisions


@pytest.mark.parametrize(
    ("said", "field"),
    [
        pytest.param({"value": "PERHAPS"}, "value", id="unknown value"),
        pytest.param({"occurred_on": TODAY + timedelta(days=1)}, "occurred_on", id="future"),
        pytest.param({"occurred_on": date(1970, 5, 16)}, "occurred_on", id="before birth"),
        pytest.param({"author": " "}, "author", id="nobody"),
    ],
)
def test_impossible_event_is_refused_by_field(ward, said, field):
    with pytest.raises(LesionEventImpossible) as refused:
        recorded(ward, **said)

    assert refused.value.details["field"] == field
    assert not LesionEvent.objects.exists()


def test_retracted_event_no_longer_counts_and_stays_visible(ward):
    event = recorded(ward, Kind.REMOVED_OR_TREATED, "REMOVED")

    retract_lesion_event(event=event, reason="other lesion", by=ward.clinician, now=NOW)

    stored = LesionEvent.objects.get()
    assert (stored.retracted_at, stored.retracted_reason) == (NOW, "other lesion")
    assert FollowUp.objects.open().filter(lesion=ward.lesion).exists()


def test_retracting_an_event_twice_changes_nothing(ward):
    event = recorded(ward)
    retract_lesion_event(event=event, reason="error", by=ward.clinician, now=NOW)

    again = retract_lesion_event(event=event, reason="more", by=ward.clinician, now=NOW)

    assert again == []
    assert AuditEvent.objects.filter(action="lesion_event_retracted").count() == 1


def test_retracting_an_event_needs_a_reason(ward):
    with pytest.raises(RetractionWithoutReason):
        retract_lesion_event(event=recorded(ward), reason="", by=ward.clinician, now=NOW)


def test_retracted_event_may_be_recorded_again(ward):
    first = recorded(ward)
    retract_lesion_event(event=first, reason="error", by=ward.clinician, now=NOW)

    assert recorded(ward) != first


def test_event_is_not_on_file_when_the_decision_fails(ward, monkeypatch):
    def broken(*_args, **_kwargs):
        raise RuntimeError("the second write fails")

    monkeypatch.setattr(LesionAssessment.objects.__class__, "bulk_create", broken)

    with pytest.raises(RuntimeError):
        recorded(ward)

    assert not LesionEvent.objects.exists()
    assert not AuditEvent.objects.exists()
