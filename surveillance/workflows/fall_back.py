"""What could not be sent goes by letter, or becomes the task of somebody who can sign in."""

from datetime import datetime
from typing import TYPE_CHECKING

from surveillance.chase_staff import owner_in_post
from surveillance.models import Notification, NotificationChannel, NotificationTemplate
from surveillance.outreach import TO_PATIENTS, is_booked_in_time, may_be_written_to
from surveillance.protocol.mailing import arrives_in_time
from surveillance.workflows.notify import notify

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def fall_back(*, message: Notification, now: datetime) -> Notification | None:
    """Queue another way for a reminder that cannot or must not be sent.

    A letter, where the patient may be written to and it comes in time; else a task ("call the
    patient") for whoever answers for the follow-up now. None when the message was none to a
    patient (staff are told in the application in any case), when it was that very task, or when
    nobody is in post: then the failsafe finds both the message and the follow-up.
    """
    if message.template not in TO_PATIENTS:
        return None
    if _goes_by_letter(message, now):
        return _queue(message, NotificationChannel.LETTER, "letter", now)
    recipient = owner_in_post(message.follow_up)
    if recipient is None or recipient == message.recipient:
        return None
    return _queue(message, NotificationChannel.IN_APP, "call", now, recipient=recipient)


def _goes_by_letter(message: Notification, now: datetime) -> bool:
    """An e-mail of a patient who may be written to, as long as paper is fast enough."""
    patient, follow_up = message.patient, message.follow_up
    if message.channel != NotificationChannel.EMAIL or patient is None or follow_up is None:
        return False
    today = message.site.local_date(now)
    booked_for = follow_up.booked_for
    needed_by = (
        booked_for
        if booked_for is not None and is_booked_in_time(booked_for, follow_up.latest_on, today)
        else follow_up.latest_on
    )
    return may_be_written_to(patient) and arrives_in_time(today, needed_by)


def _queue(
    message: Notification,
    channel: NotificationChannel,
    suffix: str,
    now: datetime,
    recipient: "User | None" = None,
) -> Notification:
    return notify(
        site=message.site,
        channel=channel,
        template=NotificationTemplate(message.template),
        dedupe_key=f"{message.dedupe_key}:{suffix}",
        recipient=recipient,
        patient=message.patient,
        follow_up=message.follow_up,
        now=now,
    )
