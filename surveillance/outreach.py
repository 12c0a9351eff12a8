"""Whom we may write to, how, and whether a message that waits may still be sent."""

from datetime import date, datetime
from typing import Final
from uuid import UUID

from patients.models import Patient, PatientStatus, Tri
from surveillance.models import FollowUp, Notification, NotificationChannel, NotificationTemplate

QUIET_STATUSES: Final = frozenset(
    {
        PatientStatus.DECEASED,
        PatientStatus.TRANSFERRED_ACKNOWLEDGED,
        PatientStatus.SURVEILLANCE_NOT_APPROPRIATE,
    }
)
"""People who never receive anything (clinical.md 8.6; R01, R02, R04)."""

EMAILED_STATUSES: Final = frozenset({PatientStatus.ACTIVE, PatientStatus.LOST_TO_FOLLOW_UP})
"""Whoever declined or went elsewhere is spoken to by a person, not by a machine (A-32)."""

TO_PATIENTS: Final = frozenset(
    {NotificationTemplate.PATIENT_REMINDER, NotificationTemplate.APPOINTMENT_REMINDER}
)

CONSENT_WITHDRAWN: Final = "consent_withdrawn"
LETTER_IMPOSSIBLE: Final = "letter_impossible"


def is_quiet(status: str, merged_into: UUID | None) -> bool:
    """Whether a person of this status never receives anything."""
    return status in QUIET_STATUSES or merged_into is not None


def may_be_emailed(status: str, consent: str, address: str) -> bool:
    """Consent given, an address known, and somebody whom a machine may write to."""
    return bool(address) and consent == Tri.YES and status in EMAILED_STATUSES


def why_not_written_to(patient: Patient) -> str:
    """A code for why no letter may go to this patient; empty when one may.

    Unlike e-mail, a letter needs no consent given beforehand; a refusal is respected.
    """
    if patient.merged_into_id is not None or patient.status not in EMAILED_STATUSES:
        return "status"
    if patient.consent_letter == Tri.NO:
        return "refused"
    if not patient.has_postal_address:
        return "no_address"
    return "returned" if patient.address_returned_on is not None else ""


def may_be_written_to(patient: Patient) -> bool:
    """Not refused, an address known from which no mail came back, and not left to a person."""
    return not why_not_written_to(patient)


def is_booked_in_time(booked_for: date | None, latest_on: date, today: date) -> bool:
    """An appointment that is still ahead (or today) and not past the last day."""
    return booked_for is not None and today <= booked_for <= latest_on


def reminder_key(patient: UUID, window_end: date, step: str) -> str:
    """One reminder per patient, step and window, whichever lesions it covers."""
    return f"reminder:{patient}:{window_end}:{step}"


def appointment_key(patient: UUID, booked_for: date, step: str = "") -> str:
    """One reminder per patient, appointment and step."""
    return f"appointment:{patient}:{booked_for}:{step}"


def why_unwanted(message: Notification, now: datetime) -> str:
    """A code for why this message must not be sent any more; empty when it may.

    Looks at the rows as they were just read: the obligation, the escalation, the patient's
    status, consent and appointment.
    """
    if message.follow_up is not None and message.follow_up.closed_at is not None:
        return "follow_up_closed"
    if message.escalation is not None:
        return _why_escalation_unwanted(message)
    if message.template in TO_PATIENTS and message.patient is not None:
        return _why_reminder_unwanted(message, message.patient, now)
    return ""


def _why_escalation_unwanted(message: Notification) -> str:
    escalation = message.escalation
    assert escalation is not None
    if escalation.resolved_at is not None:
        return "escalation_resolved"
    if escalation.owner_id != message.recipient_id:
        return "escalation_has_another_owner"
    return ""


def _why_reminder_unwanted(message: Notification, patient: Patient, now: datetime) -> str:
    if is_quiet(patient.status, patient.merged_into_id):
        return "patient_is_quiet"
    today = message.site.local_date(now)
    if message.follow_up is not None and _is_outdated(message, message.follow_up, today):
        return "appointment_changed"
    by_email = message.channel == NotificationChannel.EMAIL and message.recipient_id is None
    if by_email and not may_be_emailed(patient.status, patient.consent_email, patient.email):
        return CONSENT_WITHDRAWN
    by_letter = message.channel == NotificationChannel.LETTER
    return LETTER_IMPOSSIBLE if by_letter and not may_be_written_to(patient) else ""


def _is_outdated(message: Notification, follow_up: FollowUp, today: date) -> bool:
    """A reminder to book once it is booked; one of an appointment that was moved or has passed."""
    booked_for = follow_up.booked_for
    if message.template == NotificationTemplate.PATIENT_REMINDER:
        return is_booked_in_time(booked_for, follow_up.latest_on, today)
    if booked_for is None or booked_for < today or message.patient_id is None:
        return True
    return not message.dedupe_key.startswith(appointment_key(message.patient_id, booked_for))
