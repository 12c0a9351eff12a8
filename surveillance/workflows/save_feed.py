"""Adds a feed, or changes where its system puts what and what its codes mean."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from patients.audit import record_event
from patients.history import save_with_history
from patients.workflows.field_rules import refuse_bad_fields
from surveillance.models import IntakeFeed, MessageFormat
from surveillance.workflows.errors import WorkflowRefused

if TYPE_CHECKING:
    from django.contrib.auth.models import User

FIELDS = ("name", "format", "sending_application", "sending_facility", "mapping", "is_active")


class FeedRefused(WorkflowRefused):
    """The mapping is no object, no sender is named, or another feed has this name or sender."""

    code = "feed_refused"


def save_feed(*, feed: IntakeFeed, by: "User | None", now: datetime) -> IntakeFeed:
    """Store the feed as given, with history; equal values change nothing.

    What waits of messages already kept is read by the new mapping (`read_waiting_again`); the rest
    stays. Refused: a value
    that its field does not allow, a mapping that is no JSON object, HL7 v2 without a sender, a name
    or sender that another feed has.
    """
    refuse_bad_fields(feed, FIELDS)
    if not isinstance(feed.mapping, dict):
        raise FeedRefused(_("The mapping is a JSON object: {…}."), field="mapping")
    if feed.format == MessageFormat.HL7V2 and not _names_a_sender(feed):
        words = _("HL7 messages are known by MSH-3 and MSH-4: give at least one of them.")
        raise FeedRefused(words, field="sending_application")
    before = IntakeFeed.objects.filter(pk=feed.pk).first()
    changed = [f for f in FIELDS if not before or getattr(before, f) != getattr(feed, f)]
    if not changed:
        return feed
    if before and "mapping" in changed:
        feed.mapped_at = now
    try:
        with transaction.atomic():
            save_with_history(feed, reason="feed_saved", by=by, now=now)
            record_event(
                "feed_saved",
                site=feed.site,
                subject=feed,
                by=by,
                now=now,
                detail={"fields": changed},
            )
    except IntegrityError as error:
        raise FeedRefused(
            _("Another feed of this site has this name, or an active one has this sender."),
            field="name",
        ) from error
    return feed


def _names_a_sender(feed: IntakeFeed) -> bool:
    return bool(feed.sending_application.strip() or feed.sending_facility.strip())
