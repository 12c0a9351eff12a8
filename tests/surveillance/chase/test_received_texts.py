"""Texts from patients: stops and starts are recorded, anything else reaches a person."""

from datetime import date, timedelta
from typing import Any

import pytest

from patients.models import AuditEvent, Patient, Tri
from surveillance.models import (
    ContactAttempt,
    ContactOutcome,
    FollowUp,
    Notification,
    NotificationTemplate,
)
from surveillance.workflows import receive_text as module
from surveillance.workflows.receive_text import receive_text
from tests.surveillance.chase.scenes import Clinic, a_clinic, a_follow_up, a_patient, at

pytestmark = pytest.mark.django_db

NOW = at(date(2026, 11, 2))
NUMBER = "+442079460000"


@pytest.fixture
def clinic() -> Clinic:
    return a_clinic(holiday_calendar="GB-ENG")


@pytest.fixture
def patient(clinic: Clinic) -> Patient:
    return a_patient(clinic, phone="020 7946 0000", consent_sms=Tri.YES)


def text(body: str, number: str = NUMBER, **fields: Any) -> int:
    said: dict[str, Any] = {
        "number": number,
        "body": body,
        "provider_message_id": "SM1",
        "now": NOW,
    }
    return receive_text(**said | fields)


def consent_of(patient: Patient) -> str:
    patient.refresh_from_db()
    return patient.consent_sms


def test_a_stop_is_recorded_with_how_it_was_said_and_closes_nothing(
    clinic: Clinic, patient: Patient
) -> None:
    follow_up = a_follow_up(clinic, patient=patient)

    assert text("Stop.") == 1

    assert consent_of(patient) == Tri.NO
    change = patient.history.order_by("-history_id").first()
    assert change is not None
    assert (change.history_change_reason, change.history_user) == ("stop_by_text", None)
    event = AuditEvent.objects.get(action="consent_recorded")
    assert event.detail == {"how": "stop_by_text", "consent_sms": "NO"}
    assert FollowUp.objects.open().get() == follow_up


def test_a_text_is_on_file_and_the_navigator_is_told(clinic: Clinic, patient: Patient) -> None:
    follow_up = a_follow_up(clinic, patient=patient)

    text("Can I come on Friday?")

    attempt = ContactAttempt.objects.get()
    assert (attempt.outcome, attempt.note) == (ContactOutcome.WROTE, "Can I come on Friday?")
    assert list(attempt.follow_ups.all()) == [follow_up]
    told = Notification.objects.get()
    assert (told.template, told.recipient) == (
        NotificationTemplate.PATIENT_WROTE,
        clinic.navigator,
    )
    assert consent_of(patient) == Tri.YES
    assert "Friday" not in str(list(AuditEvent.objects.values_list("detail", flat=True)))


def test_a_text_when_nothing_is_owed_reaches_the_seat_of_the_navigator(
    clinic: Clinic, patient: Patient
) -> None:
    text("Thank you")

    assert Notification.objects.get().recipient == clinic.navigator


def test_the_same_text_again_changes_nothing(clinic: Clinic, patient: Patient) -> None:
    for _ in range(2):
        text("STOP")

    assert ContactAttempt.objects.count() == 1
    assert Notification.objects.count() == 1
    assert AuditEvent.objects.filter(action="consent_recorded").count() == 1


def test_two_texts_at_one_moment_are_two(patient: Patient) -> None:
    text("One")
    text("Two", provider_message_id="SM2")

    assert {row.note for row in ContactAttempt.objects.all()} == {"One", "Two"}


def test_a_stop_without_an_id_does_not_pass_for_an_earlier_text(patient: Patient) -> None:
    text("Hello", provider_message_id="")
    text("STOP", provider_message_id="", now=NOW + timedelta(seconds=1))

    assert consent_of(patient) == Tri.NO
    assert ContactAttempt.objects.count() == 2


def test_a_start_allows_texts_again(patient: Patient) -> None:
    text("STOP")
    text("ALTA", provider_message_id="SM2")

    assert consent_of(patient) == Tri.YES


def test_everybody_with_the_number_is_meant(clinic: Clinic, patient: Patient) -> None:
    mother = a_patient(clinic, phone="+44 (20) 7946-0000", consent_sms=Tri.YES)
    elsewhere = a_patient(a_clinic(), phone=NUMBER, consent_sms=Tri.YES)
    other = a_patient(clinic, phone="+1 207 946 0000", consent_sms=Tri.YES)

    assert text("STOP") == 3

    assert [consent_of(one) for one in (patient, mother, elsewhere)] == [Tri.NO] * 3
    assert consent_of(other) == Tri.YES


@pytest.mark.parametrize("number", ["+15550100", "", "+4"])
def test_a_number_that_nobody_has_concerns_nobody(
    clinic: Clinic, patient: Patient, number: str
) -> None:
    for phone in ("", "ask my son"):
        a_patient(clinic, phone=phone, consent_sms=Tri.YES)

    assert text("STOP", number=number) == 0


def test_a_text_of_nobody_in_post_is_kept(clinic: Clinic, patient: Patient) -> None:
    for user in (clinic.navigator, clinic.lead, clinic.clinician, clinic.director):
        user.is_active = False
        user.save()

    text("Hello?")

    assert ContactAttempt.objects.get().note == "Hello?"
    assert not Notification.objects.exists()


def test_consent_is_not_recorded_when_the_text_cannot_be_put_on_file(
    patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_off(**_: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(module, "log_contact", break_off)

    with pytest.raises(RuntimeError):
        text("STOP")

    assert consent_of(patient) == Tri.YES
