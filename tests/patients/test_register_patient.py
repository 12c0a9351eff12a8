"""A person is registered once per site, with values that can be true."""

from datetime import UTC, date, datetime

import pytest
from django.db import DatabaseError

from patients.models import AuditEvent, Patient
from patients.workflows.field_rules import FieldRefused
from patients.workflows.register_patient import (
    Demographics,
    PatientAlreadyRegistered,
    register_patient,
)
from tests.factories import NOW, PatientFactory, SiteFactory, UserFactory

pytestmark = pytest.mark.django_db


def demographics(**said) -> Demographics:
    return Demographics(**{"mrn": "M1", "family_name": "Sample"} | said)


def test_register_patient_adds_record_history_and_audit_event():
    site, nurse = SiteFactory(), UserFactory()

    patient = register_patient(
        site=site,
        demographics=demographics(birth_date=date(1970, 5, 17), email="a@example.org"),
        by=nurse,
        now=NOW,
    )

    stored = Patient.objects.get()
    assert (stored, stored.mrn, stored.email) == (patient, "M1", "a@example.org")
    first = stored.history.get()
    assert (first.history_user, first.history_date) == (nurse, NOW)
    assert first.history_change_reason == "registered"
    event = AuditEvent.objects.get()
    assert (event.action, event.actor) == ("patient_registered", f"user:{nurse.pk}")
    assert event.patient_id == str(patient.pk)
    assert event.detail == {}


def test_register_patient_refuses_a_number_in_use_at_the_site():
    known = PatientFactory(mrn="M1")

    with pytest.raises(PatientAlreadyRegistered, match="M1") as refused:
        register_patient(site=known.site, demographics=demographics(), by=None, now=NOW)

    assert refused.value.code == "patient_already_registered"
    assert refused.value.details == {"mrn": "M1", "site": known.site.slug}
    assert AuditEvent.objects.count() == 0


def test_register_patient_allows_the_same_number_at_another_site():
    PatientFactory(mrn="M1")

    register_patient(site=SiteFactory(), demographics=demographics(), by=None, now=NOW)

    assert Patient.objects.filter(mrn="M1").count() == 2


@pytest.mark.parametrize(
    ("field", "value"),
    [
        pytest.param("mrn", "", id="no number"),
        pytest.param("mrn", " M1", id="space around the number"),
        pytest.param("mrn", "9" * 65, id="number too long"),
        pytest.param("family_name", "", id="no family name"),
        pytest.param("family_name", "   ", id="blank family name"),
        pytest.param("birth_date", date(2026, 9, 1), id="born tomorrow"),
        pytest.param("birth_date", date(1899, 12, 31), id="born before 1900"),
        pytest.param("sex", "X", id="unknown word for sex"),
        pytest.param("email", "nowhere", id="no e-mail address"),
        pytest.param("consent_email", "maybe", id="unknown consent"),
    ],
)
def test_register_patient_refuses_a_value_and_names_the_field(field, value):
    with pytest.raises(FieldRefused) as refused:
        register_patient(
            site=SiteFactory(), demographics=demographics(**{field: value}), by=None, now=NOW
        )

    assert refused.value.details["field"] == field
    assert refused.value.message.startswith(f"{field}: ")
    assert not Patient.objects.exists()


def test_register_patient_knows_which_day_it_is_at_the_site():
    """It is already 1 September in Auckland when it is noon of 31 August in Greenwich."""
    auckland = SiteFactory(time_zone="Pacific/Auckland")
    noon = datetime(2026, 8, 31, 12, 30, tzinfo=UTC)

    born = register_patient(
        site=auckland, demographics=demographics(birth_date=date(2026, 9, 1)), by=None, now=noon
    )

    assert born.birth_date == date(2026, 9, 1)


def test_register_patient_leaves_nothing_when_the_audit_fails(audit_table_full):
    with pytest.raises(DatabaseError, match="audit_full"):
        register_patient(site=SiteFactory(), demographics=demographics(), by=None, now=NOW)

    assert not Patient.objects.exists()
    assert not Patient.history.exists()
