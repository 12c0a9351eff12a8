"""A step of the ladder that a person must act on."""

import uuid
from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from surveillance.models.follow_up import FollowUp


class EscalationResolution(models.TextChoices):
    FOLLOW_UP_CLOSED = "FOLLOW_UP_CLOSED", _("The follow-up ended")
    BOOKED_IN_TIME = "BOOKED_IN_TIME", _("Booked on or before the last day")
    SUPERSEDED = "SUPERSEDED", _("Replaced by a new decision")
    SKIPPED = "SKIPPED", _("Passed over while the sweep was down; a higher tier was raised")


class EscalationQuerySet(models.QuerySet["Escalation"]):
    def unresolved(self) -> "EscalationQuerySet":
        """Raised and not yet ended, acknowledged or not."""
        return self.filter(resolved_at=None)

    def awaiting_answer(self, on: date) -> "EscalationQuerySet":
        """Unresolved and not silenced by an acknowledgement that still runs on that day."""
        return self.unresolved().filter(Q(acknowledged_at=None) | Q(acknowledged_until__lt=on))

    def below_another(self) -> "EscalationQuerySet":
        """Those above which another tier of the same follow-up stands, with an owner."""
        above = Escalation.objects.unresolved().filter(
            follow_up=OuterRef("follow_up"), tier__gt=OuterRef("tier"), owner__isnull=False
        )
        return self.filter(Exists(above))


class Escalation(models.Model):
    """Raised → acknowledged → resolved; each tier once per follow-up.

    An acknowledgement silences the same tier until `acknowledged_until` (at most seven days
    ahead) and then the escalation comes back; it never moves the follow-up's last day (I28).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    follow_up = models.ForeignKey(FollowUp, on_delete=models.PROTECT, related_name="escalations")
    tier = models.PositiveSmallIntegerField()
    step = models.CharField(max_length=12, help_text=_("The step of the ladder, for example L+7"))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="owned_escalations",
    )
    raised_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    acknowledged_until = models.DateField(null=True, blank=True)
    next_action = models.TextField(blank=True)
    incident_review_on = models.DateField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolution = models.CharField(max_length=20, choices=EscalationResolution.choices, blank=True)

    objects = EscalationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["follow_up", "tier"], name="escalation_once_per_follow_up_and_tier"
            ),
            models.CheckConstraint(
                condition=Q(tier__gte=1, tier__lte=4), name="escalation_tier_is_1_to_4"
            ),
            models.CheckConstraint(
                condition=Q(
                    acknowledged_at=None,
                    acknowledged_by=None,
                    acknowledged_until=None,
                    next_action="",
                )
                | (
                    Q(
                        acknowledged_at__isnull=False,
                        acknowledged_by__isnull=False,
                        acknowledged_until__isnull=False,
                    )
                    & ~Q(next_action="")
                ),
                name="escalation_acknowledgement_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(resolved_at=None, resolution="")
                | (Q(resolved_at__isnull=False) & ~Q(resolution="")),
                name="escalation_resolution_is_whole",
            ),
        ]
        indexes = [
            models.Index(
                fields=["owner", "raised_at"],
                condition=Q(resolved_at=None),
                name="escalation_of_owner_idx",
            )
        ]

    def __str__(self) -> str:
        return f"Escalation {self.pk}"
