"""Identity and contact details are corrected, with history; nothing else is."""

from datetime import date

import pytest
from django.db import DatabaseError

from patients.models import AuditEvent, Patient
from patients.workflows.amend_demographics import BirthDateErased, NotAmendable, amend_demographics
from patients.workflows.field_rules import FieldRefused
from patients.workflows.register_patient import PatientAlreadyRegistered
from tests.factories import NOW, PatientFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_amend_demographics_stores_history_and_names_fields_only():
    patient, nurse = PatientFactory(phone="1"), UserFactory()

    stored = amend_demographics(
        patient=patient, changes={"phone": "2", "language": "es"}, by=nurse, now=NOW
    )

    assert (stored.phone, stored.language) == ("2", "es")
    assert Patient.objects.get().phone == "2"
    assert patient.phone == "1", "the caller's instance is left alone"
    newest = stored.history.latest("history_id")
    assert (newest.history_user, newest.history_change_reason) == (nurse, "demographics_amended")
    assert AuditEvent.objects.get().detail == {"fields": ["language", "phone"]}


def test_amend_demographics_with_equal_values_changes_nothing():
    patient = PatientFactory(phone="1")

    amend_demographics(patient=patient, changes={"phone": "1"}, by=None, now=NOW)

    assert patient.history.count() == 1
    assert not AuditEvent.objects.exists()


def test_amend_demographics_twice_equals_once():
    patient = PatientFactory(phone="1")

    for _ in range(2):
        amend_demographics(patient=patient, changes={"phone": "2"}, by=None, now=NOW)

    assert AuditEvent.objects.count() == 1


@pytest.mark.parametrize("field", ["status", "navigator", "merged_into", "nonsense"])
def test_amend_demographics_refuses_fields_of_other_workflows(field):
    with pytest.raises(NotAmendable) as refused:
        amend_demographics(patient=PatientFactory(), changes={field: None}, by=None, now=NOW)

    assert refused.value.details == {"fields": [field]}


@pytest.mark.parametrize(
    ("field", "value"),
    [("family_name", ""), ("birth_date", date(2027, 1, 1)), ("email", "nowhere")],
)
def test_amend_demographics_refuses_a_value_and_keeps_the_old_one(field, value):
    patient = PatientFactory()

    with pytest.raises(FieldRefused) as refused:
        amend_demographics(patient=patient, changes={field: value}, by=None, now=NOW)

    assert refused.value.details["field"] == field
    assert getattr(Patient.objects.get(), field) == getattr(patient, field)


def test_amend_demographics_refuses_the_number_of_another_patient():
    taken = PatientFactory(mrn="M1")
    patient = PatientFactory(mrn="M2", site=taken.site)

    with pytest.raises(PatientAlreadyRegistered, match="merge"):
        amend_demographics(patient=patient, changes={"mrn": "M1"}, by=None, now=NOW)

    assert Patient.objects.get(pk=patient.pk).mrn == "M2"


def test_amend_demographics_changes_nothing_when_the_audit_fails(audit_table_full):
    patient = PatientFactory(phone="1")

    with pytest.raises(DatabaseError, match="audit_full"):
        amend_demographics(patient=patient, changes={"phone": "2"}, by=None, now=NOW)

    assert Patient.objects.get().phone == "1"
    assert patient.history.count() == 1


def test_amend_demographics_erases_no_birth_date():
    patient, ageless = PatientFactory(phone="1"), PatientFactory(birth_date=None)

    with pytest.raises(BirthDateErased):
        amend_demographics(
            patient=patient, changes={"birth_date": None, "phone": "2"}, by=None, now=NOW
        )
    amend_demographics(patient=ageless, changes={"birth_date": None}, by=None, now=NOW)

    stored = Patient.objects.get(pk=patient.pk)
    assert (stored.birth_date, stored.phone) == (patient.birth_date, "1")
