"""Messages of senders that nobody has registered: kept until somebody does."""

import uuid

from django.db import models
from django.db.models import Q

from surveillance.models.intake import IntakeFeed


class StrayMessage(models.Model):
    """One HL7 v2 message whose MSH-3 and MSH-4 are of no active feed, byte by byte.

    It belongs to no site, so nobody but whoever administers the installation sees it. Once the
    sender is a feed it becomes a message of that feed and `raw` is emptied here.
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

    objects = models.Manager["StrayMessage"]()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(feed=None, adopted_at=None)
                | Q(feed__isnull=False, adopted_at__isnull=False),
                name="stray_message_adopted_by_a_feed",
            )
        ]
        indexes = [
            models.Index(
                fields=["received_at", "id"],
                condition=Q(adopted_at=None),
                name="stray_message_waiting_idx",
            )
        ]

    def __str__(self) -> str:
        return f"StrayMessage {self.pk}"
