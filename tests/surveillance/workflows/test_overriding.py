"""A clinician's word beside the computed rule (clinical.md 8.9, I27)."""

from datetime import date, timedelta
from typing import Any

import pytest

from patients.models import AuditEvent
from surveillance.models import (
    FollowUp,
    FollowUpOutcome,
    LesionAssessment,
    LesionEventKind,
    OverrideKind,
)
from surveillance.protocol.terms import Conclusion, LiRads, Modality, ObligationKind, Tri
from surveillance.workflows.assess_lesion import assess_lesion
from surveillance.workflows.change_follow_up import (
    FollowUpAlreadyClosed,
    FollowUpChangedMeanwhile,
)
from surveillance.workflows.close_follow_up import (
    ClosingNeedsReason,
    OutcomeNotByHand,
    StillOwed,
    close_follow_up,
)
from surveillance.workflows.override_assessment import OverrideRefused, override_assessment
from surveillance.workflows.reassess_changed_by_time import reassess_changed_by_time
from surveillance.workflows.record_exam import record_exam
from surveillance.workflows.record_lesion_event import record_lesion_event
from surveillance.workflows.reopen_lesion import ReopeningNeedsReason, reopen_lesion
from surveillance.workflows.update_risk import RiskFacts, update_risk
from tests.factories import NOW, TODAY, MembershipFactory, PatientFactory
from tests.surveillance.factories import LesionFactory, finding, report, risk_facts

LAST_WEEK = date(2026, 8, 24)
TOMORROW = NOW + timedelta(days=1)


@pytest.fixture
def watched(ward):
    """The at-risk lesion after one MRI: imaging by 24 February 2027."""
    told = report(finding(ward.lesion, lirads=LiRads.LR_3), on=LAST_WEEK)
    record_exam(patient=ward.cirrhotic, report=told, by=ward.navigator, now=NOW)
    return imaging(ward.lesion)


@pytest.fixture
def low_risk(ward):
    """A low-risk lesion with a single check on 24 February 2027."""
    lesion = LesionFactory(patient=PatientFactory(site=ward.site, low_risk=True))
    told = report(finding(lesion, conclusion=Conclusion.INDETERMINATE), on=LAST_WEEK)
    record_exam(patient=lesion.patient, report=told, by=ward.navigator, now=NOW)
    return lesion


def imaging(lesion):
    return FollowUp.objects.open().get(lesion=lesion, kind=ObligationKind.IMAGING)


def overridden(ward, lesion, kind, **said):
    values: dict[str, Any] = {"reason": "worried", "by": ward.clinician, "now": NOW} | said
    return override_assessment(lesion=lesion, kind=kind, **values)


def newest_computed(lesion):
    return LesionAssessment.objects.filter(lesion=lesion, overrides=None).newest_first()[0]


def test_sooner_date_counts_and_the_computed_rule_stays_in_view(ward, watched):
    row = overridden(ward, ward.lesion, OverrideKind.SOONER, latest_on=date(2026, 10, 15))

    now_owed = imaging(ward.lesion)
    watched.refresh_from_db()
    assert (now_owed.latest_on, now_owed.assessment) == (date(2026, 10, 15), row)
    assert (watched.outcome, watched.superseded_by) == ("SUPERSEDED", now_owed)
    computed = newest_computed(ward.lesion)
    assert (computed.rule, computed.latest_on) == ("R69", date(2027, 2, 24))
    assert "A20" in computed.answer["addons"]
    assert row.overrides.rule == "R69"
    event = AuditEvent.objects.get(action="assessment_overridden")
    assert event.actor == f"user:{ward.clinician.pk}"


def test_sooner_date_is_spent_once_the_exam_is_done(ward, watched):
    overridden(ward, ward.lesion, OverrideKind.SOONER, latest_on=date(2026, 10, 15))

    told = report(finding(ward.lesion, lirads=LiRads.LR_3), on=date(2026, 10, 10))
    record_exam(patient=ward.cirrhotic, report=told, by=None, now=NOW.replace(month=10, day=11))

    assert imaging(ward.lesion).latest_on == date(2027, 4, 10)
    assert "A20" not in newest_computed(ward.lesion).answer["addons"]


def test_later_date_is_allowed_in_the_low_class_for_three_months(ward, low_risk):
    overridden(ward, low_risk, OverrideKind.LATER, latest_on=date(2027, 5, 24))

    assert imaging(low_risk).latest_on == date(2027, 5, 24)


