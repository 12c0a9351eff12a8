"""Other systems that want to be told, and what each of them was told."""

import uuid
from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from patients.models import Site
from surveillance.models.escalation import Escalation
from surveillance.models.follow_up import FollowUp


class WebhookEvent(models.TextChoices):
    OPENED = "OPENED", _("Follow-up opened")
    DUE = "DUE", _("Follow-up due")
    OVERDUE = "OVERDUE", _("Follow-up overdue")
    ESCALATED = "ESCALATED", _("Follow-up escalated")
    CLOSED = "CLOSED", _("Follow-up closed")
    TRIED = "TRIED", _("Trial, sent by hand")


class WebhookState(models.TextChoices):
    PENDING = "PENDING", _("Waiting")
    SENT = "SENT", _("Taken")
    FAILED = "FAILED", _("Given up")


class WebhookEndpoint(models.Model):
    """An address of another system. Its secret is stored nowhere: it is derived from SECRET_KEY,
    the id and `secret_generation` (docs/adr/0057); the one before counts until `previous_until`.

    Name, address and events never change; what is switched and renewed stands in the audit trail.
    `looked_until`: up to when news was looked for. `failing_since`: from when on it took nothing.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="webhook_endpoints")
    name = models.CharField(max_length=80)
    url = models.CharField(max_length=500)
    events = models.JSONField(default=list, help_text=_("Codes of WebhookEvent"))
    is_active = models.BooleanField(default=True)
    secret_generation = models.PositiveIntegerField(default=1)
    previous_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    looked_until = models.DateTimeField()
    failing_since = models.DateTimeField(null=True, blank=True)

    objects = models.Manager["WebhookEndpoint"]()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "url"], name="webhook_endpoint_once_per_site")
        ]

    def __str__(self) -> str:
        return f"WebhookEndpoint {self.pk}"


class WebhookDeliveryQuerySet(models.QuerySet["WebhookDelivery"]):
    def waiting(self) -> "WebhookDeliveryQuerySet":
        """Neither taken nor given up."""
        return self.filter(state=WebhookState.PENDING)

    def due(self, now: datetime) -> "WebhookDeliveryQuerySet":
        """Waiting for an endpoint that is switched on, and its time has come."""
        return self.waiting().filter(not_before__lte=now, endpoint__is_active=True)

    def given_up(self) -> "WebhookDeliveryQuerySet":
        """Tried to the end."""
        return self.filter(state=WebhookState.FAILED)


class WebhookDelivery(models.Model):
    """One event for one endpoint; `id` is the `webhook-id` of every try, and of a replay.

    `dedupe_key` makes a second one about the same event impossible. Sent by lease, as messages are.
    `body` names ids, days and codes, nothing else of a patient.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    endpoint = models.ForeignKey(
        WebhookEndpoint, on_delete=models.PROTECT, related_name="deliveries"
    )
    event = models.CharField(max_length=10, choices=WebhookEvent.choices)
    dedupe_key = models.CharField(max_length=80)
    follow_up = models.ForeignKey(
        FollowUp, null=True, blank=True, on_delete=models.PROTECT, related_name="webhooks"
    )
    escalation = models.ForeignKey(
        Escalation, null=True, blank=True, on_delete=models.PROTECT, related_name="webhooks"
    )
    body = models.JSONField()
    created_at = models.DateTimeField()
    not_before = models.DateTimeField()
    state = models.CharField(
        max_length=8, choices=WebhookState.choices, default=WebhookState.PENDING
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_owner = models.CharField(max_length=64, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    answered = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text=_("HTTP status of the last answer")
    )
    remark = models.CharField(max_length=300, blank=True)

    objects = WebhookDeliveryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["endpoint", "dedupe_key"], name="webhook_delivery_once"
            ),
            models.CheckConstraint(
                condition=Q(state=WebhookState.PENDING, finished_at=None)
                | (~Q(state=WebhookState.PENDING) & Q(finished_at__isnull=False)),
                name="webhook_delivery_end_has_its_moment",
            ),
        ]
        indexes = [
            models.Index(
                fields=["not_before", "created_at", "id"],
                condition=Q(state=WebhookState.PENDING),
                name="webhook_delivery_due_idx",
            ),
            models.Index(
                fields=["endpoint", "-created_at", "id"], name="webhook_delivery_newest_idx"
            ),
        ]

    def __str__(self) -> str:
        return f"WebhookDelivery {self.pk}"
