"""Somebody decides that a patient is to get a letter."""

from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from patients.audit import record_event
from patients.models import Patient
from surveillance.models import (
    FollowUp,
    Notification,
    NotificationChannel,
    NotificationTemplate,
)
from surveillance.models.notification import appointment_key
from surveillance.outreach import (
    is_booked_in_time,
    reminder_key,
    why_not_written_to,
)
from surveillance.protocol.terms import ObligationKind
from surveillance.record_locks import lock_records
from surveillance.workflows.errors import WorkflowRefused
from surveillance.workflows.notify import notify

if TYPE_CHECKING:
    from django.contrib.auth.models import User

CURES = {
    "status": gettext_noop(
        "The patient’s status does not allow it. Speak to the patient, or change the status."
    ),
    "refused": gettext_noop(
        "The patient does not want letters. Take a way that is allowed, or record a new consent."
    ),
    "no_address": gettext_noop(
        "No complete postal address is on record: street and town, at most six lines."
    ),
    "returned": gettext_noop("A letter came back from this address. Correct the address first."),
}


class PatientNotWrittenTo(WorkflowRefused):
    """No letter may go to this patient. `details`: why (a code)."""

    code = "patient_not_written_to"


class AlreadyWrittenToday(WorkflowRefused):
    """A letter about this was queued today and has ended already, or went with the record of
    another person when two records were taken apart."""

    code = "already_written_today"


class NothingToWriteAbout(WorkflowRefused):
    """Nothing is owed that a patient is asked to book, and no appointment lies ahead."""

    code = "nothing_to_write_about"


class LetterToQueue(NamedTuple):
    """What a letter would be about, the key that makes it one, and the one that waits already."""

    follow_up: FollowUp
    template: NotificationTemplate
    key: str
    waiting: Notification | None


@transaction.atomic
def queue_letter(*, patient: Patient, by: "User | None", now: datetime) -> Notification:
    """Let a letter to `patient` wait for the next print run of the site.

    It asks to book what is most urgent, or tells of the next appointment when all is booked. A
    letter that waits already is returned, and a second one on the same day is the first. Refused:
    a patient who may not be written to, nothing to write about, a letter that ended today.
    """
    survivor = lock_records([patient.pk])[patient.pk]
    follow_up, template, key, known = letter_to_queue(patient=survivor, now=now)
    if known is not None:
        return known
    message = notify(
        site=survivor.site,
        channel=NotificationChannel.LETTER,
        template=template,
        dedupe_key=key,
        patient=survivor,
        follow_up=follow_up,
        now=now,
    )
    if message.finished_at is not None or message.patient_id != survivor.pk:
        state = message.get_status_display().lower()
        raise AlreadyWrittenToday(
            _("A letter about this was queued today and is {state} already.").format(state=state)
        )
    record_event(
        "letter_queued", site=survivor.site, subject=message, by=by, now=now, patient=survivor
    )
    return message


def letter_to_queue(*, patient: Patient, now: datetime) -> LetterToQueue:
    """What `queue_letter` would do now, with the same refusals. It changes nothing."""
    if why := why_not_written_to(patient):
        raise PatientNotWrittenTo(_(CURES[why]), why=why)
    follow_up, template, key = _about(patient, patient.site.local_date(now))
    waiting = Notification.objects.waiting().filter(
        channel=NotificationChannel.LETTER, patient=patient, template=template
    )
    return LetterToQueue(follow_up, template, key, waiting.first())


def _about(patient: Patient, today: date) -> tuple[FollowUp, NotificationTemplate, str]:
    """What the letter is about: the follow-up, its template, and the key that makes it one."""
    by_hand = f"letter:{today}"
    open_ = FollowUp.objects.open().filter(patient=patient).dangerous_first()
    booked = []
    for row in open_:
        if is_booked_in_time(row.booked_for, row.latest_on, today):
            booked.append(row)
        elif row.kind == ObligationKind.IMAGING:
            key = reminder_key(patient.pk, row.latest_on, by_hand)
            return row, NotificationTemplate.PATIENT_REMINDER, key
    if not booked:
        raise NothingToWriteAbout(
            _("Nothing is owed that this patient is asked to book, and no appointment lies ahead.")
        )
    row = min(booked, key=lambda one: (one.booked_for or date.max, one.sort_key))
    assert row.booked_for is not None  # it is booked in time
    key = appointment_key(patient.pk, row.booked_for, by_hand)
    return row, NotificationTemplate.APPOINTMENT_REMINDER, key
