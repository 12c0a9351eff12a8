"""An AFP result is stored once, with its unit understood."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError

from patients.models import AfpResult, AuditEvent
from patients.workflows.field_rules import DayOutsideLife, FieldRefused
from patients.workflows.record_afp_result import AfpFacts, AfpResultDiffers, record_afp_result
from tests.factories import NOW, TODAY, PatientFactory, UserFactory

pytestmark = pytest.mark.django_db
RAISED = AfpFacts(taken_on=TODAY, value_ng_ml=Decimal("210.5"), source="laboratory")


def record(patient, result=RAISED, by=None):
    return record_afp_result(patient=patient, result=result, by=by, now=NOW)


def test_record_afp_result_appends_and_audits_without_the_value():
    patient, clinician = PatientFactory(), UserFactory()

    record(patient, by=clinician)

    stored = AfpResult.objects.get()
    assert (stored.value_ng_ml, stored.recorded_by) == (Decimal("210.50"), clinician)
    event = AuditEvent.objects.get()
    assert (event.action, event.detail) == ("afp_recorded", {"taken_on": "2026-08-31"})


@pytest.mark.parametrize(
    "result",
    [RAISED, AfpFacts(taken_on=TODAY, rising=True)],
    ids=["with value", "without value"],
)
def test_record_afp_result_twice_equals_once(result):
    patient = PatientFactory()

    first, second = record(patient, result), record(patient, result)

    assert first == second
    assert AfpResult.objects.count() == AuditEvent.objects.count() == 1


def test_record_afp_result_refuses_other_flags_for_the_same_value():
    patient = PatientFactory()
    record(patient)

    with pytest.raises(AfpResultDiffers, match="never"):
        record(patient, AfpFacts(taken_on=TODAY, value_ng_ml=Decimal("210.5"), rising=True))


@pytest.mark.parametrize(
    "result",
    [
        pytest.param(AfpFacts(taken_on=TODAY), id="says nothing"),
        pytest.param(AfpFacts(taken_on=TODAY, value_ng_ml=Decimal("-0.1")), id="negative"),
        pytest.param(AfpFacts(taken_on=TODAY, value_ng_ml=Decimal("1e11")), id="absurd"),
        pytest.param(AfpFacts(taken_on=TODAY, value_ng_ml=Decimal("NaN")), id="no number"),
    ],
)
def test_record_afp_result_refuses_a_value(result):
    with pytest.raises(FieldRefused) as refused:
        record(PatientFactory(), result)

    assert refused.value.details["field"] == "value_ng_ml"


@pytest.mark.parametrize("day", [date(2026, 9, 1), date(1970, 5, 16)])
def test_record_afp_result_refuses_a_day_outside_life(day):
    with pytest.raises(DayOutsideLife, match="taken_on"):
        record(PatientFactory(birth_date=date(1970, 5, 17)), AfpFacts(taken_on=day, rising=True))


def test_record_afp_result_adds_nothing_when_the_audit_fails(audit_table_full):
    with pytest.raises(DatabaseError, match="audit_full"):
        record(PatientFactory())

    assert not AfpResult.objects.exists()
