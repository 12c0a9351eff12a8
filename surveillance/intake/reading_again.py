"""A kept message is read anew: by another mapping, or by a reader that has learned something."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import structlog
from django.utils.translation import gettext as _

from patients.kept_words import in_the_language_of_records
from surveillance.arrivals import Arrival, Unmapped
from surveillance.intake.fhir.mapping import FaultyMapping, read_mapping
from surveillance.intake.fhir_feed import read_of_feed
from surveillance.intake.hl7v2.mapping import validate_mapping
from surveillance.intake.hl7v2.problems import AckCode
from surveillance.intake.hl7v2.reading import read_message
from surveillance.models import IntakeFeed, IntakeMessage, MessageFormat
from surveillance.workflows.errors import WorkflowRefused
from surveillance.workflows.replay_message import replay_message

log = structlog.get_logger(__name__)
MOST = 200
Parts = Sequence[Arrival | Unmapped]
Reader = Callable[[IntakeMessage], Parts]


class MessageUnreadable(WorkflowRefused):
    """The message cannot be read (again); the words say why."""

    code = "message_unreadable"


def parts_read_again(message: IntakeMessage) -> Parts:
    """What the message says by the mapping that its feed has now.

    Refused: emptied since, a format that nothing here reads, no message of its format.
    """
    if message.raw_purged_at is not None:
        raise MessageUnreadable(
            _("The message was emptied when its days were over. Ask the sender to send it again.")
        )
    reader = READERS.get(message.format)
    if reader is None:
        label = MessageFormat(message.format).label
        raise MessageUnreadable(
            _("Nothing here reads messages of the format {format} again.").format(format=label)
        )
    return reader(message)


def read_waiting_again(*, clock: Callable[[], datetime], most: int = MOST) -> int:
    """Read by the mapping of today what waits since an older one, at most so many messages; how
    many. What they say now has its turn as if it had just come."""
    old = IntakeMessage.objects.read_by_an_older_mapping().select_related("feed__site", "site")
    messages = list(old[:most])
    for message in messages:
        with in_the_language_of_records():
            parts = _parts_or_none(message)
            replay_message(message=message, parts=parts, by=None, now=clock())
    return len(messages)


def _parts_or_none(message: IntakeMessage) -> Parts:
    """What cannot be read stays as it was, and keeps none of the others from being read."""
    try:
        return parts_read_again(message)
    except MessageUnreadable:
        return ()
    except Exception as error:
        # Neither its words nor its traceback: both may hold what the message says.
        log.error("intake_message_unreadable", item=str(message.pk), error=type(error).__name__)
        return ()


def _hl7v2(message: IntakeMessage) -> Parts:
    feed = message.feed
    read = read_message(bytes(message.raw), feed.mapping, time_zone=feed.site.time_zone)
    if read.code == AckCode.AR:
        raise MessageUnreadable(" ".join(str(one) for one in read.problems))
    return read.parts


def _fhir(message: IntakeMessage) -> Parts:
    try:
        read = read_of_feed(bytes(message.raw), message.feed, received_at=message.received_at)
    except FaultyMapping as faulty:
        raise MessageUnreadable(str(faulty)) from faulty
    return read.parts


READERS: dict[str, Reader] = {MessageFormat.HL7V2: _hl7v2, MessageFormat.FHIR_R4: _fhir}


def mapping_problems(feed: IntakeFeed, mapping: Mapping[str, Any]) -> list[str]:
    """What is wrong with a mapping of that feed's format, key by key; nothing if it can be used."""
    if feed.format == MessageFormat.HL7V2:
        return [str(one) for one in validate_mapping(mapping)]
    if feed.format != MessageFormat.FHIR_R4:
        return []
    try:
        read_mapping(mapping, feed.site.time_zone)
    except FaultyMapping as faulty:
        return [str(faulty)]
    return []