@pytest.mark.parametrize(
    "latest_on",
    [
        pytest.param(date(2027, 5, 25), id="over three months"),
        pytest.param(date(2027, 2, 1), id="not later at all"),
    ],
)
def test_later_date_beyond_the_limit_is_refused(ward, low_risk, latest_on):
    with pytest.raises(OverrideRefused):
        overridden(ward, low_risk, OverrideKind.LATER, latest_on=latest_on)


def test_later_date_is_never_allowed_for_an_at_risk_lesion(ward, watched):
    with pytest.raises(OverrideRefused):
        overridden(ward, ward.lesion, OverrideKind.LATER, latest_on=date(2027, 2, 25))

    watched.refresh_from_db()
    assert watched.closed_at is None


def test_later_date_is_spent_when_the_patient_becomes_at_risk(ward, low_risk):
    overridden(ward, low_risk, OverrideKind.LATER, latest_on=date(2027, 5, 24))

    update_risk(
        patient=low_risk.patient,
        facts=risk_facts(cirrhosis=Tri.YES),
        effective_on=TODAY,
        source="letter",
        by=None,
        now=TOMORROW,
    )

    assert imaging(low_risk).latest_on == date(2027, 2, 24)


def test_other_modality_is_advised(ward, watched):
    overridden(ward, ward.lesion, OverrideKind.MODALITY, modality=Modality.CT_MULTIPHASE)

    assert imaging(ward.lesion).advised_modality == Modality.CT_MULTIPHASE


def test_contraindicated_modality_is_refused(ward, watched):
    update_risk(
        patient=ward.cirrhotic,
        facts=RiskFacts(cirrhosis=Tri.YES, contraindications=frozenset({"IODINATED_ALLERGY"})),
        effective_on=TODAY,
        source="letter",
        by=None,
        now=NOW,
    )

    with pytest.raises(OverrideRefused):
        overridden(ward, ward.lesion, OverrideKind.MODALITY, modality=Modality.CT_MULTIPHASE)


def test_closing_needs_nothing_but_a_signature_and_holds(ward, watched):
    overridden(ward, ward.lesion, OverrideKind.CLOSE)
    assess_lesion(lesion=ward.lesion, cause="test", by=None, now=TOMORROW)

    watched.refresh_from_db()
    assert (watched.outcome, watched.closed_by) == ("NOT_APPROPRIATE", ward.clinician)
    assert not FollowUp.objects.open().filter(lesion=ward.lesion).exists()
    assert not newest_computed(ward.lesion).stop


def test_closed_lesion_opens_again_when_the_facts_lead_elsewhere(ward, watched):
    overridden(ward, ward.lesion, OverrideKind.CLOSE)

    told = report(finding(ward.lesion, "14", aphe=Tri.YES, washout=Tri.YES), on=TODAY)
    record_exam(patient=ward.cirrhotic, report=told, by=None, now=TOMORROW)

    assert newest_computed(ward.lesion).rule == "R30"
    assert FollowUp.objects.open().filter(lesion=ward.lesion, kind="REFERRAL").exists()


def test_override_that_expires_gives_way_to_the_rule(ward, watched):
    overridden(
        ward,
        ward.lesion,
        OverrideKind.CLOSE,
        expires_on=TODAY + timedelta(days=30),
    )

    for days in (30, 31, 32):
        reassess_changed_by_time(site=ward.site, now=NOW + timedelta(days=days))
        still_closed = not FollowUp.objects.open().filter(lesion=ward.lesion).exists()
        assert still_closed is (days == 30)

    assert imaging(ward.lesion).latest_on == date(2027, 2, 24)


def test_same_override_again_changes_nothing(ward, watched):
    asked = {"latest_on": date(2026, 10, 15)}

    first = overridden(ward, ward.lesion, OverrideKind.SOONER, **asked)
    second = overridden(ward, ward.lesion, OverrideKind.SOONER, now=TOMORROW, **asked)

    assert first == second
    assert LesionAssessment.objects.filter(overrides__isnull=False).count() == 1


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        pytest.param(OverrideKind.SOONER, {}, id="no date"),
        pytest.param(OverrideKind.SOONER, {"latest_on": date(2027, 3, 1)}, id="not sooner"),
        pytest.param(OverrideKind.SOONER, {"latest_on": date(2026, 8, 30)}, id="past"),
        pytest.param(OverrideKind.MODALITY, {}, id="no modality"),
        pytest.param(OverrideKind.CLOSE, {"reason": " "}, id="no reason"),
        pytest.param(OverrideKind.CLOSE, {"expires_on": TODAY}, id="expired already"),
        pytest.param(OverrideKind.LIFTED, {}, id="lifting is another verb"),
    ],
)
def test_incomplete_override_is_refused(ward, watched, kind, said):
    with pytest.raises(OverrideRefused) as refused:
        overridden(ward, ward.lesion, kind, **said)

    assert refused.value.code == "override_refused"
    watched.refresh_from_db()
    assert watched.closed_at is None


