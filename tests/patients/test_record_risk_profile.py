"""Risk is appended when it says something new, and only what can be true."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError

from patients.models import AuditEvent, RiskProfile, Tri
from patients.workflows.field_rules import DayOutsideLife, FieldRefused
from patients.workflows.record_risk_profile import RiskFacts, facts_of, record_risk_profile
from tests.factories import NOW, TODAY, PatientFactory, UserFactory

pytestmark = pytest.mark.django_db
CIRRHOTIC = RiskFacts(cirrhosis=Tri.YES, contraindications=frozenset({"MRI_DEVICE"}))


def record(patient, facts=CIRRHOTIC, on=TODAY, by=None):
    return record_risk_profile(
        patient=patient, facts=facts, effective_on=on, source="letter", by=by, now=NOW
    )


def test_record_risk_profile_appends_all_facts_and_audits_their_names():
    patient, clinician = PatientFactory(), UserFactory()

    profile = record(patient, by=clinician)

    assert profile is not None
    stored = RiskProfile.objects.get()
    assert facts_of(stored) == CIRRHOTIC
    assert (stored.effective_on, stored.recorded_at, stored.recorded_by) == (TODAY, NOW, clinician)
    event = AuditEvent.objects.get()
    assert (event.action, event.subject_id) == ("risk_recorded", str(stored.pk))
    assert event.detail["effective_on"] == "2026-08-31"


def test_record_risk_profile_audits_only_the_fields_that_changed():
    patient = PatientFactory()
    record(patient, RiskFacts(), on=date(2026, 1, 1))

    record(patient)

    newest = AuditEvent.objects.order_by("-pk").first()
    assert newest is not None
    assert newest.detail["fields"] == ["cirrhosis", "contraindications"]


def test_record_risk_profile_adds_nothing_when_the_one_in_force_says_the_same():
    patient = PatientFactory()
    record(patient, on=date(2026, 1, 1))

    assert record(patient) is None
    assert RiskProfile.objects.count() == 1
    assert AuditEvent.objects.count() == 1


def test_record_risk_profile_compares_with_the_profile_of_that_day():
    """What was true in 2024 is stated although a later profile says the same."""
    patient = PatientFactory()
    record(patient, RiskFacts(), on=date(2020, 1, 1))
    record(patient, CIRRHOTIC, on=date(2026, 1, 1))

    assert record(patient, CIRRHOTIC, on=date(2024, 1, 1)) is not None


def test_correction_on_the_same_day_is_in_force():
    patient = PatientFactory()
    record(patient, CIRRHOTIC)

    record(patient, RiskFacts(cirrhosis=Tri.NO))

    in_force = patient.risk_profiles.in_force(TODAY).first()
    assert in_force.cirrhosis == Tri.NO


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        pytest.param(RiskFacts(cirrhosis="PROBABLY"), "cirrhosis", id="unknown word"),
        pytest.param(RiskFacts(cirrhosis=""), "cirrhosis", id="blank is not unknown"),
        pytest.param(
            RiskFacts(contraindications=frozenset({"NICKEL"})), "contraindications", id="unknown"
        ),
        pytest.param(RiskFacts(egfr=Decimal(-1)), "egfr", id="negative eGFR"),
        pytest.param(RiskFacts(egfr=Decimal(301)), "egfr", id="absurd eGFR"),
        pytest.param(RiskFacts(egfr=Decimal("NaN")), "egfr", id="eGFR is no number"),
        pytest.param(
            RiskFacts(expected_delivery_on=date(2026, 12, 1)),
            "expected_delivery_on",
            id="delivery without pregnancy",
        ),
        pytest.param(
            RiskFacts(cardiac_failure_signs_on=TODAY),
            "cardiac_failure_signs_on",
            id="dated sign that is not present",
        ),
    ],
)
def test_record_risk_profile_refuses_a_value_and_names_the_field(facts, field):
    with pytest.raises(FieldRefused) as refused:
        record(PatientFactory(), facts)

    assert refused.value.details["field"] == field
    assert not RiskProfile.objects.exists()


@pytest.mark.parametrize(
    "on",
    [
        pytest.param(date(2026, 9, 1), id="tomorrow"),
        pytest.param(date(1970, 5, 16), id="day before birth"),
    ],
)
def test_record_risk_profile_refuses_a_day_outside_life(on):
    with pytest.raises(DayOutsideLife, match="effective_on"):
        record(PatientFactory(birth_date=date(1970, 5, 17)), on=on)


def test_record_risk_profile_takes_the_day_of_birth():
    patient = PatientFactory(birth_date=date(2024, 2, 29))

    assert record(patient, on=date(2024, 2, 29)) is not None


def test_record_risk_profile_adds_nothing_when_the_audit_fails(audit_table_full):
    with pytest.raises(DatabaseError, match="audit_full"):
        record(PatientFactory())

    assert not RiskProfile.objects.exists()
