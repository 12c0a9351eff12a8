"""A text message came in: a stop, a start, or something for a person to read."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from patients.models import Patient, Tri
from surveillance.chase_staff import holder_of, owner_in_post
from surveillance.delivery.phone_numbers import e164
from surveillance.models import (
    ContactAttempt,
    ContactChannel,
    ContactOutcome,
    FollowUp,
    NotificationChannel,
    NotificationTemplate,
)
from surveillance.protocol.replies import Reply, read_reply
from surveillance.workflows.log_contact import log_contact
from surveillance.workflows.notify import id_from, notify
from surveillance.workflows.record_consent import record_consent

LONGEST_NOTE: Final = 1000
CONSENTS: Final = {
    Reply.OPT_OUT: (Tri.NO, "stop_by_text"),
    Reply.OPT_IN: (Tri.YES, "start_by_text"),
}


def receive_text(*, number: str, body: str, provider_message_id: str, now: datetime) -> int:
    """Take in a text from `number` (E.164); how many patients it concerns, 0 if nobody has it.

    Every patient with that number: a stop or a start is recorded as their consent to texts, with
    what that means for what waits; and the text itself is put on file as a contact, where those
    who look after the patient read it, and the one who answers for the patient is told. It ends
    nothing that is owed. The same text again changes nothing; one without an id counts each time
    it comes, since a stop must not pass for an earlier text. The text is never logged.
    """
    said = provider_message_id or now.isoformat()
    alike = Patient.objects.surviving().exclude(phone="").with_phone_like(number)
    patients = [
        patient
        for patient in alike.select_related("site")
        if e164(patient.phone, patient.site) == number != ""
    ]
    for patient in patients:
        _take(patient, body, f"text:{said}:{patient.pk}", now)
    return len(patients)


@transaction.atomic
def _take(patient: Patient, body: str, key: str, now: datetime) -> None:
    if ContactAttempt.objects.filter(pk=UUID(id_from(key))).exists():
        return
    said = CONSENTS.get(read_reply(body))
    if said is not None:
        consent, how = said
        record_consent(
            patient=patient, consents={"consent_sms": consent}, how=how, by=None, now=now
        )
    owed = FollowUp.objects.open().filter(patient=patient).order_by("sort_key", "pk")
    log_contact(
        patient=patient,
        follow_ups=list(owed),
        channel=ContactChannel.SMS,
        outcome=ContactOutcome.WROTE,
        note=body[:LONGEST_NOTE],
        key=key,
        by=None,
        now=now,
    )
    _tell(patient, owed.first(), key, now)


def _tell(patient: Patient, follow_up: FollowUp | None, key: str, now: datetime) -> None:
    """Whoever answers for what is owed; when nothing is, whoever holds the navigator's seat."""
    today = patient.site.local_date(now)
    recipient = owner_in_post(follow_up, today) or holder_of(1, patient.site_id, patient.pk, today)
    if recipient is None:
        return  # nobody is in post: the failsafe says so, and the page shows the text
    notify(
        site=patient.site,
        channel=NotificationChannel.IN_APP,
        template=NotificationTemplate.PATIENT_WROTE,
        dedupe_key=key,
        recipient=recipient,
        patient=patient,
        now=now,
    )
