"""What could not be sent one way goes another; in the end somebody who can sign in is asked."""

from datetime import datetime

from surveillance.chase_staff import owner_in_post
from surveillance.delivery.available import available
from surveillance.models import Notification, NotificationChannel, NotificationTemplate
from surveillance.outreach import (
    SENT_BY,
    TO_PATIENTS,
    contact_of,
    first_key,
    key_by,
    outreach_of,
)
from surveillance.protocol.mailing import is_paper_in_time
from surveillance.protocol.terms import ReminderChannel
from surveillance.workflows.notify import notify


def fall_back(*, message: Notification, why: str, now: datetime) -> Notification | None:
    """Queue the same reminder by the next channel that the patient allows and that was not tried.

    When none is left, or after the last day, it becomes a task ("call the patient") of whoever
    answers for the follow-up now. `why` (a code) is kept on it. None when the message was none to
    a patient (staff are told in the application in any case), when it was that very task, or when
    nobody is in post: then the failsafe finds both the message and the follow-up.
    """
    if message.template not in TO_PATIENTS:
        return None
    if message.recipient_id is not None or message.patient is None:
        return _ask_for_a_call(message, f"{message.dedupe_key}:call", why, now)
    first = first_key(message.dedupe_key)
    outreach = outreach_of(message.site, available())
    channel = outreach.channel(
        contact_of(message.patient),
        is_past_last_day=_is_past_last_day(message, now),
        paper_is_in_time=_is_paper_in_time(message, now),
        tried=_tried(message, first),
    )
    if channel == NotificationChannel.IN_APP:
        return _ask_for_a_call(message, key_by(first, channel), why, now)
    return notify(
        site=message.site,
        channel=channel,
        template=NotificationTemplate(message.template),
        dedupe_key=key_by(first, channel),
        patient=message.patient,
        follow_up=message.follow_up,
        not_before=outreach.allowed_from(channel, now),
        cause=why,
        now=now,
    )


def _is_past_last_day(message: Notification, now: datetime) -> bool:
    follow_up = message.follow_up
    return follow_up is not None and message.site.local_date(now) > follow_up.latest_on


def _is_paper_in_time(message: Notification, now: datetime) -> bool:
    follow_up = message.follow_up
    if follow_up is None:
        return False
    today = message.site.local_date(now)
    day = message.called_off_on or follow_up.booked_for
    return is_paper_in_time(day, follow_up.latest_on, today)


def _tried(message: Notification, first: str) -> set[ReminderChannel]:
    """The ways that this reminder has taken already, whatever became of it there."""
    keys = [first, *(key_by(first, channel) for channel in SENT_BY.values())]
    rows = Notification.objects.filter(dedupe_key__in=keys, recipient=None)
    used = {message.channel, *rows.values_list("channel", flat=True)}
    return {channel for channel in ReminderChannel if channel.value in used}


def _ask_for_a_call(
    message: Notification, key: str, why: str, now: datetime
) -> Notification | None:
    recipient = owner_in_post(message.follow_up, message.site.local_date(now))
    if recipient is None or recipient == message.recipient:
        return None
    return notify(
        site=message.site,
        channel=NotificationChannel.IN_APP,
        template=NotificationTemplate(message.template),
        dedupe_key=key,
        recipient=recipient,
        patient=message.patient,
        follow_up=message.follow_up,
        cause=why,
        now=now,
    )
