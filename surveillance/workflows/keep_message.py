"""A message arrives from another system: it is kept before anything is done with it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID, uuid4

from django.db import transaction

from surveillance.arrivals import Arrival, Unmapped, key_of, kind_of
from surveillance.arrivals_json import arrival_as_json
from surveillance.believed_moments import believed
from surveillance.models import IntakeFeed, IntakeMessage, ItemStatus
from surveillance.workflows.write_messages import NewItem, NewMessage, write_messages

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

    Nothing is taken in yet (`take_in_item`). A moment to come is not believed. The same control id
    with the same bytes again changes nothing. What could not be mapped waits for a person from the
    start.
    """
    row = message_of(feed, envelope)
    items = [item_of(row.id, row.site_id, place, part, now) for place, part in enumerate(parts)]
    created = bool(write_messages(messages=[row], items=items, now=now))
    same = IntakeMessage.objects.filter(feed=feed, control_id=row.control_id, digest=row.digest)
    message = same.defer("raw").get()
    message.feed = feed
    return KeptMessage(message, created)


def message_of(feed: IntakeFeed, envelope: Envelope) -> NewMessage:
    """The row of the message, not yet written."""
    return NewMessage(
        id=uuid4(),
        feed_id=feed.pk,
        site_id=feed.site_id,
        format=feed.format,
        message_type=envelope.message_type,
        control_id=envelope.control_id,
        digest=sha256(envelope.raw).hexdigest(),
        sent_at=envelope.sent_at,
        raw=envelope.raw,
    )


def item_of(
    message: UUID, site: int, position: int, part: Arrival | Unmapped, received_at: datetime
) -> NewItem:
    """The row of one part, not yet written. It was not said later than it came."""
    part = believed(part, received_at)
    if isinstance(part, Unmapped):
        kind, key, mrn, content = part.kind, part.key, part.mrn, "{}"
        status, why = ItemStatus.WAITING, (part.code, part.where, part.problem)
    else:
        kind, key, mrn = kind_of(part), key_of(part), part.person.mrn
        content, status, why = json.dumps(arrival_as_json(part)), ItemStatus.RECEIVED, ("", "", "")
    return NewItem(
        uuid4(), message, site, position, kind, key[:LONGEST_KEY], mrn[:LONGEST_MRN],
        part.said_at, content, status, *why,
    )  # fmt: skip
