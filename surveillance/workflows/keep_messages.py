"""Several messages arrive at the same time: they are kept together, in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from surveillance.arrivals import Arrival, Unmapped
from surveillance.models import IntakeFeed
from surveillance.workflows.keep_message import Envelope, item_of, message_of
from surveillance.workflows.write_messages import write_messages

A_MOMENT: Final = timedelta(microseconds=1)
"""Between two that come together: where a moment is not believed, the order of arrival decides."""


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
        item_of(row.id, row.site_id, position, part, now + place * A_MOMENT)
        for place, (row, one) in enumerate(zip(rows, received, strict=True))
        for position, part in enumerate(one.parts)
    ]
    return len(write_messages(messages=rows, items=items, now=now))
