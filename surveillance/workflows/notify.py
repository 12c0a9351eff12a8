"""Put a message into the outbox, once."""

from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

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
    """A message about one follow-up that a sweep is about to queue. Without a `recipient_id` it is
    addressed to the follow-up's patient; without a `not_before` it may leave at once. `cause`: a
    code for why it is a call and not a message."""

    channel: str
    template: str
    dedupe_key: str
    recipient_id: int | None
    escalation_id: str | None
    cause: str = ""
    not_before: datetime | None = None


def id_from(key: str) -> str:
    """The 32 digits of an id that follows from `key`: the same whoever writes the row."""
    return sha256(key.encode()).hexdigest()[:32]


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
    cause: str = "",
) -> Notification:
    """Queue one message to a member of staff (`recipient`) or to a `patient`.

    A message with the same `dedupe_key` is never queued twice: the first one is returned, whatever
    became of it. Nothing is sent here; `deliver` sends, not earlier than `not_before`. `cause`:
    a code for why it stands for another message.
    """
    message = Notification(
        id=UUID(id_from(dedupe_key)),
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
        urgency=0 if follow_up is None else follow_up.sort_key,
        cause=cause,
    )
    Notification.objects.bulk_create([message], ignore_conflicts=True)
    return Notification.objects.get(dedupe_key=dedupe_key)
