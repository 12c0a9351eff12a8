"""Whose messages these are: MSH-3 and MSH-4 name a feed."""

from collections.abc import Iterable

from patients.prepared import Prepared, slots
from surveillance.intake.hl7v2.header import Header
from surveillance.models import IntakeFeed, MessageFormat
from surveillance.workflows.keep_stray import Sender

NUL = "\x00"
"""PostgreSQL takes no text that holds it."""

_FEEDS = Prepared(
    lambda: IntakeFeed.objects.select_related("site").filter(
        format=MessageFormat.HL7V2,
        is_active=True,
        sending_application__in=slots(IntakeFeed, "sending_application", "applications"),
        sending_facility__in=slots(IntakeFeed, "sending_facility", "facilities"),
    )
)


def sender_of(header: Header) -> Sender:
    """Who says to have sent it, in characters that a database takes."""
    return Sender(
        application=header.sending_application.replace(NUL, "").strip(),
        facility=header.sending_facility.replace(NUL, "").strip(),
        message_type=header.message_type.replace(NUL, ""),
    )


def feeds_of(senders: Iterable[Sender]) -> dict[tuple[str, str], IntakeFeed]:
    """The active feeds of these senders, by application and facility, in one question."""
    wanted = {(sender.application, sender.facility) for sender in senders}
    if not wanted:
        return {}
    applications, facilities = zip(*wanted, strict=True)
    found = _FEEDS.ask(applications=applications, facilities=facilities)
    return {(feed.sending_application, feed.sending_facility): feed for feed in found}
