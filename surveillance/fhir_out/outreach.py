"""CommunicationRequest (a message in the outbox) and Communication (an attempt to reach)."""

from surveillance.fhir_out.codes import HL7, term
from surveillance.fhir_out.elements import (
    Context,
    Json,
    coding,
    concept,
    instant,
    known,
    practitioner,
    reference,
    resource,
)
from surveillance.models import ContactAttempt, Notification, NotificationStatus
from surveillance.protocol.terms import ContactOutcome

REQUEST_STATUS = {
    NotificationStatus.PENDING: "active",
    NotificationStatus.SENT: "completed",
    NotificationStatus.DIGESTED: "completed",
    NotificationStatus.FAILED: "on-hold",
    NotificationStatus.CANCELLED: "revoked",
}
MEDIUM = {
    "PHONE": ("PHONE", "telephone"),
    "LETTER": ("MAILWRIT", "mail"),
    "EMAIL": ("EMAILWRIT", "email"),
    "SMS": ("SMSWRIT", "SMS message"),
    "IN_PERSON": ("PHYSICAL", "physical presence"),
}
"""HL7 v3 ParticipationMode."""
NOT_REACHED = {
    ContactOutcome.NO_ANSWER: "recipient-unavailable",
    ContactOutcome.BUSY: "recipient-unavailable",
    ContactOutcome.VOICEMAIL: "recipient-unavailable",
    ContactOutcome.WRONG_NUMBER: "invalid-phone-number",
    ContactOutcome.NOT_IN_SERVICE: "invalid-phone-number",
    ContactOutcome.DECLINED: "patient-objection",
}
"""FHIR communication-not-done-reason; the patient was reached with every other outcome."""


def communication_request(row: Notification, _context: Context) -> list[Json]:
    """FHIR CommunicationRequest: what is to be told to whom, by which way; never its words."""
    return [
        resource(
            "CommunicationRequest",
            str(row.pk),
            status=REQUEST_STATUS[NotificationStatus(row.status)],
            category=[
                concept(
                    term("message", row.template, str(row.get_template_display())),
                    text=str(row.get_template_display()),
                )
            ],
            medium=_medium(row.channel),
            subject=reference("Patient", row.patient_id) if row.patient_id else None,
            about=[reference("Task", row.follow_up_id)] if row.follow_up_id else [],
            occurrenceDateTime=instant(row.not_before),
            authoredOn=instant(row.created_at),
            recipient=[_recipient(row)],
        )
    ]


def _recipient(row: Notification) -> Json:
    told = practitioner(row.recipient)
    return told if told is not None else reference("Patient", row.patient_id)


def communication(row: ContactAttempt, _context: Context) -> list[Json]:
    """FHIR Communication: one attempt to reach the patient, and how it ended."""
    missed = NOT_REACHED.get(ContactOutcome(row.outcome))
    reason = coding(f"{HL7}communication-not-done-reason", missed) if missed else None
    return [
        resource(
            "Communication",
            str(row.pk),
            status=_status(row, missed),
            statusReason=concept(
                *([reason] if reason else []),
                term("contact-outcome", row.outcome, str(row.get_outcome_display())),
                text=str(row.get_outcome_display()),
            ),
            medium=_medium(row.channel),
            subject=reference("Patient", row.patient_id),
            about=[reference("Task", one.pk) for one in row.follow_ups.all()],
            sent=instant(row.attempted_at),
            recipient=[reference("Patient", row.patient_id)],
            sender=practitioner(row.attempted_by),
            note=[known(text=row.note)] if row.note else [],
        )
    ]


def _status(row: ContactAttempt, missed: str | None) -> str:
    if row.retracted_at:
        return "entered-in-error"
    return "not-done" if missed else "completed"


def _medium(channel: str) -> list[Json]:
    if channel not in MEDIUM:
        return [concept(term("channel", channel))]
    return [concept(coding(f"{HL7}v3-ParticipationMode", *MEDIUM[channel]))]