def test_date_cannot_be_chosen_where_nothing_is_owed(ward):
    lesion = LesionFactory(patient=PatientFactory(site=ward.site, low_risk=True))
    told = report(finding(lesion, conclusion=Conclusion.BENIGN_SPECIFIC), on=LAST_WEEK)
    record_exam(patient=lesion.patient, report=told, by=None, now=NOW)

    with pytest.raises(OverrideRefused):
        overridden(ward, lesion, OverrideKind.SOONER, latest_on=date(2026, 12, 1))


def test_only_a_clinician_of_the_site_overrides(ward, watched):
    for nobody in (ward.navigator, MembershipFactory(clinician=True).user):
        with pytest.raises(OverrideRefused):
            overridden(ward, ward.lesion, OverrideKind.CLOSE, by=nobody)


def test_modality_is_chosen_by_the_responsible_clinician_or_the_director(ward, watched):
    ward.cirrhotic.responsible_clinician = MembershipFactory(site=ward.site, clinician=True).user
    ward.cirrhotic.save()
    director = MembershipFactory(site=ward.site, medical_director=True).user
    choice = {"modality": Modality.CT_MULTIPHASE}

    with pytest.raises(OverrideRefused):
        overridden(ward, ward.lesion, OverrideKind.MODALITY, **choice)
    row = overridden(ward, ward.lesion, OverrideKind.MODALITY, by=director, **choice)

    assert row.assessed_by == director


def test_discharged_lesion_cannot_be_closed_again(ward):
    lesion = LesionFactory(patient=PatientFactory(site=ward.site, low_risk=True))
    told = report(finding(lesion, conclusion=Conclusion.BENIGN_SPECIFIC), on=LAST_WEEK)
    record_exam(patient=lesion.patient, report=told, by=None, now=NOW)

    with pytest.raises(OverrideRefused):
        overridden(ward, lesion, OverrideKind.CLOSE)


def test_reopening_lifts_the_override_and_owes_what_the_rule_owes(ward, watched):
    overridden(ward, ward.lesion, OverrideKind.CLOSE)

    reopen_lesion(lesion=ward.lesion, reason="second opinion", by=ward.clinician, now=TOMORROW)
    reopen_lesion(lesion=ward.lesion, reason="second opinion", by=ward.clinician, now=TOMORROW)

    assert imaging(ward.lesion).latest_on == date(2027, 2, 24)
    lifted = LesionAssessment.objects.get(override_kind=OverrideKind.LIFTED)
    assert (lifted.override_reason, lifted.assessed_by) == ("second opinion", ward.clinician)
    assert AuditEvent.objects.filter(action="override_lifted").count() == 1


def test_reopening_needs_a_reason_and_a_person(ward, watched):
    overridden(ward, ward.lesion, OverrideKind.CLOSE)

    for said in ({"reason": "", "by": ward.clinician}, {"reason": "why not", "by": None}):
        with pytest.raises(ReopeningNeedsReason):
            reopen_lesion(lesion=ward.lesion, now=NOW, **said)


def closed(ward, follow_up, outcome, note="seen", **said):
    values: dict[str, Any] = {"by": ward.navigator, "now": TOMORROW} | said
    return close_follow_up(follow_up=follow_up, outcome=outcome, note=note, **values)


def test_closing_as_not_appropriate_is_an_override_by_a_clinician(ward, watched):
    with pytest.raises(OverrideRefused):
        closed(ward, watched, FollowUpOutcome.NOT_APPROPRIATE)

    closed(ward, watched, FollowUpOutcome.NOT_APPROPRIATE, by=ward.clinician)

    watched.refresh_from_db()
    assert watched.outcome == "NOT_APPROPRIATE"
    assert LesionAssessment.objects.get(override_kind=OverrideKind.CLOSE)


