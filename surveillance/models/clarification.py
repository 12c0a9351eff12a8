"""Questions to the radiologist that a captured report leaves open."""

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from patients.models import Site
from surveillance.models.captured_report import CapturedReport


class ClarificationQuerySet(models.QuerySet["Clarification"]):
    def open(self) -> "ClarificationQuerySet":
        """Not yet answered."""
        return self.filter(answered_at=None)

    def overdue(self, now: datetime) -> "ClarificationQuerySet":
        """Open, and the moment by which it was to be answered has passed."""
        return self.open().filter(due_at__lt=now)


class Clarification(models.Model):
    """A recommendation lacks modality or interval: somebody asks the radiologist. Open → answered.

    It is owed to the report, beside what the protocol owes to the lesion, and ends nothing.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    report = models.OneToOneField(
        CapturedReport, on_delete=models.PROTECT, related_name="clarification"
    )
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="clarifications")
    lacks_modality = models.BooleanField()
    lacks_interval = models.BooleanField()
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    answer = models.TextField(blank=True, help_text=_("What the radiologist said, and when"))

    objects = ClarificationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at=None, answered_by=None, answer="")
                | (Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(answer="")),
                name="clarification_answer_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(lacks_modality=True) | Q(lacks_interval=True),
                name="clarification_asks_something",
            ),
            models.CheckConstraint(
                condition=Q(opened_at__lte=F("due_at")), name="clarification_days_in_order"
            ),
        ]
        indexes = [
            models.Index(
                fields=["site", "due_at"],
                condition=Q(answered_at=None),
                name="clarification_open_idx",
            )
        ]

    def __str__(self) -> str:
        return f"Clarification {self.pk}"
