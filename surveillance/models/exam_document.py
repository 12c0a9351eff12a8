"""What proves an outside exam: the file that somebody uploaded, byte by byte."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from patients.models import AppendOnlyModel, AppendOnlyQuerySet, Patient
from surveillance.models.intake import IntakeItem

LARGEST_DOCUMENT = 5 * 1024 * 1024
"""Bytes."""


class DocumentType(models.TextChoices):
    """Told from the bytes, never from the name."""

    PDF = "application/pdf", _("PDF")
    TEXT = "text/plain", _("Plain text")


class ExamDocument(AppendOnlyModel):
    """**Append-only.** Served only as a download, so that no browser runs what it holds."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="exam_documents")
    item = models.OneToOneField(IntakeItem, on_delete=models.PROTECT, related_name="document")
    media_type = models.CharField(max_length=20, choices=DocumentType.choices)
    digest = models.CharField(max_length=64, help_text=_("SHA-256 of the bytes"))
    content = models.BinaryField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects = AppendOnlyQuerySet["ExamDocument"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(media_type__in=DocumentType.values),
                name="exam_document_type_known",
            )
        ]

    def __str__(self) -> str:
        return f"ExamDocument {self.pk}"
