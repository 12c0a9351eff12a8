"""What other systems sent: the messages as they came, and what became of each part of them."""

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from patients.models import Patient, Site
from patients.models.tracked import TrackedQuerySet
from surveillance.models.imaging import ImagingExam


class MessageFormat(models.TextChoices):
    HL7V2 = "HL7V2", _("HL7 v2")
    FHIR_R4 = "FHIR_R4", _("FHIR R4")
    UPLOAD = "UPLOAD", _("Uploaded by a person")


class ItemStatus(models.TextChoices):
    RECEIVED = "RECEIVED", _("Kept, not yet taken in")
    APPLIED = "APPLIED", _("Taken in")
    NOTHING_NEW = "NOTHING_NEW", _("Known already, or told otherwise since")
    NOT_FOLLOWED = "NOT_FOLLOWED", _("About nobody who is followed here")
    WAITING = "WAITING", _("Waits for a person")
    SET_ASIDE = "SET_ASIDE", _("Set aside by a person")


class IntakeFeed(models.Model):
    """One system that sends to one site (HL7 MSH-3 and MSH-4; a FHIR client).

    `mapping` says where that system puts what and translates its codes into our terms; empty: the
    usual places (surveillance/intake/hl7v2/mapping.py). `name` is a short word for people.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="feeds")
    name = models.CharField(max_length=80)
    format = models.CharField(max_length=10, choices=MessageFormat.choices)
    sending_application = models.CharField(
        max_length=180, blank=True, help_text=_("HL7 MSH-3, first component")
    )
    sending_facility = models.CharField(
        max_length=180, blank=True, help_text=_("HL7 MSH-4, first component")
    )
    mapping = models.JSONField(default=dict, blank=True)
    mapped_at = models.DateTimeField(
        null=True, editable=False, help_text=_("When the mapping was last changed")
    )
    is_active = models.BooleanField(default=True)
    history = HistoricalRecords()

    objects = TrackedQuerySet["IntakeFeed"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "name"], name="intake_feed_name_once_per_site"),
            models.UniqueConstraint(
                fields=["format", "sending_application", "sending_facility"],
                condition=Q(format=MessageFormat.HL7V2, is_active=True),
                name="intake_feed_one_per_sender",
            ),
        ]

    def __str__(self) -> str:
        return f"IntakeFeed {self.pk}"


class IntakeMessageQuerySet(models.QuerySet["IntakeMessage"]):
    def read_by_an_older_mapping(self) -> "IntakeMessageQuerySet":
        """Those of which a part waits and whose feed was given another mapping since they were
        read, the oldest first."""
        waiting = IntakeItem.objects.waiting().filter(message=OuterRef("pk"))
        read_at = Coalesce("read_again_at", "received_at")
        feeds = IntakeFeed.objects.filter(mapped_at__isnull=False)
        rows = self.filter(feed__in=feeds, raw_purged_at=None).annotate(read_at=read_at)
        return rows.filter(Exists(waiting), feed__mapped_at__gt=F("read_at")).order_by(
            "received_at", "pk"
        )


class IntakeMessage(models.Model):
    """One message as it was received, byte by byte. Never deleted; `raw` is emptied (with its
    moment) after the site's days, and only when nothing of it waits.

    The same control id with the same bytes is the same message; with other bytes it is another.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    feed = models.ForeignKey(IntakeFeed, on_delete=models.PROTECT, related_name="messages")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="intake_messages")
    format = models.CharField(max_length=10, choices=MessageFormat.choices)
    message_type = models.CharField(max_length=60, help_text=_("ORU^R01; Bundle transaction"))
    control_id = models.CharField(max_length=199, blank=True)
    digest = models.CharField(max_length=64, help_text=_("SHA-256 of the bytes"))
    sent_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField()
    raw = models.BinaryField()
    raw_purged_at = models.DateTimeField(null=True, blank=True)
    read_again_at = models.DateTimeField(null=True, editable=False)

    objects = IntakeMessageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["feed", "control_id", "digest"], name="intake_message_once"
            )
        ]
        indexes = [
            models.Index(fields=["site", "-received_at", "id"], name="intake_message_newest_idx"),
            models.Index(
                fields=["site", "received_at"],
                condition=Q(raw_purged_at=None),
                name="intake_message_unpurged_idx",
            ),
        ]

    def __str__(self) -> str:
        return f"IntakeMessage {self.pk}"


class IntakeItemQuerySet(models.QuerySet["IntakeItem"]):
    def to_do(self, now: datetime) -> "IntakeItemQuerySet":
        """Kept and not yet taken in, in the order in which it was said."""
        return self.filter(status=ItemStatus.RECEIVED, created_at__lte=now).order_by(
            "said_at", "created_at", "position"
        )

    def waiting(self) -> "IntakeItemQuerySet":
        """What a person must look at."""
        return self.filter(status=ItemStatus.WAITING)

    def about(self, site: Site, kind: str, key: str) -> "IntakeItemQuerySet":
        """Everything that was said of one thing at one site."""
        return self.filter(site=site, kind=kind, key=key)


class IntakeItem(models.Model):
    """One part of a message that is taken in as a whole or not at all (surveillance/arrivals.py).

    `content` is the arrival as JSON, emptied with the raw message. `code` is stable, `reason` a
    sentence for people: why it waits, or what became of it. `where` is the place in the message.
    `is_cancellation`: its sender takes back a report; known still when the content was emptied.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    message = models.ForeignKey(IntakeMessage, on_delete=models.PROTECT, related_name="items")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="intake_items")
    position = models.PositiveIntegerField()
    kind = models.CharField(max_length=12)
    key = models.CharField(max_length=199, blank=True)
    mrn = models.CharField(max_length=64, blank=True)
    said_at = models.DateTimeField(null=True, blank=True)
    content = models.JSONField(default=dict, blank=True)
    status = models.CharField(
        max_length=14, choices=ItemStatus.choices, default=ItemStatus.RECEIVED
    )
    code = models.CharField(max_length=60, blank=True)
    where = models.CharField(max_length=200, blank=True)
    reason = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    patient = models.ForeignKey(
        Patient, null=True, blank=True, on_delete=models.PROTECT, related_name="intake_items"
    )
    exam = models.ForeignKey(
        ImagingExam, null=True, blank=True, on_delete=models.PROTECT, related_name="intake_items"
    )
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    settled_reason = models.TextField(blank=True)
    is_cancellation = models.BooleanField(db_default=False, default=False)

    objects = IntakeItemQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["message", "position"], name="intake_item_place"),
            models.CheckConstraint(
                condition=~Q(status=ItemStatus.SET_ASIDE) | ~Q(settled_reason=""),
                name="intake_item_set_aside_with_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["site", "kind", "key", "said_at"], name="intake_item_key_idx"),
            models.Index(fields=["site", "mrn", "said_at"], name="intake_item_mrn_idx"),
            models.Index(
                fields=["said_at", "created_at", "position"],
                condition=Q(status=ItemStatus.RECEIVED),
                name="intake_item_to_do_idx",
            ),
            models.Index(
                fields=["site", "created_at", "id"],
                condition=Q(status=ItemStatus.WAITING),
                name="intake_item_waiting_idx",
            ),
        ]

    def __str__(self) -> str:
        return f"IntakeItem {self.pk}"
