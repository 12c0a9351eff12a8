"""What a patient allows, addresses from which messages came back, and the hours of a site."""

from typing import Any

import pytest
from django.db import IntegrityError

from patients.models import AuditEvent, Patient, Site, Tri
from patients.models.terms import EARLIEST_HOUR, LATEST_HOUR
from patients.workflows import mark_undeliverable as marking
from patients.workflows import set_consent as setting
from patients.workflows.field_rules import FieldRefused
from patients.workflows.mark_undeliverable import NotAnAddress, mark_undeliverable
from patients.workflows.save_site import save_site
from patients.workflows.set_consent import NotAConsent, set_consent
from surveillance.protocol.parameters.outreach import MESSAGE_HOURS
from tests.factories import NOW, TODAY, PatientFactory, SiteFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def patient() -> Patient:
    person: Patient = PatientFactory(reachable=True)
    return person


def set_to(patient: Patient, **consents: str) -> bool:
    return set_consent(patient=patient, consents=consents, how="said_by_phone", by=None, now=NOW)


def mark(patient: Patient, field: str = "email", **fields: Any) -> bool:
    return mark_undeliverable(patient=patient, field=field, by=None, now=NOW, **fields)


def break_off(*_: Any, **__: Any) -> None:
    raise RuntimeError


def test_a_consent_is_set_with_history_and_audit(patient: Patient) -> None:
    by = UserFactory()

    assert set_consent(
        patient=patient, consents={"consent_sms": Tri.YES}, how="said_in_person", by=by, now=NOW
    )

    patient.refresh_from_db()
    assert patient.consent_sms == Tri.YES
    change = patient.history.order_by("-history_id").first()
    assert change is not None
    assert (change.history_change_reason, change.history_user) == ("said_in_person", by)
    event = AuditEvent.objects.get(action="consent_recorded")
    assert event.detail == {"how": "said_in_person", "consent_sms": "YES"}


def test_the_same_consent_again_writes_nothing(patient: Patient) -> None:
    assert set_to(patient, consent_email=Tri.NO)
    lines = patient.history.count()

    assert not set_to(patient, consent_email=Tri.NO)

    assert patient.history.count() == lines
    assert AuditEvent.objects.count() == 1


def test_only_consents_are_set(patient: Patient) -> None:
    with pytest.raises(NotAConsent):
        set_to(patient, phone="1")
    with pytest.raises(FieldRefused):
        set_to(patient, consent_sms="MAYBE")


def test_consent_is_not_set_without_its_audit(
    patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setting, "record_event", break_off)

    with pytest.raises(RuntimeError):
        set_to(patient, consent_sms=Tri.YES)

    patient.refresh_from_db()
    assert patient.consent_sms == Tri.UNKNOWN


def test_a_mark_is_the_address_and_correcting_the_address_lifts_it(patient: Patient) -> None:
    assert mark(patient)
    assert not mark(patient)
    stored = Patient.objects.get(pk=patient.pk)
    assert stored.is_email_undeliverable
    assert stored.undeliverable_email_on == TODAY
    assert AuditEvent.objects.get(action="address_came_back").detail == {"field": "email"}

    corrected = Patient(email="new@example.org", undeliverable_email=stored.undeliverable_email)

    assert not corrected.is_email_undeliverable


def test_a_mark_is_lifted(patient: Patient) -> None:
    mark(patient, "phone")

    assert mark(patient, "phone", is_so=False)
    assert not mark(patient, "phone", is_so=False)

    patient.refresh_from_db()
    assert (patient.undeliverable_phone, patient.undeliverable_phone_on) == ("", None)
    assert not patient.is_phone_undeliverable


def test_nothing_on_record_is_not_undeliverable() -> None:
    nobody = PatientFactory()

    assert not nobody.is_email_undeliverable
    assert not mark(nobody)


def test_other_fields_cannot_be_marked(patient: Patient) -> None:
    with pytest.raises(NotAnAddress):
        mark(patient, "address")


def test_an_address_is_not_marked_without_its_audit(
    patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(marking, "record_event", break_off)

    with pytest.raises(RuntimeError):
        mark(patient)

    patient.refresh_from_db()
    assert not patient.is_email_undeliverable


@pytest.mark.parametrize("written", ["+44 20 7946 0000", "(020) 7946-0000", "020.7946/0000"])
def test_a_number_is_found_however_it_was_written(written: str) -> None:
    there = PatientFactory(phone=written)
    PatientFactory(phone="+44 20 7946 0001")

    assert list(Patient.objects.with_phone_like("+442079460000")) == [there]


# ---------------------------------------------------------------- a site's own order and hours


def test_hours_of_sites_are_those_of_the_protocol() -> None:
    assert MESSAGE_HOURS.value == (EARLIEST_HOUR, LATEST_HOUR)


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        pytest.param({"channel_order": "SMS,SMS"}, "channel_order", id="twice"),
        pytest.param({"channel_order": "SMS,PIGEON"}, "channel_order", id="unknown"),
        pytest.param({"email_from_hour": 7}, "email_from_hour", id="too early"),
        pytest.param({"sms_until_hour": 22}, "sms_until_hour", id="too late"),
        pytest.param({"sms_from_hour": 12, "sms_until_hour": 12}, "sms_from_hour", id="never"),
        pytest.param({"email_from_hour": 18}, "email_from_hour", id="never, by the usual end"),
        pytest.param({"email_until_hour": 9}, "email_from_hour", id="never, by the usual start"),
    ],
)
def test_an_order_or_hours_that_cannot_be_are_refused(fields: dict[str, Any], named: str) -> None:
    site = Site(slug="st-x", name="St X", **fields)

    with pytest.raises(FieldRefused) as refused:
        save_site(site=site, by=None, now=NOW)

    assert refused.value.details["field"] == named
    assert not Site.objects.exists()


@pytest.mark.parametrize(
    "fields",
    [
        {"sms_from_hour": 12, "sms_until_hour": 12},
        {"email_from_hour": 18},
        {"email_until_hour": 9},
    ],
)
def test_the_database_knows_no_hours_that_never_open(fields: dict[str, int]) -> None:
    with pytest.raises(IntegrityError, match="hours_in_order"):
        SiteFactory(**fields)


def test_order_and_hours_are_kept(patient: Patient) -> None:
    site = patient.site
    site.channel_order, site.sms_from_hour, site.sms_until_hour = "sms, LETTER", 10, 17

    save_site(site=site, by=None, now=NOW)

    site.refresh_from_db()
    assert (site.channel_order, site.sms_from_hour, site.sms_until_hour) == ("sms, LETTER", 10, 17)
