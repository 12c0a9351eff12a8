"""Patients with an address and no e-mail, letters that wait for them, and runs of these."""

from datetime import date, datetime, timedelta
from typing import Any

from patients.models import Patient
from surveillance.models import (
    FollowUp,
    FollowUpOutcome,
    LetterBatch,
    Notification,
    NotificationChannel,
    NotificationTemplate,
)
from surveillance.models.notification import appointment_key
from surveillance.outreach import reminder_key
from surveillance.workflows.check_letter_batch import check_letter_batch
from surveillance.workflows.close_follow_ups import Closing, close_follow_ups
from surveillance.workflows.notify import notify
from surveillance.workflows.post_letter_batch import post_letter_batch
from surveillance.workflows.prepare_letter_batch import prepare_letter_batch
from tests.surveillance.chase.scenes import Clinic, a_clinic, a_follow_up, a_patient, at

DAY = date(2026, 11, 2)
NOW = at(DAY)
LATER = NOW + timedelta(hours=3)
HOME = {"address": "1 Example Street", "city": "Exampleton", "postal_code": "ZZ9 9ZZ"}


def a_clinic_with_phone(**site: Any) -> Clinic:
    return a_clinic(**{"name": "St Brigid", "phone": "020 555 0100", "sends_letters": True} | site)


def at_home(clinic: Clinic, **fields: Any) -> Patient:
    return a_patient(clinic, **HOME | fields)


def a_letter_to(
    patient: Patient, follow_up: FollowUp, *, step: str = "1", now: datetime = NOW
) -> Notification:
    """A letter that asks to book, or tells of the appointment that is booked."""
    if follow_up.booked_for is None:
        template = NotificationTemplate.PATIENT_REMINDER
        key = reminder_key(patient.pk, follow_up.latest_on, step)
    else:
        template = NotificationTemplate.APPOINTMENT_REMINDER
        key = appointment_key(patient.pk, follow_up.booked_for, step)
    return notify(
        site=patient.site,
        channel=NotificationChannel.LETTER,
        template=template,
        dedupe_key=key,
        patient=patient,
        follow_up=follow_up,
        now=now,
    )


def waiting(clinic: Clinic, *names: str, **fields: Any) -> list[Notification]:
    """One letter each to people of these family names."""
    people = [at_home(clinic, family_name=name, **fields) for name in names]
    return [a_letter_to(one, a_follow_up(clinic, patient=one)) for one in people]


def prepared(clinic: Clinic, *, now: datetime = NOW) -> LetterBatch:
    return prepare_letter_batch(site=clinic.site, by=clinic.navigator, now=now)


def over(follow_up: FollowUp | None) -> None:
    """The protocol owes it no longer."""
    assert follow_up is not None
    closing = Closing(follow_up=follow_up, outcome=FollowUpOutcome.NO_LONGER_OWED)
    close_follow_ups(closings=[closing], by=None, now=NOW)


def codes_of(batch: LetterBatch) -> dict[int, str]:
    """As the manifest has them."""
    return {letter.sequence: letter.code for letter in batch.letters.all()}


def checked(clinic: Clinic, batch: LetterBatch) -> LetterBatch:
    return check_letter_batch(batch=batch, codes=codes_of(batch), by=clinic.navigator, now=NOW)


def posted(clinic: Clinic) -> LetterBatch:
    """Everything that waits, printed, checked and posted."""
    batch = checked(clinic, prepared(clinic))
    return post_letter_batch(batch=batch, by=clinic.navigator, now=NOW)