@pytest.fixture
def referral(ward):
    """A suspicion of HCC: a referral, with imaging beside it."""
    told = report(finding(ward.lesion, "14", aphe=Tri.YES, washout=Tri.YES), on=LAST_WEEK)
    record_exam(patient=ward.cirrhotic, report=told, by=ward.navigator, now=NOW)
    return FollowUp.objects.open().get(kind=ObligationKind.REFERRAL)


@pytest.fixture
def review(ward, watched):
    """Symptoms are attributed to the lesion: a clinician's review beside the imaging (A15)."""
    told_of_symptoms(ward, "YES", NOW)
    return FollowUp.objects.open().get(kind=ObligationKind.REVIEW)


def told_of_symptoms(ward, value, now):
    record_lesion_event(
        lesion=ward.lesion,
        kind=LesionEventKind.SYMPTOMS,
        value=value,
        occurred_on=TODAY,
        author="Dr Asks",
        by=ward.clinician,
        now=now,
    )


def test_referral_is_completed_by_what_it_brought_and_never_by_hand(ward, referral):
    with pytest.raises(OutcomeNotByHand) as refused:
        closed(ward, referral, FollowUpOutcome.COMPLETED, note="seen by the MDT")
    assert "decision of the meeting" in str(refused.value)

    record_lesion_event(
        lesion=ward.lesion,
        kind=LesionEventKind.MDT_DECISION,
        value="CONTINUE_SURVEILLANCE",
        occurred_on=TODAY,
        author="Dr Chair",
        by=ward.clinician,
        now=TOMORROW,
    )

    referral.refresh_from_db()
    assert referral.outcome == "COMPLETED"
    assert imaging(ward.lesion)


def test_completed_review_stays_closed_until_something_new_is_decided(ward, review):
    done = closed(ward, review, FollowUpOutcome.COMPLETED, note="seen in the clinic")
    assess_lesion(lesion=ward.lesion, cause="test", by=None, now=TOMORROW + timedelta(days=3))

    assert (done.outcome, done.outcome_note, done.closed_by) == (
        "COMPLETED",
        "seen in the clinic",
        ward.navigator,
    )
    assert not FollowUp.objects.open().filter(kind=ObligationKind.REVIEW).exists()
    assert imaging(ward.lesion)

    told_of_symptoms(ward, "NO", TOMORROW + timedelta(days=4))
    told_of_symptoms(ward, "YES", TOMORROW + timedelta(days=5))

    assert FollowUp.objects.open().filter(kind=ObligationKind.REVIEW).exists()


def test_only_task_of_a_lesion_cannot_be_closed_by_hand(ward):
    assess_lesion(lesion=ward.lesion, cause="test", by=None, now=NOW)
    review = FollowUp.objects.open().get()

    for outcome in (FollowUpOutcome.COMPLETED, FollowUpOutcome.ENTERED_IN_ERROR):
        with pytest.raises(StillOwed):
            closed(ward, review, outcome)

    assert FollowUp.objects.open().get() == review


def test_imaging_that_is_owed_is_never_an_error(ward, watched):
    with pytest.raises(StillOwed):
        closed(ward, watched, FollowUpOutcome.ENTERED_IN_ERROR)

    assert imaging(ward.lesion) == watched


@pytest.mark.parametrize(
    "outcome",
    [
        FollowUpOutcome.COMPLETED,
        FollowUpOutcome.DECEASED,
        FollowUpOutcome.TRANSFERRED,
        FollowUpOutcome.REMOVED,
        FollowUpOutcome.SUPERSEDED,
        FollowUpOutcome.NO_LONGER_OWED,
    ],
)
def test_imaging_is_not_ended_by_hand(ward, watched, outcome):
    with pytest.raises(OutcomeNotByHand):
        closed(ward, watched, outcome)


def test_closing_needs_a_note(ward, review):
    with pytest.raises(ClosingNeedsReason):
        closed(ward, review, FollowUpOutcome.COMPLETED, note=" ")


def test_closing_twice_with_one_outcome_changes_nothing(ward, review):
    first = closed(ward, review, FollowUpOutcome.COMPLETED)
    second = closed(ward, review, FollowUpOutcome.COMPLETED, now=TOMORROW + timedelta(days=1))

    assert first.closed_at == second.closed_at
    with pytest.raises(FollowUpAlreadyClosed):
        closed(ward, review, FollowUpOutcome.NOT_APPROPRIATE, by=ward.clinician)


def test_closing_what_somebody_changed_meanwhile_is_refused(ward, review):
    with pytest.raises(FollowUpChangedMeanwhile):
        closed(ward, review, FollowUpOutcome.COMPLETED, expected_version=7)
