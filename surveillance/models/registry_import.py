"""A registry file that was offered, looked at, and taken in."""

import uuid
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from patients.models import Site

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser


class RegistryImportStatus(models.TextChoices):
    OFFERED = "OFFERED", _("Waiting to be looked at")
    REFUSED = "REFUSED", _("Cannot be read")
    PREVIEWED = "PREVIEWED", _("Previewed, nothing written")
    RUNNING = "RUNNING", _("Being imported")
    FINISHED = "FINISHED", _("Imported")
    DISCARDED = "DISCARDED", _("Discarded")


TO_DO = (RegistryImportStatus.OFFERED, RegistryImportStatus.RUNNING)


class RegistryImportQuerySet(models.QuerySet["RegistryImport"]):
    def offered_by(self, user: "AbstractBaseUser") -> "RegistryImportQuerySet":
        """One person's files, the newest first: what a file says is shown to nobody else."""
        return self.filter(uploaded_by_id=user.pk).order_by("-uploaded_at")

    def to_do(self, now: datetime) -> "RegistryImportQuerySet":
        """Waiting to be looked at or taken in, and in nobody's hands; the oldest first."""
        free = Q(lease_until=None) | Q(lease_until__lt=now)
        return self.filter(free, status__in=TO_DO).order_by("uploaded_at")


class RegistryImport(models.Model):
    """One uploaded file, with what it would do or did.

    `forecast` is what the preview counted, `counts` what was done (kind -> outcome -> number).
    `progress` says how far a file has come, and is written in the transaction that took the rows
    in. Worked on by lease, as messages are sent.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    site = models.ForeignKey(Site, null=True, blank=True, on_delete=models.PROTECT)
    file_name = models.CharField(max_length=255)
    file_digest = models.CharField(max_length=64)
    file_size = models.PositiveBigIntegerField(default=0)
    stored_path = models.CharField(max_length=500, blank=True)
    date_format = models.CharField(max_length=20, blank=True)
    status = models.CharField(max_length=12, choices=RegistryImportStatus.choices)
    rows = models.PositiveIntegerField(default=0)
    refused_rows = models.PositiveIntegerField(default=0)
    forecast = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    progress = models.JSONField(default=dict)
    lease_owner = models.CharField(max_length=64, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    uploaded_at = models.DateTimeField()
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = RegistryImportQuerySet.as_manager()

    def __str__(self) -> str:
        return f"RegistryImport {self.pk}"


class RegistryImportProblem(models.Model):
    """What is wrong with one row of an uploaded file, or should be known of it."""

    registry_import = models.ForeignKey(
        RegistryImport, on_delete=models.PROTECT, related_name="problems"
    )
    line = models.PositiveIntegerField()
    column = models.CharField(max_length=100, blank=True)
    value = models.CharField(max_length=200, blank=True)
    code = models.CharField(max_length=40)
    message = models.TextField()
    cure = models.TextField(blank=True)
    is_error = models.BooleanField(default=True, help_text=_("The row is refused"))

    class Meta:
        indexes = [
            models.Index(fields=["registry_import", "line", "id"], name="import_problem_line_idx")
        ]

    def __str__(self) -> str:
        return f"RegistryImportProblem {self.pk} in line {self.line}"
