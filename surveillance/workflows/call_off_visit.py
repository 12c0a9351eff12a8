"""A patient who was told of an appointment is told that it is off."""

from datetime import date, datetime

from django.db.models import Max, Q

from surveillance.chase_staff import owner_in_post
from surveillance.delivery.available import available
from surveillance.models import (
    FollowUp,
    Notification,
    NotificationChannel,
    NotificationStatus,
    NotificationTemplate,
    SendingDoubt,
)
from surveillance.models.notification import appointment_key
from surveillance.outreach import contact_of, outreach_of
from surveillance.protocol.mailing import arrives_in_time
from surveillance.workflows.notify import notify


def call_off_visit(*, follow_up: FollowUp, day: date, now: datetime) -> Notification | None:
    """Queue the message that the appointment of `day` is off, which cancels its calendar entry.

    It goes by the channel that carried the appointment, e-mail first since that brought the entry;
    where a letter would come too late, by another one. None, and nothing is queued: the day has
    passed, the patient comes that day for another follow-up, or was never told of it (or was told
    since that it is off). One that waits already is returned. Call it in the transaction that
    lifts the booking.
    """
    patient, site = follow_up.patient, follow_up.site
    today = site.local_date(now)
    if day < today or FollowUp.objects.expected_on(patient.pk, day).exists():
        return None
    off = Notification.objects.called_off(patient.pk, day)
    if known := off.waiting().first():
        return known
    told = _told(follow_up, day)
    if told is None:
        return None
    outreach = outreach_of(site, available())
    channel = NotificationChannel(told.channel)
    if channel == NotificationChannel.LETTER and not arrives_in_time(today, day):
        channel = outreach.channel(
            contact_of(patient), is_past_last_day=False, paper_is_in_time=False
        )
    is_call = channel == NotificationChannel.IN_APP
    recipient = owner_in_post(follow_up, today) if is_call else None
    if is_call and recipient is None:
        return None
    number = off.of_their_own().count() + 1
    return notify(
        site=site,
        channel=channel,
        template=NotificationTemplate.APPOINTMENT_CANCELLED,
        dedupe_key=appointment_key(patient.pk, day, f"off-{number}"),
        recipient=recipient,
        patient=patient,
        follow_up=follow_up,
        not_before=outreach.allowed_from(channel, now),
        now=now,
    )


def _told(follow_up: FollowUp, day: date) -> Notification | None:
    """What told the patient of the appointment since it was last called off, or may have."""
    may_have_arrived = (
        Q(status=NotificationStatus.SENT)
        | ~Q(doubt=SendingDoubt.NONE)
        | Q(status=NotificationStatus.PENDING, lease_until__isnull=False)
    )
    rows = Notification.objects.filter(
        may_have_arrived,
        template=NotificationTemplate.APPOINTMENT_REMINDER,
        recipient=None,
        dedupe_key__startswith=appointment_key(follow_up.patient_id, day),
    )
    off = Notification.objects.called_off(follow_up.patient_id, day)
    last = off.filter(status=NotificationStatus.SENT).aggregate(at=Max("finished_at"))["at"]
    if last is not None:
        rows = rows.filter(Q(finished_at=None) | Q(finished_at__gt=last))
    by_email = rows.filter(channel=NotificationChannel.EMAIL)
    return by_email.first() or rows.order_by("created_at", "pk").first()
