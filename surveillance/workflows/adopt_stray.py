"""The sender of a stray message became a feed: the message becomes one of that feed."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from surveillance.arrivals import Arrival, Unmapped
from surveillance.believed_moments import believed
from surveillance.models import IntakeFeed, StrayMessage
from surveillance.workflows.keep_message import Envelope, keep_message


@transaction.atomic
def adopt_stray(
    *,
    stray: StrayMessage,
    feed: IntakeFeed,
    envelope: Envelope,
    parts: Sequence[Arrival | Unmapped],
    now: datetime,
) -> bool:
    """Keep it as a message of `feed`, and empty it here. False where another did so first, or
    somebody set it aside."""
    waiting = StrayMessage.objects.waiting().filter(pk=stray.pk)
    if waiting.update(feed=feed, adopted_at=now, raw=b"") == 0:
        return False
    heard = [believed(part, stray.received_at) for part in parts]
    keep_message(feed=feed, envelope=envelope, parts=heard, now=now)
    return True
