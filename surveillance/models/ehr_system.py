"""Electronic health records that ask us (CDS Hooks) or start us (SMART App Launch)."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from patients.models import AppendOnlyModel, AppendOnlyQuerySet, Patient, Site
from patients.models.tracked import TrackedQuerySet


class EhrSystemQuerySet(TrackedQuerySet["EhrSystem"]):
    def active(self) -> "EhrSystemQuerySet":
        """Those that are trusted now."""
        return self.filter(is_active=True)


class EhrSystem(models.Model):
    """One EHR that one site trusts.

    CDS Hooks: its tokens are signed by `issuer` with a key of `jwks` (or of the set at `jwks_url`).
    SMART App Launch: it is known by `fhir_base` (`iss`), and knows us as `client_id`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="ehr_systems")
    name = models.CharField(max_length=120)
    mrn_system = models.CharField(
        _("system of the record number"),
        max_length=200,
        blank=True,
        help_text=_(
            "The system of Patient.identifier that holds this site's record number. Empty: the "
            "identifier of type MR."
        ),
    )
    issuer = models.CharField(
        _("issuer of CDS Hooks tokens"),
        max_length=300,
        blank=True,
        help_text=_("`iss` of its tokens. Empty: it may not ask for cards."),
    )
    jwks_url = models.URLField(_("address of its keys"), max_length=300, blank=True)
    jwks = models.JSONField(
        _("its keys"),
        default=dict,
        blank=True,
        help_text=_("A JWK Set, where the keys cannot be fetched"),
    )
    fhir_base = models.CharField(
        _("FHIR base address"),
        max_length=300,
        blank=True,
        help_text=_("`iss` of a SMART launch. Empty: it may not start this application."),
    )
    client_id = models.CharField(
        _("our client id there"), max_length=200, blank=True, help_text=_("SMART App Launch")
    )
    is_active = models.BooleanField(default=True)
    history = HistoricalRecords()

    objects = EhrSystemQuerySet.as_manager()

    class Meta:
        verbose_name = _("EHR system")
        verbose_name_plural = _("EHR systems")
        constraints = [
            models.UniqueConstraint(
                fields=["issuer"],
                condition=~Q(issuer="") & Q(is_active=True),
                name="ehr_system_one_per_issuer",
            ),
            models.UniqueConstraint(
                fields=["fhir_base"],
                condition=~Q(fhir_base="") & Q(is_active=True),
                name="ehr_system_one_per_fhir_base",
            ),
            models.CheckConstraint(
                condition=Q(fhir_base="") | ~Q(client_id=""),
                name="ehr_system_launch_needs_a_client_id",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CdsOutcome(models.TextChoices):
    """CDS Hooks feedback `outcome`."""

    ACCEPTED = "accepted", _("Accepted")
    OVERRIDDEN = "overridden", _("Overridden")


class CdsFeedback(AppendOnlyModel):
    """What a clinician did with a card, as the EHR tells. **Append-only.** It ends nothing.

    `card` is the id of the follow-up that the card was about.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    ehr = models.ForeignKey(EhrSystem, on_delete=models.PROTECT, related_name="feedback")
    service = models.CharField(max_length=60)
    card = models.UUIDField()
    patient = models.ForeignKey(
        Patient, null=True, blank=True, on_delete=models.PROTECT, related_name="cds_feedback"
    )
    outcome = models.CharField(max_length=12, choices=CdsOutcome.choices)
    reason = models.CharField(max_length=60, blank=True)
    comment = models.TextField(blank=True)
    said_at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    objects = AppendOnlyQuerySet["CdsFeedback"].as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("feedback on cards")
        constraints = [
            models.UniqueConstraint(
                fields=["ehr", "service", "card", "said_at"], name="cds_feedback_once"
            )
        ]

    def __str__(self) -> str:
        return f"CdsFeedback {self.pk}"
