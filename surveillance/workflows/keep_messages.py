"""Several messages arrive at the same time: they are kept together, in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from surveillance.arrivals import Arrival, Unmapped
from surveillance.models import IntakeFeed
from surveillance.workflows.keep_message import Envelope, item_of, message_of
from surveillance.workflows.write_messages import write_messages


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A message that was read, and whose it is."""

    feed: IntakeFeed
    envelope: Envelope
    parts: Sequence[Arrival | Unmapped]


@transaction.atomic
def keep_messages(*, received: Sequence[Received], now: datetime) -> int:
    """Keep them all, or none; as `keep_message` one by one. How many were new."""
    rows = [message_of(one.feed, one.envelope) for one in received]
    items = [
        item_of(row.id, row.site_id, position, part)
        for row, one in zip(rows, received, strict=True)
        for position, part in enumerate(one.parts)
    ]
    return len(write_messages(messages=rows, items=items, now=now))
