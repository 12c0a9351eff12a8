"""What became of every message of a run: how many went out, and why the others did not."""

from collections import Counter
from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from surveillance.models import Notification, NotificationChannel, NotificationStatus
from surveillance.models.message_reasons import OVER, reason_words
from surveillance.outreach import SENT_BY, TO_PATIENTS, first_key, key_by

CHANNELS = {
    NotificationChannel.IN_APP: "in the application",
    NotificationChannel.EMAIL: "by e-mail",
    NotificationChannel.SMS: "by text message",
    NotificationChannel.LETTER: "by letter",
}


class _Message(NamedTuple):
    channel: str
    template: str
    status: str
    recipient_id: int | None
    dedupe_key: str
    last_error: str
    not_before: datetime


def messages_of(now: datetime) -> dict[str, int]:
    """How many messages ended each way, by words for a reader; they add up to all there are."""
    rows = [_Message(*row) for row in Notification.objects.values_list(*_Message._fields)]
    keys = {row.dedupe_key for row in rows}
    return dict(Counter(_fate(row, keys, now) for row in rows))


def _fate(row: _Message, keys: Collection[str], now: datetime) -> str:
    whom = "patients" if row.recipient_id is None else "staff"
    match row.status:
        case NotificationStatus.SENT:
            return f"sent to {whom} {CHANNELS[NotificationChannel(row.channel)]}"
        case NotificationStatus.DIGESTED:
            return f"told in another message to {whom} {CHANNELS[NotificationChannel(row.channel)]}"
        case NotificationStatus.CANCELLED:
            why = reason_words(row.last_error) if row.last_error else OVER
            return f"cancelled: {why}" + _taken(row, keys)
        case NotificationStatus.FAILED:
            return f"failed: {reason_words(row.last_error)}" + _taken(row, keys)
        case _:
            return f"waiting: {_why_waiting(row, now)}"


def _why_waiting(row: _Message, now: datetime) -> str:
    if row.channel == NotificationChannel.LETTER:
        return "for the next print run"
    return "for a later hour" if row.not_before > now else "due"


def _taken(row: _Message, keys: Collection[str]) -> str:
    """Whether the same was said another way: a reminder by the next channel, in the end a call;
    what staff miss by e-mail stands in the application."""
    if row.recipient_id is not None or row.template not in TO_PATIENTS:
        in_app = row.dedupe_key.removesuffix(NotificationChannel.EMAIL) + NotificationChannel.IN_APP
        is_told = row.channel == NotificationChannel.EMAIL and in_app in keys
        return ", told in the application" if is_told else ""
    first = first_key(row.dedupe_key)
    others = {key_by(first, channel) for channel in SENT_BY.values()} - {row.dedupe_key}
    return ", taken by another channel" if not others.isdisjoint(keys) else ""
