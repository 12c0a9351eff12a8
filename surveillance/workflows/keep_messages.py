"""Several messages arrive at the same time: they are kept together, in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from surveillance.arrivals import Arrival, Unmapped
from surveillance.models import IntakeFeed, IntakeItem, IntakeMessage
from surveillance.workflows.keep_message import Envelope, item_of, message_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A message that was read, and whose it is."""

    feed: IntakeFeed
    envelope: Envelope
    parts: Sequence[Arrival | Unmapped]


@transaction.atomic
def keep_messages(*, received: Sequence[Received], now: datetime) -> int:
    """Keep them all, or none; as `keep_message` one by one, in three statements. How many were new.

    Which of them another transaction kept first is asked of the database, not remembered.
    """
    rows = [message_of(one.feed, one.envelope, now) for one in received]
    IntakeMessage.objects.bulk_create(rows, ignore_conflicts=True)
    new = set(
        IntakeMessage.objects.filter(pk__in=[row.pk for row in rows]).values_list("pk", flat=True)
    )
    IntakeItem.objects.bulk_create(
        item_of(row, position, part, now)
        for row, one in zip(rows, received, strict=True)
        if row.pk in new
        for position, part in enumerate(one.parts)
    )
    return len(new)
