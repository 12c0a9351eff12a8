"""Attempts to reach a patient."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from patients.models import AppendOnlyModel, Patient, RetractableQuerySet
from surveillance.models.follow_up import FollowUp
from surveillance.models.term_choices import term_choices
from surveillance.protocol.terms import ContactOutcome, DayPart


class ContactChannel(models.TextChoices):
    PHONE = "PHONE", _("Phone")
    LETTER = "LETTER", _("Letter")
    EMAIL = "EMAIL", _("E-mail")
    SMS = "SMS", _("Text message")
    IN_PERSON = "IN_PERSON", _("In person")
    OTHER = "OTHER", _("Other")


class ContactAttempt(AppendOnlyModel):
    """One attempt, belonging to the patient and naming the follow-ups served. **Append-only.**

    `next_try_on` and `next_try_part` say when somebody should try again; a promised call back also
    has its moment. `recorded_at` is when it was put on file (empty on rows older than the column).
    A mistaken attempt is retracted: it stays visible and counts no more.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="contact_attempts")
    follow_ups = models.ManyToManyField(FollowUp, related_name="contact_attempts")
    channel = models.CharField(max_length=12, choices=ContactChannel.choices)
    outcome = models.CharField(max_length=20, choices=term_choices(ContactOutcome))
    note = models.TextField(blank=True)
    attempted_at = models.DateTimeField()
    attempted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    next_try_on = models.DateField(null=True, blank=True)
    next_try_part = models.CharField(max_length=10, choices=term_choices(DayPart), blank=True)
    call_back_at = models.DateTimeField(null=True, blank=True)
    recorded_at = models.DateTimeField(null=True, blank=True)
    retracted_at = models.DateTimeField(null=True, blank=True)
    retracted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    retracted_reason = models.TextField(blank=True)

    objects = RetractableQuerySet["ContactAttempt"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(call_back_at=None)
                | Q(outcome=ContactOutcome.CALL_BACK, next_try_on__isnull=False),
                name="contact_call_back_is_a_next_try",
            ),
            models.CheckConstraint(
                condition=Q(next_try_part="") | Q(next_try_on__isnull=False),
                name="contact_part_of_day_has_its_day",
            ),
            models.CheckConstraint(
                condition=Q(retracted_at=None, retracted_reason="")
                | (Q(retracted_at__isnull=False) & ~Q(retracted_reason="")),
                name="contact_retraction_is_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["patient", "-attempted_at"], name="contact_newest_idx"),
        ]

    def __str__(self) -> str:
        return f"ContactAttempt {self.pk}"
