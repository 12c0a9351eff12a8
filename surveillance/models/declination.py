"""A refusal, as it was said: by whom, when, knowing what, and when it is offered again."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from patients.models import AppendOnlyModel, AppendOnlyQuerySet, Patient


class WhoDeclined(models.TextChoices):
    PATIENT = "PATIENT", _("The patient")
    PROXY = "PROXY", _("A proxy or guardian")


class InformedOf(models.TextChoices):
    """What somebody had been told before declining."""

    FINDING = "FINDING", _("What was found")
    WHY = "WHY", _("Why imaging is advised")
    RISK_OF_DELAY = "RISK_OF_DELAY", _("What may happen without it, liver cancer among it")
    ALTERNATIVES = "ALTERNATIVES", _("Other ways: another modality, place or day")
    COST_AND_HELP = "COST_AND_HELP", _("Costs, transport and help with both")
    MAY_RETURN = "MAY_RETURN", _("That they may change their mind at any time")


class DeclinationQuerySet(AppendOnlyQuerySet["Declination"]):
    def newest_first(self) -> "DeclinationQuerySet":
        """The one that counts first."""
        return self.order_by("-recorded_at", "-pk")


class Declination(AppendOnlyModel):
    """One refusal of surveillance (FHIR Consent, decision deny). **Append-only.**

    It closes nothing (A-32): what is owed stays owed, and it is offered again on `reoffer_on`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="declinations")
    declined_by = models.CharField(max_length=10, choices=WhoDeclined.choices)
    proxy = models.CharField(max_length=120, blank=True, help_text=_("Name and relationship"))
    declined_on = models.DateField()
    informed_of = models.JSONField(help_text=_("Codes of InformedOf"))
    note = models.TextField(help_text=_("In what words, and why"))
    reoffer_on = models.DateField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = DeclinationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(declined_by=WhoDeclined.PATIENT, proxy="")
                | (Q(declined_by=WhoDeclined.PROXY) & ~Q(proxy="")),
                name="declination_by_proxy_names_the_proxy",
            ),
            models.CheckConstraint(
                condition=Q(reoffer_on__gte=F("declined_on")),
                name="declination_is_offered_again_afterwards",
            ),
        ]
        indexes = [
            models.Index(fields=["patient", "-recorded_at"], name="declination_newest_idx"),
        ]

    def __str__(self) -> str:
        return f"Declination {self.pk}"
