"""A kept message is read anew: by another mapping, or by a reader that has learned something."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from surveillance.arrivals import Arrival, Unmapped
from surveillance.intake.fhir.mapping import FaultyMapping, read_mapping
from surveillance.intake.fhir_feed import read_of_feed
from surveillance.intake.hl7v2.mapping import validate_mapping
from surveillance.intake.hl7v2.problems import AckCode
from surveillance.intake.hl7v2.reading import read_message
from surveillance.models import IntakeFeed, IntakeMessage, MessageFormat
from surveillance.workflows.errors import WorkflowRefused

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
