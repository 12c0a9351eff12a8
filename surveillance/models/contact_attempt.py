"""Attempts to reach a patient."""

import uuid

from django.conf import settings
from django.db import models

from patients.models import AppendOnlyModel, AppendOnlyQuerySet, Patient
from surveillance.models.follow_up import FollowUp


class ContactChannel(models.TextChoices):
    PHONE = "PHONE", "Phone"
    LETTER = "LETTER", "Letter"
    EMAIL = "EMAIL", "E-mail"
    SMS = "SMS", "Text message"
    IN_PERSON = "IN_PERSON", "In person"
    OTHER = "OTHER", "Other"


class ContactOutcome(models.TextChoices):
    """What came of an attempt. None of them closes an obligation."""

    AGREED = "AGREED", "Reached, agreed"
    CALL_BACK = "CALL_BACK", "Reached, call back later"
    VOICEMAIL = "VOICEMAIL", "Voicemail left"
    NO_ANSWER = "NO_ANSWER", "No answer"
    WRONG_NUMBER = "WRONG_NUMBER", "Wrong number or address"
    LANGUAGE_BARRIER = "LANGUAGE_BARRIER", "Interpreter needed"
    DECLINED = "DECLINED", "Declined"
    FOLLOWED_ELSEWHERE = "FOLLOWED_ELSEWHERE", "Says followed elsewhere"
    MOVED = "MOVED", "Moved away"
    DECEASED = "DECEASED", "Reported deceased"
    SENT = "SENT", "Sent, no answer expected"
    WROTE = "WROTE", "The patient wrote to us"


class ContactAttempt(AppendOnlyModel):
    """One attempt, belonging to the patient and naming the follow-ups served. **Append-only.**"""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="contact_attempts")
    follow_ups = models.ManyToManyField(FollowUp, related_name="contact_attempts")
    channel = models.CharField(max_length=12, choices=ContactChannel.choices)
    outcome = models.CharField(max_length=20, choices=ContactOutcome.choices)
    note = models.TextField(blank=True)
    attempted_at = models.DateTimeField()
    attempted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    next_try_on = models.DateField(null=True, blank=True)

    objects = AppendOnlyQuerySet["ContactAttempt"].as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["patient", "-attempted_at"], name="contact_newest_idx"),
        ]

    def __str__(self) -> str:
        return f"ContactAttempt {self.pk}"
