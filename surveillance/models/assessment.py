"""What the protocol, or a clinician, decided about a lesion, and from which facts."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from patients.models import AppendOnlyModel, AppendOnlyQuerySet
from surveillance.models.lesion import Lesion
from surveillance.models.term_choices import term_choices
from surveillance.protocol.terms import EscalationClass, Modality, RecommendationKind, Risk, Tri


class AssessmentQuerySet(AppendOnlyQuerySet["LesionAssessment"]):
    def newest_first(self) -> "AssessmentQuerySet":
        """The order in which decisions supersede each other."""
        return self.order_by("-sequence")


class OverrideKind(models.TextChoices):
    """How a clinician may depart from the rule (clinical.md 8.9)."""

    SOONER = "SOONER", _("Sooner date")
    LATER = "LATER", _("Later date (low class only)")
    MODALITY = "MODALITY", _("Other modality")
    CLOSE = "CLOSE", _("Close: surveillance not appropriate")
    LIFTED = "LIFTED", _("An earlier override was lifted")


class LesionAssessment(AppendOnlyModel):
    """One decision. **Append-only**; a clinician's override is a further row, never an edit.

    `answer` is the whole recommendation and `inputs` the whole case as JSON, so that the decision
    can be recomputed bit for bit (I30). The columns repeat what is searched and shown.
    """

    sequence = models.BigAutoField(primary_key=True)
    lesion = models.ForeignKey(Lesion, on_delete=models.PROTECT, related_name="assessments")
    as_of = models.DateField()
    assessed_at = models.DateTimeField()
    assessed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    cause = models.CharField(max_length=40, help_text=_("What led to this decision"))
    protocol_version = models.CharField(max_length=40)
    rule = models.CharField(max_length=8)
    recommendation = models.CharField(max_length=40, choices=term_choices(RecommendationKind))
    risk = models.CharField(max_length=20, choices=term_choices(Risk))
    escalation_class = models.CharField(max_length=10, choices=term_choices(EscalationClass))
    stop = models.BooleanField()
    earliest_on = models.DateField(null=True)
    target_on = models.DateField(null=True)
    latest_on = models.DateField(null=True)
    preferred_modality = models.CharField(max_length=20, choices=term_choices(Modality), blank=True)
    biopsy_allowed = models.BooleanField(default=False)
    answer = models.JSONField()
    inputs = models.JSONField()
    inputs_digest = models.CharField(max_length=64)

    overrides = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="overridden_by"
    )
    override_kind = models.CharField(max_length=10, choices=OverrideKind.choices, blank=True)
    override_reason = models.TextField(blank=True)
    override_expires_on = models.DateField(null=True, blank=True)

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(overrides=None, override_kind="", override_reason="")
                | (
                    Q(overrides__isnull=False, assessed_by__isnull=False)
                    & ~Q(override_kind="")
                    & ~Q(override_reason="")
                ),
                name="assessment_override_has_author_kind_and_reason",
            ),
            models.CheckConstraint(
                condition=Q(earliest_on=None, target_on=None, latest_on=None)
                | Q(earliest_on__lte=models.F("target_on"), target_on__lte=models.F("latest_on")),
                name="assessment_window_in_order",
            ),
        ]
        indexes = [
            models.Index(fields=["lesion", "-sequence"], name="assessment_newest_idx"),
            models.Index(
                fields=["override_expires_on"],
                condition=Q(override_expires_on__isnull=False),
                name="assessment_expiry_idx",
            ),
        ]

    def __str__(self) -> str:
        return f"LesionAssessment {self.pk}: {self.rule}"

    @property
    def malignancy(self) -> str:
        """Cancer outside the liver, as the decision knew it."""
        told = self.inputs.get("patient", {}).get("extrahepatic_malignancy", "")
        return str(told or Tri.UNKNOWN).upper()

    @property
    def signed_for(self) -> tuple[str, str, str, str]:
        """What a signature answers: rule, class, liver risk and cancer. Another need is another
        signature."""
        return self.rule, self.escalation_class, self.risk, self.malignancy
