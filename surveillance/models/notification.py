"""The outbox: what is to be told to whom, and what became of it."""

import uuid
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q

from patients.models import Patient, Site
from surveillance.models.escalation import Escalation
from surveillance.models.follow_up import FollowUp

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser


class NotificationChannel(models.TextChoices):
    IN_APP = "IN_APP", "In the application"
    EMAIL = "EMAIL", "E-mail"
    LETTER = "LETTER", "Letter"


class NotificationStatus(models.TextChoices):
    PENDING = "PENDING", "Waiting"
    SENT = "SENT", "Sent"
    FAILED = "FAILED", "Failed: a person must look"
    CANCELLED = "CANCELLED", "Cancelled"


class NotificationTemplate(models.TextChoices):
    """What the message says. The texts are in templates/notifications/."""

    PATIENT_REMINDER = "PATIENT_REMINDER", "Reminder to the patient"
    APPOINTMENT_REMINDER = "APPOINTMENT_REMINDER", "Appointment reminder to the patient"
    ESCALATION_RAISED = "ESCALATION_RAISED", "Escalation raised"
    ESCALATION_RETURNED = "ESCALATION_RETURNED", "Acknowledged escalation came back"
    INCIDENT_REVIEW = "INCIDENT_REVIEW", "Incident review"
    MISSED_APPOINTMENT = "MISSED_APPOINTMENT", "Missed appointment: contact the patient"
    TRANSFER_UNACKNOWLEDGED = "TRANSFER_UNACKNOWLEDGED", "Chase the acknowledgement of a transfer"
    REPORT_MISSING = "REPORT_MISSING", "Final report missing"
    REPORT_LESS_FAVOURABLE = "REPORT_LESS_FAVOURABLE", "Amended report: look at the case now"


class NotificationQuerySet(models.QuerySet["Notification"]):
    def waiting(self) -> "NotificationQuerySet":
        """Not yet sent, failed or cancelled."""
        return self.filter(status=NotificationStatus.PENDING)

    def sent_by_machine(self) -> "NotificationQuerySet":
        """All but letters, which wait for a print run and for hands that post them."""
        return self.exclude(channel=NotificationChannel.LETTER)

    def letters_to_print(self) -> "NotificationQuerySet":
        """Letters that wait and belong to no print run yet."""
        return self.waiting().filter(channel=NotificationChannel.LETTER, lease_owner="")

    def inbox_of(self, user: "AbstractBaseUser") -> "NotificationQuerySet":
        """What this person was told in the application."""
        return self.filter(
            recipient=user.pk, channel=NotificationChannel.IN_APP, status=NotificationStatus.SENT
        )

    def unread(self) -> "NotificationQuerySet":
        """Not yet marked as read."""
        return self.filter(read_at=None)

    def ready(self, now: datetime) -> "NotificationQuerySet":
        """Waiting, its time come, and not leased to a sender."""
        return self.waiting().filter(
            Q(lease_until=None) | Q(lease_until__lt=now), not_before__lte=now
        )


class Notification(models.Model):
    """One message to one recipient; `dedupe_key` makes a second one impossible.

    Sent by lease: a sender claims rows (`lease_owner`, `lease_until`), sends outside any
    transaction, and marks a row only while the lease is still its own. The recipient is a user
    (staff) or a patient. No clinical content is stored here. A letter is leased, without an end, to
    the print run that it belongs to.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="notifications")
    channel = models.CharField(max_length=10, choices=NotificationChannel.choices)
    template = models.CharField(max_length=30, choices=NotificationTemplate.choices)
    dedupe_key = models.CharField(max_length=200, unique=True)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="notifications",
    )
    patient = models.ForeignKey(
        Patient, null=True, blank=True, on_delete=models.PROTECT, related_name="notifications"
    )
    follow_up = models.ForeignKey(
        FollowUp, null=True, blank=True, on_delete=models.PROTECT, related_name="notifications"
    )
    escalation = models.ForeignKey(
        Escalation, null=True, blank=True, on_delete=models.PROTECT, related_name="notifications"
    )
    created_at = models.DateTimeField()
    not_before = models.DateTimeField()
    status = models.CharField(
        max_length=10, choices=NotificationStatus.choices, default=NotificationStatus.PENDING
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_owner = models.CharField(max_length=64, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    provider_message_id = models.CharField(max_length=200, blank=True)
    last_error = models.CharField(max_length=300, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(recipient__isnull=False) | Q(patient__isnull=False),
                name="notification_has_a_recipient",
            ),
            models.CheckConstraint(
                condition=Q(status=NotificationStatus.PENDING, finished_at=None)
                | (~Q(status=NotificationStatus.PENDING) & Q(finished_at__isnull=False)),
                name="notification_end_has_its_moment",
            ),
        ]
        indexes = [
            models.Index(
                fields=["not_before"],
                condition=Q(status=NotificationStatus.PENDING),
                name="notification_ready_idx",
            ),
            models.Index(fields=["recipient", "-created_at"], name="notification_of_user_idx"),
        ]

    def __str__(self) -> str:
        return f"Notification {self.pk}"
