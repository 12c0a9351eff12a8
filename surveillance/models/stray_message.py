"""Messages of senders that nobody has registered: kept until somebody does, or sets them aside."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Count, Q

from surveillance.models.intake import IntakeFeed


class StrayAsideQuerySet(models.QuerySet["StrayAside"]):
    def with_bytes(self) -> "StrayAsideQuerySet":
        """Those that can be undone, the newest first, with how many messages they are about."""
        kept = Count("messages", filter=Q(messages__emptied_at=None))
        standing = self.filter(undone_at=None).annotate(kept_count=kept)
        return standing.filter(kept_count__gt=0).order_by("-set_aside_at", "pk")


class StrayAside(models.Model):
    """A person's decision about one sender: what had come from it until then is of no feed.

    What comes later waits as before. Set aside → undone, as long as the messages have their bytes.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sending_application = models.CharField(max_length=180, blank=True)
    sending_facility = models.CharField(max_length=180, blank=True)
    reason = models.TextField()
    set_aside_at = models.DateTimeField()
    set_aside_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = StrayAsideQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="stray_aside_has_a_reason"),
            models.CheckConstraint(
                condition=Q(undone_at=None, undone_by=None)
                | Q(undone_at__isnull=False, undone_by__isnull=False),
                name="stray_aside_undone_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"StrayAside {self.pk}"


class StrayMessageQuerySet(models.QuerySet["StrayMessage"]):
    def waiting(self) -> "StrayMessageQuerySet":
        """Neither taken over by a feed nor set aside."""
        return self.filter(adopted_at=None, aside=None)

    def set_aside(self) -> "StrayMessageQuerySet":
        """Set aside by a person, the bytes still there."""
        return self.filter(aside__isnull=False, emptied_at=None)

    def of(self, application: str, facility: str) -> "StrayMessageQuerySet":
        """Of one sender, by MSH-3 and MSH-4."""
        return self.filter(sending_application=application, sending_facility=facility)


class StrayMessage(models.Model):
    """One HL7 v2 message whose MSH-3 and MSH-4 are of no active feed, byte by byte.

    It belongs to no site, so nobody but whoever administers a site sees that it came; nobody sees
    what is in it. Once the sender is a feed it becomes a message of that feed and `raw` is emptied
    here. Set aside (`aside`) it is no feed's, and `raw` is emptied after its days (`emptied_at`).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sending_application = models.CharField(max_length=180, blank=True)
    sending_facility = models.CharField(max_length=180, blank=True)
    message_type = models.CharField(max_length=60, blank=True)
    digest = models.CharField(max_length=64, unique=True)
    received_at = models.DateTimeField()
    raw = models.BinaryField()
    feed = models.ForeignKey(
        IntakeFeed, null=True, blank=True, on_delete=models.PROTECT, related_name="strays"
    )
    adopted_at = models.DateTimeField(null=True, blank=True)
    aside = models.ForeignKey(
        StrayAside, null=True, blank=True, on_delete=models.PROTECT, related_name="messages"
    )
    emptied_at = models.DateTimeField(null=True, blank=True)

    objects = StrayMessageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(feed=None, adopted_at=None)
                | Q(feed__isnull=False, adopted_at__isnull=False),
                name="stray_message_adopted_by_a_feed",
            ),
            models.CheckConstraint(
                condition=Q(adopted_at=None) | Q(aside=None),
                name="stray_message_adopted_or_set_aside",
            ),
            models.CheckConstraint(
                condition=Q(emptied_at=None) | Q(aside__isnull=False),
                name="stray_message_emptied_only_when_set_aside",
            ),
        ]
        indexes = [
            models.Index(
                fields=["received_at", "id"],
                condition=Q(adopted_at=None, aside=None),
                name="stray_message_waiting_idx",
            )
        ]

    def __str__(self) -> str:
        return f"StrayMessage {self.pk}"
