"""Risk and status change: every lesion is decided about again, the closed ones too."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from patients.models import AfpResult, PatientStatus, RiskProfile, Tri
from patients.workflows.record_vital_status import StatusNeedsReason
from surveillance.models import FollowUp, LesionAssessment, Notification
from surveillance.protocol.terms import (
    CalcificationPattern,
    Conclusion,
    Isolation,
    LesionKind,
    LiRads,
    Modality,
    ObligationKind,
)
from surveillance.workflows.errors import WorkflowRefused
from surveillance.workflows.record_exam import record_exam
from surveillance.workflows.update_risk import AfpFacts, RiskFacts, update_risk
from surveillance.workflows.withdraw_patient import NeedsClinicianSignature, withdraw_patient
from tests.factories import NOW, TODAY, MembershipFactory, PatientFactory
from tests.surveillance.factories import (
    DECLINED_IN_PERSON,
    LesionFactory,
    finding,
    report,
    risk_facts,
    tried_everything,
)

LAST_WEEK = date(2026, 8, 24)
NEXT_WEEK = NOW + timedelta(days=7)


def at_risk(ward, patient, now=NOW, **said):
    facts = risk_facts(cirrhosis=Tri.YES)
    values: dict[str, Any] = {"facts": facts, "effective_on": TODAY} | said
    return update_risk(patient=patient, source="letter", by=ward.navigator, now=now, **values)


def withdrawn(ward, status, **said):
    values: dict[str, Any] = {
        "status_on": TODAY,
        "reason": "letter",
        "by": ward.clinician,
        "now": NOW,
    } | said
    return withdraw_patient(patient=ward.cirrhotic, status=status, **values)


@pytest.fixture
def watched(ward):
    told = report(finding(ward.lesion, lirads=LiRads.LR_3), on=LAST_WEEK)
    record_exam(patient=ward.cirrhotic, report=told, by=ward.navigator, now=NOW)
    return FollowUp.objects.open().get(lesion=ward.lesion, kind=ObligationKind.IMAGING)


def test_cirrhosis_reopens_a_discharged_lesion(ward):
    patient = PatientFactory(site=ward.site, low_risk=True)
    lesion = LesionFactory(patient=patient, kind=LesionKind.ISOLATED_CALCIFICATION)
    spot = finding(
        lesion, "4", isolation=Isolation.CONFIRMED, pattern=CalcificationPattern.PUNCTATE
    )
    told = report(spot, on=LAST_WEEK, modality=Modality.CT_NONCONTRAST)
    record_exam(patient=patient, report=told, by=None, now=NOW)
    assert not FollowUp.objects.open().filter(lesion=lesion).exists()

    profile = at_risk(ward, patient)

    newest = LesionAssessment.objects.filter(lesion=lesion).newest_first()[0]
    assert profile == RiskProfile.objects.filter(patient=patient).latest("sequence")
    assert (newest.rule, newest.cause) == ("R52", "risk_updated")
    assert FollowUp.objects.open().get(lesion=lesion, kind="IMAGING").escalation_class == "AT_RISK"


def test_every_lesion_of_the_patient_is_decided_about(ward):
    other = LesionFactory(patient=ward.cirrhotic)

    at_risk(ward, ward.cirrhotic, facts=RiskFacts(cirrhosis=Tri.YES, chronic_hbv=Tri.YES))

    assert {one.lesion for one in LesionAssessment.objects.all()} == {ward.lesion, other}


def test_same_risk_again_changes_nothing(ward, watched):
    facts = risk_facts(chronic_hcv=Tri.YES)
    at_risk(ward, ward.cirrhotic, facts=facts)
    decisions = LesionAssessment.objects.count()

    again = at_risk(ward, ward.cirrhotic, facts=facts, effective_on=TODAY, now=NEXT_WEEK)

    assert again is None
    assert LesionAssessment.objects.count() == decisions


def test_raised_afp_brings_urgent_imaging(ward, watched):
    afp = AfpFacts(taken_on=TODAY, value_ng_ml=Decimal(45))

    profile = at_risk(ward, ward.cirrhotic, facts=None, afp=afp)

    assert profile is None
    assert AfpResult.objects.get().value_ng_ml == 45
    watched.refresh_from_db()
    assert watched.outcome == "SUPERSEDED"
    assert watched.superseded_by.escalation_class == "URGENT"


def test_risk_of_a_merged_record_is_recorded_for_the_survivor(ward):
    merged = PatientFactory(site=ward.site, merged_into=ward.cirrhotic)

    profile = at_risk(ward, merged, facts=RiskFacts(chronic_hbv=Tri.YES))

    assert profile.patient == ward.cirrhotic


def test_impossible_risk_is_refused_and_nothing_is_decided(ward):
    with pytest.raises(WorkflowRefused):
        at_risk(ward, ward.cirrhotic, effective_on=TODAY + timedelta(days=1))

    assert not LesionAssessment.objects.exists()


def test_risk_is_not_on_record_when_the_decision_fails(ward, monkeypatch):
    def broken(*_args, **_kwargs):
        raise RuntimeError("the second write fails")

    monkeypatch.setattr(LesionAssessment.objects.__class__, "bulk_create", broken)
    before = RiskProfile.objects.count()

    with pytest.raises(RuntimeError):
        at_risk(ward, ward.cirrhotic, facts=RiskFacts(chronic_hbv=Tri.YES))

    assert RiskProfile.objects.count() == before


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        pytest.param(PatientStatus.DECEASED, "DECEASED", id="deceased"),
        pytest.param(PatientStatus.TRANSFERRED_ACKNOWLEDGED, "TRANSFERRED", id="transferred"),
        pytest.param(PatientStatus.SURVEILLANCE_NOT_APPROPRIATE, "NOT_APPROPRIATE", id="signed"),
    ],
)
def test_status_that_stops_closes_everything_and_cancels_messages(ward, watched, status, outcome):
    message = Notification.objects.create(
        site=ward.site,
        channel="EMAIL",
        template="PATIENT_REMINDER",
        dedupe_key="a",
        patient=ward.cirrhotic,
        follow_up=watched,
        created_at=NOW,
        not_before=NOW,
    )

    stored = withdrawn(ward, status)

    assert stored.status == status
    assert not FollowUp.objects.open().exists()
    watched.refresh_from_db()
    message.refresh_from_db()
    assert (watched.outcome, message.status) == (outcome, "CANCELLED")


@pytest.mark.parametrize(
    "status",
    [
        PatientStatus.DECLINED,
        PatientStatus.LOST_TO_FOLLOW_UP,
        PatientStatus.TRANSFERRED_UNACKNOWLEDGED,
    ],
)
def test_other_status_closes_nothing(ward, watched, status):
    before = set(FollowUp.objects.open())
    tried_everything(ward.cirrhotic, NOW)

    withdrawn(ward, status, declined=DECLINED_IN_PERSON if status == "DECLINED" else None)

    assert set(FollowUp.objects.open()) == before
    assert watched in before


def test_back_to_active_owes_again_what_was_owed(ward, watched):
    withdrawn(ward, PatientStatus.DECEASED)

    withdrawn(ward, PatientStatus.ACTIVE, status_on=None, reason="mistaken identity")

    again = FollowUp.objects.open().get(kind=ObligationKind.IMAGING)
    assert again != watched
    assert again.latest_on == watched.latest_on


def test_same_status_again_changes_nothing(ward, watched):
    withdrawn(ward, PatientStatus.DECEASED)
    decisions = LesionAssessment.objects.count()

    withdrawn(ward, PatientStatus.DECEASED, now=NEXT_WEEK)

    assert LesionAssessment.objects.count() == decisions


def test_not_appropriate_is_signed_by_a_clinician_of_the_site(ward, watched):
    status = PatientStatus.SURVEILLANCE_NOT_APPROPRIATE
    elsewhere = MembershipFactory(clinician=True).user
    for nobody in (ward.navigator, elsewhere, None):
        with pytest.raises(NeedsClinicianSignature):
            withdrawn(ward, status, by=nobody)

    withdrawn(ward, status, by=ward.navigator, signed_by=ward.clinician)

    watched.refresh_from_db()
    assert (watched.outcome, watched.closed_by) == ("NOT_APPROPRIATE", ward.navigator)


def test_status_without_reason_is_refused(ward, watched):
    with pytest.raises(StatusNeedsReason):
        withdrawn(ward, PatientStatus.DECEASED, reason=" ")

    watched.refresh_from_db()
    assert watched.closed_at is None


def test_status_of_a_merged_record_is_the_survivors(ward, watched):
    merged = PatientFactory(site=ward.site, merged_into=ward.cirrhotic)

    withdraw_patient(
        patient=merged,
        status=PatientStatus.DECEASED,
        status_on=TODAY,
        reason="register",
        by=None,
        now=NOW,
    )

    ward.cirrhotic.refresh_from_db()
    assert ward.cirrhotic.status == "DECEASED"
    assert not FollowUp.objects.open().exists()


def test_benign_conclusion_in_a_low_risk_liver_is_discharged(ward):
    patient = PatientFactory(site=ward.site, low_risk=True)
    lesion = LesionFactory(patient=patient)

    told = report(finding(lesion, "14", conclusion=Conclusion.HEMANGIOMA_TYPICAL), on=LAST_WEEK)
    answer = record_exam(patient=patient, report=told, by=None, now=NOW)

    assert [(one.rule, one.stop) for one in answer.assessments] == [("R41", True)]
    assert not FollowUp.objects.open().filter(lesion=lesion).exists()
