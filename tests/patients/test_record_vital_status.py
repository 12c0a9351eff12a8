"""Status, its day and its reason are set together."""

from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from patients.models import AuditEvent, Patient, PatientStatus
from patients.workflows.field_rules import DayOutsideLife, FieldRefused
from patients.workflows.record_vital_status import (
    StatusNeedsReason,
    StatusNeedsSignature,
    record_vital_status,
)
from tests.factories import NOW, TODAY, PatientFactory, UserFactory

pytestmark = pytest.mark.django_db


def record(patient, **said):
    return record_vital_status(
        **{
            "patient": patient,
            "status": PatientStatus.DECEASED,
            "status_on": TODAY,
            "reason": "told by the family doctor",
            "by": None,
            "now": NOW,
        }
        | said
    )


def test_record_vital_status_stores_history_and_audit_without_the_reason():
    patient, nurse = PatientFactory(), UserFactory()

    record(patient, by=nurse)

    stored = Patient.objects.get()
    assert (stored.status, stored.status_on) == (PatientStatus.DECEASED, TODAY)
    assert stored.history.latest("history_id").history_user == nurse
    assert AuditEvent.objects.get().detail == {
        "from": "ACTIVE",
        "to": "DECEASED",
        "on": "2026-08-31",
    }


def test_record_vital_status_twice_equals_once():
    patient = PatientFactory()

    record(patient)
    record(patient)

    assert AuditEvent.objects.count() == 1
    assert patient.history.count() == 2


def test_record_vital_status_takes_a_patient_back():
    patient = record(PatientFactory())

    back = record(patient, status=PatientStatus.ACTIVE, status_on=None, reason="mistaken identity")

    assert (back.status, back.status_on) == (PatientStatus.ACTIVE, None)


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        pytest.param({"status": "GONE"}, FieldRefused, id="unknown status"),
        pytest.param({"status_on": None}, FieldRefused, id="no day"),
        pytest.param({"status_on": date(2026, 9, 1)}, DayOutsideLife, id="tomorrow"),
        pytest.param({"status_on": date(1970, 5, 16)}, DayOutsideLife, id="before birth"),
        pytest.param({"reason": "  "}, StatusNeedsReason, id="no reason"),
        pytest.param(
            {"status": PatientStatus.SURVEILLANCE_NOT_APPROPRIATE},
            StatusNeedsSignature,
            id="nobody signs",
        ),
    ],
)
def test_record_vital_status_refuses(said, refusal):
    with pytest.raises(refusal):
        record(PatientFactory(birth_date=date(1970, 5, 17)), **said)

    assert Patient.objects.get().status == PatientStatus.ACTIVE
    assert not AuditEvent.objects.exists()


def test_database_refuses_a_status_without_its_day():
    patient = PatientFactory()
    patient.status = PatientStatus.DECEASED

    with pytest.raises(IntegrityError, match="has_its_date"), transaction.atomic():
        patient.save()


def test_record_vital_status_changes_nothing_when_the_audit_fails(audit_table_full):
    with pytest.raises(DatabaseError, match="audit_full"):
        record(PatientFactory())

    assert Patient.objects.get().status == PatientStatus.ACTIVE
