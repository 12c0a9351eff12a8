"""The outbox: what is to be told to whom, and what became of it."""

import uuid
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from patients.models import Patient, Site
from surveillance.models.escalation import Escalation
from surveillance.models.follow_up import FollowUp

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser


class NotificationChannel(models.TextChoices):
    IN_APP = "IN_APP", _("In the application")
    EMAIL = "EMAIL", _("E-mail")
    SMS = "SMS", _("Text message")
    LETTER = "LETTER", _("Letter")


class NotificationStatus(models.TextChoices):
    PENDING = "PENDING", _("Waiting")
    SENT = "SENT", _("Sent")
    FAILED = "FAILED", _("Failed: a person must look")
    CANCELLED = "CANCELLED", _("Cancelled")
    DIGESTED = "DIGESTED", _("Told in another message")


class SendingDoubt(models.TextChoices):
    """Whether a message may have arrived although nobody heard so (ADR 0026)."""

    NONE = "", _("None")
    UNHEARD = "UNHEARD", _("A sending ended without an answer")
    LAST_TRY = "LAST_TRY", _("Being sent for the last time")


class Report(models.TextChoices):
    """What the provider says became of a message after it took it, the better news first."""

    DELIVERED = "DELIVERED", _("Delivered")
    UNDELIVERABLE = "UNDELIVERABLE", _("Came back")
    COMPLAINED = "COMPLAINED", _("Marked as unwanted by the reader")


class NotificationTemplate(models.TextChoices):
    """What a message is about. Its words are those in use at the site (`MessageTemplateUse`), else
    the built-in ones in templates/notifications/."""

    PATIENT_REMINDER = "PATIENT_REMINDER", _("Reminder to the patient")
    APPOINTMENT_REMINDER = "APPOINTMENT_REMINDER", _("Appointment reminder to the patient")
    APPOINTMENT_CANCELLED = (
        "APPOINTMENT_CANCELLED",
        _("Appointment called off: word to the patient"),
    )
    ESCALATION_RAISED = "ESCALATION_RAISED", _("Escalation raised")
    ESCALATION_PASSED_ON = "ESCALATION_PASSED_ON", _("Passed on to you: somebody said “not mine”")
    FOLLOW_UP_PASSED_ON = "FOLLOW_UP_PASSED_ON", _("A follow-up was passed on to you")
    ESCALATION_RETURNED = "ESCALATION_RETURNED", _("Acknowledged escalation came back")
    INCIDENT_REVIEW = "INCIDENT_REVIEW", _("Incident review")
    MISSED_APPOINTMENT = "MISSED_APPOINTMENT", _("Missed appointment: contact the patient")
    TRANSFER_UNACKNOWLEDGED = (
        "TRANSFER_UNACKNOWLEDGED",
        _("Chase the acknowledgement of a transfer"),
    )
    REPORT_MISSING = "REPORT_MISSING", _("Final report missing")
    REOFFER = "REOFFER", _("Declined: offer again")
    OUTSIDE_CARE_SECOND_LOOK = (
        "OUTSIDE_CARE_SECOND_LOOK",
        _("Followed elsewhere: second look"),
    )
    OUTSIDE_CARE_REPORT = "OUTSIDE_CARE_REPORT", _("Followed elsewhere: ask for the report")
    ORDER_MISSING = "ORDER_MISSING", _("Order missing: have it placed")
    BOOKING_MISSING = "BOOKING_MISSING", _("Not booked yet: book the appointment")
    CONTACT_PATIENT = "CONTACT_PATIENT", _("Call the patient: still no appointment")
    REPORT_LESS_FAVOURABLE = "REPORT_LESS_FAVOURABLE", _("Amended report: look at the case now")
    PATIENT_WROTE = "PATIENT_WROTE", _("The patient wrote to us: read it and answer")
    WORK_HANDED_OVER = "WORK_HANDED_OVER", _("A colleague’s work was handed over to you")
    DAILY_DIGEST = "DAILY_DIGEST", _("Daily digest")
    COVER_BEGINS = "COVER_BEGINS", _("You stand in for a colleague: hand-over list")
    COVER_ENDED = "COVER_ENDED", _("You are back: what happened meanwhile")


TEMPLATES_TO_PATIENTS: Final = frozenset(
    {
        NotificationTemplate.PATIENT_REMINDER,
        NotificationTemplate.APPOINTMENT_REMINDER,
        NotificationTemplate.APPOINTMENT_CANCELLED,
    }
)
"""The others are for staff only; these are for staff where a person has to tell the patient."""

TEMPLATES_OF_PROMPTS: Final = frozenset(
    {
        NotificationTemplate.ORDER_MISSING,
        NotificationTemplate.BOOKING_MISSING,
        NotificationTemplate.CONTACT_PATIENT,
    }
)
"""Said to staff for want of an order or an appointment, before the ladder begins."""

ABOUT_APPOINTMENTS: Final = frozenset(
    {NotificationTemplate.APPOINTMENT_REMINDER, NotificationTemplate.APPOINTMENT_CANCELLED}
)
"""These name its day."""


