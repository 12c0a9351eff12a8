"""A provider says what became of a message after it took it."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from patients.audit import record_event
from patients.models import Tri
from patients.workflows.mark_undeliverable import mark_undeliverable
from surveillance.delivery.phone_numbers import e164
from surveillance.models import Notification, NotificationChannel, NotificationStatus, Report
from surveillance.outreach import ADDRESS_CAME_BACK
from surveillance.workflows.fall_back import fall_back
from surveillance.workflows.record_consent import record_consent
from surveillance.workflows.withdraw_messages import withdraw_messages

WORSE: Final = {
    Report.DELIVERED: ("",),
    Report.UNDELIVERABLE: ("", Report.DELIVERED),
    Report.COMPLAINED: ("", Report.DELIVERED, Report.UNDELIVERABLE),
}
"""What each report may replace: the worst that was said stands, in whatever order it comes."""

CONSENT_TO: Final = {
    NotificationChannel.EMAIL: "consent_email",
    NotificationChannel.SMS: "consent_sms",
}
ADDRESS_OF: Final = {NotificationChannel.EMAIL: "email", NotificationChannel.SMS: "phone"}


@transaction.atomic
def record_delivery_report(
    *,
    provider_message_id: str,
    our_id: UUID | None = None,
    address: str = "",
    report: Report,
    reported_at: datetime | None = None,
    now: datetime,
) -> bool:
    """Keep the report on the message; False when it is unknown or as much was known already.

    The message is known by the id that the provider gave it, or by ours where the provider repeats
    it. Came back: the address on record is marked until somebody corrects it (unless `address`, to
    which the provider sent, is not the one on record any more), and the reminder takes the next way
    that the patient allows, in the end a call. Marked as unwanted: as good as a stop.
    """
    message = _message(provider_message_id, our_id)
    if message is None:
        return False
    known = Notification.objects.filter(pk=message.pk, reported__in=WORSE[report])
    if not known.update(reported=report, reported_at=reported_at or now):
        return False
    record_event(
        "delivery_reported",
        site=message.site,
        subject=message,
        patient=message.patient,
        by=None,
        now=now,
        detail={"report": report.value, "channel": message.channel},
    )
    if message.recipient_id is None and message.patient is not None:
        _act(message, report, address, now)
    return True


def _message(provider_message_id: str, our_id: UUID | None) -> Notification | None:
    """Ours wins: a report may arrive before the provider's id is noted."""
    is_it = Q(pk=our_id) if our_id else Q(provider_message_id=provider_message_id)
    if not (our_id or provider_message_id):
        return None
    rows = Notification.objects.filter(is_it, channel__in=ADDRESS_OF)
    return rows.select_related("site", "patient__site", "follow_up").order_by("pk").first()


def _act(message: Notification, report: Report, address: str, now: datetime) -> None:
    patient, channel = message.patient, NotificationChannel(message.channel)
    assert patient is not None
    if report == Report.COMPLAINED:
        refused = {CONSENT_TO[channel]: Tri.NO}
        record_consent(patient=patient, consents=refused, how="complained", by=None, now=now)
    if report == Report.UNDELIVERABLE:
        field = ADDRESS_OF[channel]
        if address in ("", patient.email.lower(), e164(patient.phone, patient.site)):
            mark_undeliverable(patient=patient, field=field, by=None, now=now)
        withdraw_messages(patient=patient, why=ADDRESS_CAME_BACK, now=now)
        _send_otherwise(message, now)


def _send_otherwise(message: Notification, now: datetime) -> None:
    """The reminder that came back is still owed, unless the follow-up ended meanwhile."""
    message.refresh_from_db()
    is_over = message.follow_up is not None and message.follow_up.closed_at is not None
    if message.status == NotificationStatus.CANCELLED or is_over:
        return
    fall_back(message=message, why=ADDRESS_CAME_BACK, now=now)
