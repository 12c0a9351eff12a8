"""A letter came back undelivered."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from patients.audit import record_event
from patients.models import Patient
from patients.workflows.note_returned_address import note_returned_address
from surveillance.models import (
    ContactChannel,
    ContactOutcome,
    Letter,
    LetterBatchStatus,
    LetterEvent,
    LetterEventKind,
    NotificationStatus,
)
from surveillance.outreach import ADDRESS_CAME_BACK
from surveillance.record_locks import lock_records
from surveillance.workflows.errors import WorkflowRefused
from surveillance.workflows.fall_back import fall_back
from surveillance.workflows.log_contact import log_contact
from surveillance.workflows.withdraw_messages import withdraw_messages

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class ReturnRefused(WorkflowRefused):
    """The letter was never posted, or the day cannot be right."""

    code = "return_refused"


@transaction.atomic
def record_returned_letter(
    *, letter: Letter, on: date, by: "User | None", now: datetime
) -> LetterEvent:
    """Note that `letter` came back on day `on`: its address is not used until corrected.

    The contact is on file; what is still owed takes the next way to the patient, in the end a
    call, and so do other letters that wait for this address. An address that was corrected since
    the letter was printed stays in use. Twice is once. Refused: a letter that was not posted, a
    day before its posting or in the future.
    """
    patient = lock_records([letter.patient_id])[letter.patient_id]
    known = LetterEvent.objects.filter(letter=letter, kind=LetterEventKind.RETURNED).first()
    if known is not None:
        return known
    _refuse(letter, on, now)
    event = LetterEvent.objects.create(
        letter=letter,
        kind=LetterEventKind.RETURNED,
        occurred_on=on,
        recorded_at=now,
        recorded_by=by,
    )
    if "\n".join(patient.postal_lines) == letter.address:
        note_returned_address(patient=patient, on=on, by=by, now=now)
        withdraw_messages(patient=patient, why=ADDRESS_CAME_BACK, now=now)
    _hand_on(letter, patient, by, now)
    record_event(
        "letter_returned",
        site=letter.batch.site,
        subject=letter,
        by=by,
        now=now,
        patient=patient,
    )
    return event


def _refuse(letter: Letter, on: date, now: datetime) -> None:
    batch = letter.batch
    sent = letter.notifications.filter(status=NotificationStatus.SENT)
    if batch.status != LetterBatchStatus.POSTED or batch.posted_at is None or not sent.exists():
        raise ReturnRefused(_("This letter was not posted, so it cannot have come back."))
    first, last = batch.site.local_date(batch.posted_at), batch.site.local_date(now)
    if not first <= on <= last:
        raise ReturnRefused(
            _("The letter was posted on {first}. Give a day from then until today.").format(
                first=first
            ),
            field="on",
        )


def _hand_on(letter: Letter, patient: Patient, by: "User | None", now: datetime) -> None:
    """Put the failed attempt on file, and let what is still owed take another way."""
    messages = letter.notifications.select_related("site", "patient", "follow_up", "recipient")
    owed = [one for one in messages if one.follow_up and one.follow_up.closed_at is None]
    follow_ups = {one.follow_up.pk: one.follow_up for one in owed if one.follow_up}
    log_contact(
        patient=patient,
        follow_ups=list(follow_ups.values()),
        channel=ContactChannel.LETTER,
        outcome=ContactOutcome.RETURNED,
        by=by,
        now=now,
    )
    for message in owed:
        fall_back(message=message, why=ADDRESS_CAME_BACK, now=now)
