"""A registry file that was offered, looked at, and taken in."""

import uuid

from django.conf import settings
from django.db import models

from patients.models import Site


class RegistryImportStatus(models.TextChoices):
    PREVIEWED = "PREVIEWED", "Previewed, nothing written"
    RUNNING = "RUNNING", "Being imported"
    FINISHED = "FINISHED", "Imported"
    DISCARDED = "DISCARDED", "Discarded"


class RegistryImport(models.Model):
    """One uploaded or imported file, with what it would do or did, row errors included."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    site = models.ForeignKey(Site, null=True, blank=True, on_delete=models.PROTECT)
    file_name = models.CharField(max_length=255)
    file_digest = models.CharField(max_length=64)
    stored_path = models.CharField(max_length=500, blank=True)
    date_format = models.CharField(max_length=20, blank=True)
    status = models.CharField(max_length=12, choices=RegistryImportStatus.choices)
    rows = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    errors = models.JSONField(default=list)
    uploaded_at = models.DateTimeField()
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    finished_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"RegistryImport {self.pk}"
