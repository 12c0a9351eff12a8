"""The risk a person carries: facts of clinical.md 3.1, appended, never edited."""

import uuid
from datetime import date
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from patients.models.append_only import AppendOnlyModel, AppendOnlyQuerySet
from patients.models.patient import Patient
from patients.models.terms import Tri

if TYPE_CHECKING:
    from typing import Any


def tri_field(**kwargs: "Any") -> "models.CharField[str, str]":
    """A three-valued fact, unknown until somebody says otherwise."""
    return models.CharField(max_length=10, choices=Tri.choices, default=Tri.UNKNOWN, **kwargs)


class RiskProfileQuerySet(AppendOnlyQuerySet["RiskProfile"]):
    def in_force(self, on: date) -> "RiskProfileQuerySet":
        """Profiles effective on that day, the newest first."""
        return self.filter(effective_on__lte=on).order_by(
            "-effective_on", "-recorded_at", "-sequence"
        )


class RiskProfile(AppendOnlyModel):
    """Everything known of a patient's risk from `effective_on` on. **Append-only.**

    A decision can be explained with the risk *then* known.
    """

    sequence = models.BigAutoField(primary_key=True)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="risk_profiles")
    effective_on = models.DateField()

    cirrhosis = tri_field()
    chronic_hbv = tri_field()
    chronic_hcv = tri_field()
    masld_advanced_fibrosis = tri_field()
    ald = tri_field()
    other_chronic_liver_disease = tri_field()
    hcc_risk_factors = tri_field()
    prior_hcc = tri_field()
    normal_liver_function = tri_field()
    normal_liver_parenchyma = tri_field()
    extrahepatic_malignancy = tri_field()
    pregnant = tri_field()
    expected_delivery_on = models.DateField(null=True, blank=True)
    contraindications = models.JSONField(default=list, blank=True)
    egfr = models.DecimalField(
        _("eGFR (mL/min/1.73 m²)"), max_digits=6, decimal_places=1, null=True, blank=True
    )
    torch_evaluated = tri_field()
    cardiac_failure_signs = tri_field()
    cardiac_failure_signs_on = models.DateField(null=True, blank=True)

    source = models.CharField(max_length=200, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = RiskProfileQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["patient", "-effective_on"], name="risk_profile_newest_idx"),
            models.Index(
                fields=["expected_delivery_on"],
                condition=Q(expected_delivery_on__isnull=False),
                name="risk_profile_delivery_idx",
            ),
        ]

    def __str__(self) -> str:
        return f"RiskProfile {self.pk} of patient {self.patient_id} from {self.effective_on}"


class AfpResult(AppendOnlyModel):
    """One serum alpha-fetoprotein result (A-49). **Append-only.**"""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="afp_results")
    taken_on = models.DateField()
    value_ng_ml = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    rising = models.BooleanField(default=False)
    elevated_for_age = models.BooleanField(default=False)
    source = models.CharField(max_length=200, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = AppendOnlyQuerySet["AfpResult"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "taken_on", "value_ng_ml"],
                name="afp_result_once_per_patient_day_and_value",
            )
        ]

    def __str__(self) -> str:
        return f"AfpResult {self.pk} of patient {self.patient_id}"
