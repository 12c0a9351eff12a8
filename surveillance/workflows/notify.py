"""Put a message into the outbox, once."""

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple
from uuid import NAMESPACE_URL, UUID, uuid5

from patients.models import Patient, Site
from surveillance.models import (
    Escalation,
    FollowUp,
    Notification,
    NotificationChannel,
    NotificationTemplate,
)

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class NewNotification(NamedTuple):
    """A row of the outbox that a sweep is about to write; the fields of `Notification`."""

    id: UUID
    site_id: int
    channel: str
    template: str
    dedupe_key: str
    recipient_id: int | None
    patient_id: UUID | None
    follow_up_id: UUID | None
    escalation_id: UUID | None
    created_at: datetime
    not_before: datetime


def notification_id(dedupe_key: str) -> UUID:
    """The id of the message with this key: the same whoever writes it, and so its Message-ID."""
    return uuid5(NAMESPACE_URL, dedupe_key)


def notify(
    *,
    site: Site,
    channel: NotificationChannel,
    template: NotificationTemplate,
    dedupe_key: str,
    now: datetime,
    recipient: "User | None" = None,
    patient: Patient | None = None,
    follow_up: FollowUp | None = None,
    escalation: Escalation | None = None,
    not_before: datetime | None = None,
) -> Notification:
    """Queue one message to a member of staff (`recipient`) or to a `patient`.

    A message with the same `dedupe_key` is never queued twice: the first one is returned, whatever
    became of it. Nothing is sent here; `deliver` sends, not earlier than `not_before`.
    """
    message = Notification(
        id=notification_id(dedupe_key),
        site=site,
        channel=channel,
        template=template,
        dedupe_key=dedupe_key,
        recipient=recipient,
        patient=patient,
        follow_up=follow_up,
        escalation=escalation,
        created_at=now,
        not_before=not_before or now,
    )
    Notification.objects.bulk_create([message], ignore_conflicts=True)
    return Notification.objects.get(dedupe_key=dedupe_key)
