"""Letters on paper: a print run, its sheets, and what became of each."""

import uuid
from typing import Final

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from patients.models import AppendOnlyModel, AppendOnlyQuerySet, Patient, Site
from surveillance.models.notification import Notification, NotificationTemplate
from surveillance.protocol.mailing import LetterContent, code_of


class LetterBatchStatus(models.TextChoices):
    PREPARED = "PREPARED", _("To be printed and checked")
    CHECKED = "CHECKED", _("Checked, to be posted")
    POSTED = "POSTED", _("Posted")
    DISCARDED = "DISCARDED", _("Discarded")


IN_HAND: Final = (LetterBatchStatus.PREPARED, LetterBatchStatus.CHECKED)


class LetterBatchQuerySet(models.QuerySet["LetterBatch"]):
    def in_hand(self) -> "LetterBatchQuerySet":
        """Prepared and neither posted nor discarded."""
        return self.filter(status__in=IN_HAND)


def _moment_with(name: str) -> Q:
    """No name without its moment; the system itself has a moment only."""
    return Q(**{f"{name}_at": None, f"{name}_by": None}) | Q(**{f"{name}_at__isnull": False})


class LetterBatch(models.Model):
    """One print run of a site. Only its progress changes; what is in it is frozen (ADR 0018).

    `digest` is over the digests of its letters, in order. `checked_sheets` are the sequence
    numbers that somebody compared with the manifest.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="letter_batches")
    size = models.PositiveIntegerField(help_text=_("How many letters"))
    digest = models.CharField(max_length=64)
    prepared_at = models.DateTimeField()
    prepared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    status = models.CharField(
        max_length=10, choices=LetterBatchStatus.choices, default=LetterBatchStatus.PREPARED
    )
    checked_at = models.DateTimeField(null=True, blank=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    checked_sheets = models.JSONField(default=list)
    posted_at = models.DateTimeField(null=True, blank=True)
    posted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    discarded_at = models.DateTimeField(null=True, blank=True)
    discarded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    discarded_reason = models.TextField(blank=True)

    objects = LetterBatchQuerySet.as_manager()

    class Meta:
        verbose_name_plural = _("letter batches")
        constraints = [
            models.CheckConstraint(
                condition=_moment_with("checked"), name="letter_batch_checked_has_moment"
            ),
            models.CheckConstraint(
                condition=_moment_with("posted"), name="letter_batch_posted_has_moment"
            ),
            models.CheckConstraint(
                condition=_moment_with("discarded"), name="letter_batch_discarded_has_moment"
            ),
            models.CheckConstraint(
                condition=Q(status="POSTED", posted_at__isnull=False)
                | (~Q(status="POSTED") & Q(posted_at=None)),
                name="letter_batch_posted_has_its_moment",
            ),
            models.CheckConstraint(
                condition=(
                    Q(status="DISCARDED", discarded_at__isnull=False) & ~Q(discarded_reason="")
                )
                | (~Q(status="DISCARDED") & Q(discarded_at=None, discarded_reason="")),
                name="letter_batch_discarded_says_why",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["CHECKED", "POSTED"]) | Q(checked_at__isnull=False),
                name="letter_batch_is_checked_before_posting",
            ),
        ]
        indexes = [
            models.Index(fields=["site", "-prepared_at"], name="letter_batch_newest_idx"),
        ]

    def __str__(self) -> str:
        return f"LetterBatch {self.pk}"


class Letter(AppendOnlyModel):
    """One sheet of a print run, exactly as printed. **Append-only.**

    It stands for all `notifications` of one patient that waited. `digest` is over everything
    printed; its short form, `code`, stands in the footer of the sheet.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    batch = models.ForeignKey(LetterBatch, on_delete=models.PROTECT, related_name="letters")
    sequence = models.PositiveIntegerField()
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="letters")
    notifications = models.ManyToManyField(Notification, related_name="letters")
    template = models.CharField(max_length=30, choices=NotificationTemplate.choices)
    language = models.CharField(max_length=12)
    recipient = models.CharField(max_length=300)
    address = models.TextField()
    subject = models.CharField(max_length=300)
    body = models.TextField()
    digest = models.CharField(max_length=64)

    objects = AppendOnlyQuerySet["Letter"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "sequence"], name="letter_once_per_sequence"),
            models.UniqueConstraint(
                fields=["batch", "digest"], name="letter_digest_once_per_batch"
            ),
            models.CheckConstraint(condition=Q(sequence__gte=1), name="letter_counts_from_one"),
        ]

    def __str__(self) -> str:
        return f"Letter {self.pk}"

    @property
    def code(self) -> str:
        """The short code in the footer."""
        return code_of(self.digest)

    @property
    def content(self) -> LetterContent:
        """What the digest is over."""
        return LetterContent(
            batch=self.batch_id.hex,
            sequence=self.sequence,
            recipient=self.recipient,
            address=self.address,
            language=self.language,
            subject=self.subject,
            body=self.body,
        )


class LetterEventKind(models.TextChoices):
    CERTIFIED = "CERTIFIED", _("Certified mail")
    RETURNED = "RETURNED", _("Came back")


class LetterEvent(AppendOnlyModel):
    """What is known of a letter besides its text: its certified-mail number, that it came back.

    **Append-only**, at most one of each kind.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=10, choices=LetterEventKind.choices)
    number = models.CharField(max_length=40, blank=True, help_text=_("Certified-mail number"))
    occurred_on = models.DateField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = AppendOnlyQuerySet["LetterEvent"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["letter", "kind"], name="letter_event_once_per_kind"),
            models.CheckConstraint(
                condition=~Q(kind="CERTIFIED") | ~Q(number=""),
                name="letter_certified_has_its_number",
            ),
        ]

    def __str__(self) -> str:
        return f"LetterEvent {self.pk}"
