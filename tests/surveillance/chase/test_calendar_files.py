"""Appointments as calendar files: parsed back, attached to reminders, and without a reason."""

from datetime import date, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from django.core import mail
from icalendar import Calendar

from surveillance.delivery.calendar_file import Appointment, calendar_file
from surveillance.protocol.message_terms import MessageLanguage
from surveillance.workflows.deliver import deliver
from surveillance.workflows.sweep import sweep
from tests.surveillance.chase.scenes import Clinic, a_clinic, a_follow_up, a_patient, at

pytestmark = pytest.mark.django_db

VISIT = date(2026, 12, 14)
NOW = at(VISIT - timedelta(days=7))


@pytest.fixture
def clinic() -> Clinic:
    return a_clinic(name="St Brigid; the, old", phone="020 555 0100")


def entry(file: bytes) -> tuple[Any, Any]:
    """The calendar and its only event."""
    calendar = Calendar.from_ical(file)
    [event] = calendar.walk("VEVENT")
    return calendar, event


def the_file(
    clinic: Clinic, day: date = VISIT, language: MessageLanguage = MessageLanguage.EN
) -> bytes:
    patient = a_patient(clinic)
    appointment = Appointment(patient, clinic.site, day)
    return calendar_file(appointment, language=language, stamped_at=NOW)


def test_file_says_where_and_on_which_day(clinic: Clinic) -> None:
    calendar, event = entry(the_file(clinic))

    assert (calendar["version"], calendar["method"]) == ("2.0", "PUBLISH")
    assert event["summary"] == "Appointment at St Brigid; the, old"
    assert event.decoded("dtstart") == VISIT
    assert event.decoded("dtend") == VISIT + timedelta(days=1)
    assert event.decoded("dtstamp") == NOW
    assert "020 555 0100" in event["description"]
    assert (event["sequence"], event["status"], event["transp"]) == (0, "CONFIRMED", "TRANSPARENT")


@pytest.mark.parametrize("day", [date(2028, 2, 29), date(2026, 12, 31), date(2027, 1, 31)])
def test_entry_ends_the_day_after(clinic: Clinic, day: date) -> None:
    _, event = entry(the_file(clinic, day))

    assert event.decoded("dtend") - event.decoded("dtstart") == timedelta(days=1)


def test_uid_is_the_same_for_patient_and_day_and_no_other(clinic: Clinic) -> None:
    patient, other = a_patient(clinic), a_patient(clinic)

    def uid(whose: Any, day: date, language: MessageLanguage = MessageLanguage.EN) -> str:
        appointment = Appointment(whose, clinic.site, day)
        file = calendar_file(appointment, language=language, stamped_at=NOW)
        return str(entry(file)[1]["uid"])

    assert uid(patient, VISIT) == uid(patient, VISIT, MessageLanguage.ES)
    assert (
        len({uid(patient, VISIT), uid(patient, VISIT + timedelta(days=1)), uid(other, VISIT)}) == 3
    )
    assert patient.mrn not in uid(patient, VISIT)


def test_file_is_in_the_patients_language(clinic: Clinic) -> None:
    _, event = entry(the_file(clinic, language=MessageLanguage.ES))

    assert event["summary"].startswith("Cita en ")


def attached(message: Any) -> list[EmailMessage]:
    return list(message.message().get_payload()) if message.message().is_multipart() else []


def test_reminder_of_an_appointment_carries_it(clinic: Clinic) -> None:
    patient = a_patient(clinic, reachable=True, family_name="Heath")
    a_follow_up(clinic, patient=patient, booked_for=VISIT)
    sweep(now=NOW)

    deliver(now=NOW)

    [sent] = mail.outbox
    _text, part = attached(sent)
    assert (part.get_content_type(), part.get_param("method")) == ("text/calendar", "PUBLISH")
    assert part.get_filename() == "appointment.ics"
    file = part.get_payload(decode=True)
    assert isinstance(file, bytes)
    _, event = entry(file)
    assert event.decoded("dtstart") == VISIT
    whole = file.decode()
    assert not any(word in whole for word in ("Heath", patient.mrn, "imaging", "MRI", "liver"))


def test_reminder_to_book_carries_nothing(clinic: Clinic) -> None:
    a_follow_up(clinic, patient=a_patient(clinic, reachable=True))
    november = at(date(2026, 11, 2))
    sweep(now=november)

    deliver(now=november)

    [sent] = mail.outbox
    assert not attached(sent)
