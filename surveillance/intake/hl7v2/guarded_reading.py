"""Reading that never fails: what the reader cannot do waits for a person."""

from dataclasses import replace

import structlog

from surveillance.arrivals import ArrivalKind, Unmapped
from surveillance.intake.hl7v2.header import Header, header_of
from surveillance.intake.hl7v2.reading import ReadMessage, read_message
from surveillance.models import IntakeFeed
from surveillance.workflows.keep_message import Envelope

log = structlog.get_logger(__name__)
LONGEST_CONTROL_ID = 199
LONGEST_TYPE = 60


def header_in(raw: bytes) -> Header | None:
    """The header; None where these bytes are no message, or break the reader."""
    try:
        return header_of(raw)
    except Exception as fault:
        log.error("hl7_reader_failed", exc_info=fault)
        return None


def read_for(feed: IntakeFeed, raw: bytes, header: Header) -> ReadMessage:
    """The message in our terms, its envelope in the sizes of our columns.

    A fault of the reader is ours, not the sender's: the message is kept and waits.
    """
    try:
        read = read_message(raw, feed.mapping, time_zone=feed.site.time_zone, header=header)
    except Exception as fault:
        log.error("hl7_reader_failed", feed_id=feed.pk, exc_info=fault)
        read = unread(raw, header, "reader_failed", "The message could not be read.")
    return replace(read, envelope=_fitting(read.envelope))


def unstorable(raw: bytes, header: Header) -> ReadMessage:
    """What no column takes (a zero byte in a report, say): kept as bytes, and waits."""
    return unread(raw, header, "not_storable", "A value of it fits no column of the database.")


def unread(raw: bytes, header: Header, code: str, problem: str) -> ReadMessage:
    """The bytes as one part that waits for a person, or for a newer reader."""
    envelope = Envelope(
        message_type=header.message_type,
        control_id=header.control_id,
        sent_at=header.sent_at,
        raw=raw,
    )
    part = Unmapped(
        kind=ArrivalKind.REPORT,
        code=code,
        where="MSH",
        problem=f"{problem} It is kept as it came: look at it, and read it again after mending.",
        said_at=header.sent_at,
    )
    return ReadMessage(envelope=_fitting(envelope), parts=[part], code="AA", problems=())


def _fitting(envelope: Envelope) -> Envelope:
    return replace(
        envelope,
        control_id=envelope.control_id.replace("\x00", "")[:LONGEST_CONTROL_ID],
        message_type=envelope.message_type.replace("\x00", "")[:LONGEST_TYPE],
    )
