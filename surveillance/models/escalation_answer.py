"""What a clinician answered to an escalation."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from patients.models import AppendOnlyModel, AppendOnlyQuerySet
from surveillance.models.assessment import LesionAssessment
from surveillance.models.escalation import Escalation
from surveillance.models.outside_care import OutsideCare


class EscalationAnswerKind(models.TextChoices):
    ORDERED = "ORDERED", _("Order placed")
    PLAN_CHANGED = "PLAN_CHANGED", _("Plan changed")
    NOT_INDICATED = "NOT_INDICATED", _("Not indicated")
    FOLLOWED_ELSEWHERE = "FOLLOWED_ELSEWHERE", _("Followed elsewhere")


class NotIndicated(models.TextChoices):
    """Why somebody finds it not indicated. Only the first, signed, ends what is owed (R04)."""

    NOT_APPROPRIATE = "NOT_APPROPRIATE", _("Surveillance is not appropriate any more")
    ALREADY_DONE = "ALREADY_DONE", _("It was done already")
    BENIGN_PROOF = "BENIGN_PROOF", _("The lesion is proved benign")
    NOT_NOW = "NOT_NOW", _("Not now: illness, pregnancy or another reason that will pass")
    DISAGREES = "DISAGREES", _("I do not agree with the recommendation")
    OTHER = "OTHER", _("Another reason")


class EscalationAnswer(AppendOnlyModel):
    """One answer: who, when, which and why. **Append-only**; several may follow each other.

    `assessment` is the clinician's decision that the answer made, `outside_care` the evidence that
    it brought. An answer without a closing decision leaves open what is owed.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    escalation = models.ForeignKey(Escalation, on_delete=models.PROTECT, related_name="answers")
    kind = models.CharField(max_length=20, choices=EscalationAnswerKind.choices)
    reason = models.TextField(blank=True)
    not_indicated = models.CharField(max_length=20, choices=NotIndicated.choices, blank=True)
    order_number = models.CharField(max_length=64, blank=True)
    ordered_on = models.DateField(null=True, blank=True)
    promised_on = models.DateField(
        null=True, blank=True, help_text=_("When the escalation returns")
    )
    assessment = models.ForeignKey(
        LesionAssessment, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    outside_care = models.ForeignKey(
        OutsideCare, null=True, blank=True, on_delete=models.PROTECT, related_name="answers"
    )
    answered_at = models.DateTimeField()
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    objects = AppendOnlyQuerySet["EscalationAnswer"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=EscalationAnswerKind.ORDERED, ordered_on__isnull=False)
                & ~Q(order_number="")
                | (~Q(kind=EscalationAnswerKind.ORDERED) & Q(ordered_on=None, order_number="")),
                name="answer_of_an_order_names_it",
            ),
            models.CheckConstraint(
                condition=(Q(kind=EscalationAnswerKind.NOT_INDICATED) & ~Q(not_indicated=""))
                | (~Q(kind=EscalationAnswerKind.NOT_INDICATED) & Q(not_indicated="")),
                name="answer_not_indicated_says_why",
            ),
            models.CheckConstraint(
                condition=~Q(kind=EscalationAnswerKind.PLAN_CHANGED) | Q(assessment__isnull=False),
                name="answer_of_a_changed_plan_has_its_decision",
            ),
            models.CheckConstraint(
                condition=Q(
                    kind=EscalationAnswerKind.FOLLOWED_ELSEWHERE, outside_care__isnull=False
                )
                | (~Q(kind=EscalationAnswerKind.FOLLOWED_ELSEWHERE) & Q(outside_care=None)),
                name="answer_followed_elsewhere_has_its_evidence",
            ),
            models.CheckConstraint(
                condition=Q(kind=EscalationAnswerKind.ORDERED) | ~Q(reason=""),
                name="answer_says_why",
            ),
        ]
        indexes = [
            models.Index(fields=["escalation", "-answered_at"], name="answer_newest_idx"),
        ]

    def __str__(self) -> str:
        return f"EscalationAnswer {self.pk}"
