"""A message arrives from another system: it is kept before anything is done with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.db import transaction

from surveillance.arrivals import Arrival, Unmapped, key_of, kind_of
from surveillance.arrivals_json import arrival_as_json
from surveillance.models import IntakeFeed, IntakeItem, IntakeMessage, ItemStatus

LONGEST_KEY = 199
LONGEST_MRN = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What is known of a message besides what it says. `raw`: the bytes as they came."""

    message_type: str
    control_id: str
    sent_at: datetime | None
    raw: bytes


@dataclass(frozen=True, slots=True)
class KeptMessage:
    """The message on file; `created` is False when it was there already."""

    message: IntakeMessage
    created: bool


@transaction.atomic
def keep_message(
    *,
    feed: IntakeFeed,
    envelope: Envelope,
    parts: Sequence[Arrival | Unmapped],
    now: datetime,
) -> KeptMessage:
    """Keep the message and its parts, in the order in which it names them.

    Nothing is taken in yet (`take_in_item`). The same control id with the same bytes again changes
    nothing. What could not be mapped waits for a person from the start.
    """
    message = message_of(feed, envelope, now)
    IntakeMessage.objects.bulk_create([message], ignore_conflicts=True)
    kept = IntakeMessage.objects.get(
        feed=feed, control_id=message.control_id, digest=message.digest
    )
    if kept.pk != message.pk:
        return KeptMessage(kept, created=False)
    IntakeItem.objects.bulk_create(
        item_of(message, position, part, now) for position, part in enumerate(parts)
    )
    return KeptMessage(message, created=True)


def message_of(feed: IntakeFeed, envelope: Envelope, now: datetime) -> IntakeMessage:
    """The row of the message, not yet saved."""
    return IntakeMessage(
        feed=feed,
        site_id=feed.site_id,
        format=feed.format,
        received_at=now,
        digest=sha256(envelope.raw).hexdigest(),
        message_type=envelope.message_type,
        control_id=envelope.control_id,
        sent_at=envelope.sent_at,
        raw=envelope.raw,
    )


def item_of(
    message: IntakeMessage, position: int, part: Arrival | Unmapped, now: datetime
) -> IntakeItem:
    """The row of one part, not yet saved."""
    item = IntakeItem(message=message, site_id=message.site_id, position=position, created_at=now)
    if isinstance(part, Unmapped):
        item.kind, item.key, item.mrn = part.kind, part.key[:LONGEST_KEY], part.mrn[:LONGEST_MRN]
        item.status, item.code = ItemStatus.WAITING, part.code
        item.where, item.reason, item.said_at = part.where, part.problem, part.said_at
        return item
    item.kind, item.key = kind_of(part), key_of(part)[:LONGEST_KEY]
    item.mrn, item.said_at = part.person.mrn[:LONGEST_MRN], part.said_at
    item.content = arrival_as_json(part)
    return item