def appointment_key(patient: uuid.UUID, booked_for: date, step: str = "") -> str:
    """One message per patient, appointment and step."""
    return f"appointment:{patient}:{booked_for}:{step}"


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

    def called_off(self, patient: uuid.UUID, day: date) -> "NotificationQuerySet":
        """Messages that the appointment of this patient on that day is off."""
        return self.filter(
            template=NotificationTemplate.APPOINTMENT_CANCELLED,
            dedupe_key__startswith=appointment_key(patient, day),
        )

    def of_their_own(self) -> "NotificationQuerySet":
        """Without those that stand for another message."""
        return self.filter(cause="")

    def inbox_of(self, user: "AbstractBaseUser") -> "NotificationQuerySet":
        """What this person was told in the application, by itself or as a line of another."""
        return self.in_inbox().filter(recipient=user.pk)

    def in_inbox(self) -> "NotificationQuerySet":
        """What anybody was told in the application."""
        return self.filter(
            channel=NotificationChannel.IN_APP,
            status__in=(NotificationStatus.SENT, NotificationStatus.DIGESTED),
        )

    def interrupting(self, user: int, since: datetime) -> "NotificationQuerySet":
        """E-mails that interrupt this person since that moment, sent or about to be."""
        return self.filter(
            recipient=user,
            channel=NotificationChannel.EMAIL,
            status__in=(NotificationStatus.SENT, NotificationStatus.PENDING),
            interrupts_at__gt=since,
        )

    def unread(self) -> "NotificationQuerySet":
        """Not yet marked as read."""
        return self.filter(read_at=None)

    def most_urgent_first(self) -> "NotificationQuerySet":
        """As they leave: of what may leave from the same moment on, the most dangerous first."""
        return self.order_by("not_before", "urgency", "id")

    def ready(self, now: datetime) -> "NotificationQuerySet":
        """Waiting, its time come, and not leased to a sender."""
        return self.waiting().filter(
            Q(lease_until=None) | Q(lease_until__lt=now), not_before__lte=now
        )


class Notification(models.Model):
    """One message to one recipient; `dedupe_key` makes a second one impossible.

    Sent by lease: a sender claims rows (`lease_owner`, `lease_until`), sends outside any
    transaction, and marks a row only while the lease is still its own. The recipient is a user
    (staff) or a patient. A letter is leased, without an end, to the print run that it belongs to.

    `subject` and `body` are the exact words that went out, written with the mark that it was sent,
    and `template_version` says which words they were made from (none: the built-in ones). They
    hold no clinical content and no secret: no text of a message may (protocol/message_text.py).
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
    digest = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="told"
    )
    created_at = models.DateTimeField()
    not_before = models.DateTimeField()
    urgency = models.BigIntegerField(
        default=0,
        db_default=0,
        help_text=_("The follow-up’s sort key when this was queued; the lowest leaves first"),
    )
    status = models.CharField(
        max_length=10, choices=NotificationStatus.choices, default=NotificationStatus.PENDING
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_owner = models.CharField(max_length=64, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    doubt = models.CharField(
        max_length=10,
        choices=SendingDoubt.choices,
        default=SendingDoubt.NONE,
        db_default=SendingDoubt.NONE,
        blank=True,
    )
    finished_at = models.DateTimeField(null=True, blank=True)
    interrupts_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When it was decided that this e-mail interrupts")
    )
    read_at = models.DateTimeField(null=True, blank=True)
    provider_message_id = models.CharField(max_length=200, blank=True)
    last_error = models.CharField(max_length=300, blank=True)
    subject = models.CharField(max_length=300, blank=True, default="", db_default="")
    body = models.TextField(blank=True, default="", db_default="")
    template_version = models.ForeignKey(
        "surveillance.MessageTemplateVersion",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="notifications",
    )
    reported = models.CharField(
        max_length=15, choices=Report.choices, blank=True, default="", db_default=""
    )
    reported_at = models.DateTimeField(null=True, blank=True)
    cause = models.CharField(
        max_length=40,
        blank=True,
        default="",
        db_default="",
        help_text=_("Why this message stands for another one: a code"),
    )

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
            models.CheckConstraint(
                condition=Q(reported="", reported_at=None)
                | (~Q(reported="") & Q(reported_at__isnull=False)),
                name="notification_report_has_its_moment",
            ),
            models.CheckConstraint(
                condition=Q(status=NotificationStatus.DIGESTED, digest__isnull=False)
                | (~Q(status=NotificationStatus.DIGESTED) & Q(digest=None)),
                name="notification_digested_names_its_digest",
            ),
        ]
        indexes = [
            models.Index(
                fields=["not_before", "urgency", "id"],
                condition=Q(status=NotificationStatus.PENDING),
                name="notification_ready_idx",
            ),
            models.Index(
                fields=["finished_at"],
                condition=Q(finished_at__isnull=False),
                name="notification_ended_idx",
            ),
            models.Index(
                fields=["site", "status", "finished_at", "id"],
                condition=Q(finished_at__isnull=False),
                name="notification_outbox_idx",
            ),
            models.Index(fields=["recipient", "-created_at"], name="notification_of_user_idx"),
            models.Index(
                fields=["provider_message_id"],
                condition=~Q(provider_message_id=""),
                name="notification_provider_idx",
            ),
        ]

    def __str__(self) -> str:
        return f"Notification {self.pk}"

    @property
    def called_off_on(self) -> date | None:
        """The day of the appointment that this message calls off; None when it calls off none."""
        if self.template != NotificationTemplate.APPOINTMENT_CANCELLED:
            return None
        return date.fromisoformat(self.dedupe_key.split(":")[2])

    @property
    def times_called_off(self) -> int:
        """How often the appointment that this message calls off was called off, this time too."""
        return int(self.dedupe_key.split(":")[3].removeprefix("off-"))
