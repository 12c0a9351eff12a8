"""Two people on one row: the second is told who did what and when, and loses nothing."""

from datetime import date, timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client

from patients.audit import record_event
from surveillance.models import ContactAttempt, ContactChannel, ContactOutcome, FollowUp
from surveillance.workflows.book_follow_up import book_follow_up
from surveillance.workflows.log_contact import log_contact
from tests.factories import NOW
from tests.surveillance.web.scenes import Clinic, owed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]
SNOOZE = {"version": 1, "until": "2026-09-03", "reason": "on holiday"}


def closed_by(clinic: Clinic, user: User) -> FollowUp:
    row = owed(clinic, 20, closed_at=NOW, closed_by=user, outcome="NO_LONGER_OWED")
    record_event(
        "follow_up_closed", site=row.site, subject=row, patient=row.patient, by=user, now=NOW
    )
    return row


def snooze(follow_up: FollowUp) -> str:
    return f"/follow-ups/{follow_up.pk}/snooze/"


@pytest.fixture
def booked_by_the_lead(clinic: Clinic) -> FollowUp:
    follow_up = owed(clinic, 20)
    book_follow_up(follow_up=follow_up, booked_for=date(2026, 9, 10), by=clinic.lead, now=NOW)
    return follow_up


def test_second_is_told_who_did_what_when_and_keeps_the_words(
    navigator: Client, clinic: Clinic, booked_by_the_lead: FollowUp
) -> None:
    response = navigator.post(snooze(booked_by_the_lead), SNOOZE)

    text = response.content.decode()
    name = clinic.lead.get_full_name()
    assert response.status_code == 422
    assert f"{name} noted an appointment or an order, 31 Aug 2026, 09:00" in text
    assert "on holiday" in text
    assert "booked for 10 Sep 2026" in text
    booked_by_the_lead.refresh_from_db()
    assert booked_by_the_lead.snoozed_until is None


def test_saving_again_is_a_new_decision(navigator: Client, booked_by_the_lead: FollowUp) -> None:
    told = navigator.post(snooze(booked_by_the_lead), SNOOZE)
    shown = told.context["form"]["version"].value()

    response = navigator.post(snooze(booked_by_the_lead), SNOOZE | {"version": shown})

    assert response.status_code == 302
    booked_by_the_lead.refresh_from_db()
    assert booked_by_the_lead.snoozed_until == date(2026, 9, 3)
    assert booked_by_the_lead.booked_for == date(2026, 9, 10)


def test_closed_by_somebody_else_keeps_the_words(navigator: Client, clinic: Clinic) -> None:
    follow_up = closed_by(clinic, clinic.lead)

    response = navigator.post(snooze(follow_up), SNOOZE)

    text = response.content.decode()
    assert response.status_code == 422
    assert f"{clinic.lead.get_full_name()} closed it, 31 Aug 2026, 09:00" in text
    assert "on holiday" in text


def test_closed_by_oneself_is_no_conflict(navigator: Client, clinic: Clinic) -> None:
    follow_up = closed_by(clinic, clinic.navigator)

    response = navigator.post(snooze(follow_up), SNOOZE)

    assert response.headers["Location"] == f"/patients/{follow_up.patient_id}/"


def test_call_by_a_colleague_meanwhile_is_told_once(navigator: Client, clinic: Clinic) -> None:
    patient = owed(clinic, -1).patient
    page = f"/patients/{patient.pk}/contact/"
    opened_at = navigator.get(page).context["form"]["opened_at"].value()
    with time_machine.travel(NOW + timedelta(minutes=2), tick=False):
        log_contact(
            patient=patient,
            follow_ups=[],
            channel=ContactChannel.PHONE,
            outcome=ContactOutcome.NO_ANSWER,
            by=clinic.lead,
            now=NOW + timedelta(minutes=2),
        )
        call = {
            "outcome": "NO_ANSWER",
            "channel": "PHONE",
            "attempted_at": "2026-08-31T09:00",
            "note": "Rang twice.",
            "opened_at": opened_at,
        }
        told = navigator.post(page, call)
        renewed = told.context["form"]["opened_at"].value()
        again = navigator.post(page, call | {"opened_at": renewed})

    text = told.content.decode()
    assert told.status_code == 422
    assert f"{clinic.lead.get_full_name()} logged “No answer” (31 Aug 2026, 09:02)" in text
    assert "Rang twice." in text
    assert again.status_code == 302
    assert ContactAttempt.objects.filter(attempted_by=clinic.navigator).count() == 1


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00.0+1400", "9999-12-31T23:59:59.9-1400"])
@pytest.mark.parametrize("field", ["opened_at", "attempted_at", "call_back_at"])
def test_moment_outside_the_calendar_is_refused(
    navigator: Client, clinic: Clinic, field: str, moment: str
) -> None:
    patient = owed(clinic, -1).patient
    call = {"outcome": "NO_ANSWER", "channel": "PHONE", "attempted_at": "2026-08-31T09:00"}
    local = moment if field == "opened_at" else moment[:19]

    response = navigator.post(f"/patients/{patient.pk}/contact/", call | {field: local})

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert not patient.contact_attempts.exists()
