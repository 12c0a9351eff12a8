"""Messages of senders that were unknown when they came, and have become feeds since."""

from collections.abc import Callable
from datetime import datetime

import structlog
from django.db import Error, close_old_connections, connection

from surveillance.intake.hl7v2.guarded_reading import header_in, read_for, unstorable
from surveillance.intake.hl7v2.reading import ReadMessage
from surveillance.intake.hl7v2.senders import feeds_of, sender_of
from surveillance.models import IntakeFeed, MessageFormat, StrayMessage
from surveillance.workflows.adopt_stray import adopt_stray

log = structlog.get_logger(__name__)
AT_ONCE = 200


def adopt_strays(clock: Callable[[], datetime]) -> int:
    """Hand a batch of them, the oldest first, to the feeds that their senders have become.

    What a person set aside stays so until that is undone: it may be what a system sent while it was
    tried out, about people who are on file. How many; 0 when there are none left, or the database
    is away (the next time finds them).
    """
    try:
        close_old_connections()
        return sum(_adopt(stray, clock()) for stray in _of_known_senders())
    except Error as fault:
        log.error("hl7_strays_not_adopted", exc_info=fault)
        connection.close()
        return 0


def _of_known_senders() -> list[StrayMessage]:
    waiting = StrayMessage.objects.waiting()
    if not waiting.exists():
        return []
    known = IntakeFeed.objects.filter(format=MessageFormat.HL7V2, is_active=True)
    found = list[StrayMessage]()
    for feed in known:
        its_own = waiting.of(feed.sending_application, feed.sending_facility)
        found += its_own.order_by("received_at", "id")[: AT_ONCE - len(found)]
    return found


def _adopt(stray: StrayMessage, now: datetime) -> bool:
    raw = bytes(stray.raw)
    header = header_in(raw)
    if header is None:
        return False
    sender = sender_of(header)
    feed = feeds_of([sender]).get((sender.application, sender.facility))
    if feed is None:
        return False
    read = read_for(feed, raw, header)
    try:
        return _hand_over(stray, feed, read, now)
    except (Error, ValueError) as fault:
        if connection.connection is None or not connection.is_usable():
            raise
        log.error("hl7_kept_bare", stray_id=stray.pk, exc_info=fault)
        return _hand_over(stray, feed, unstorable(raw, header), now)


def _hand_over(stray: StrayMessage, feed: IntakeFeed, read: ReadMessage, now: datetime) -> bool:
    return adopt_stray(stray=stray, feed=feed, envelope=read.envelope, parts=read.parts, now=now)
