"""Two records of one person joined, and taken apart again when that was wrong."""

import uuid
from typing import Final

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from patients.models import Patient

BIRTH_DATE_LEARNED: Final = "birth_date"
"""In `moved`: the day that the survivor did not have before."""


class PatientMerge(models.Model):
    """`duplicate` was merged into `survivor`; `moved` lists the rows re-pointed, per model.

    Undoing moves exactly those rows back (FHIR Patient.link, HL7 v2 A40).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    survivor = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="merges_into")
    duplicate = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="merges_from")
    reason = models.TextField()
    moved = models.JSONField(default=dict)
    merged_at = models.DateTimeField()
    merged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(survivor=F("duplicate")), name="patient_merge_of_two_records"
            ),
            models.UniqueConstraint(
                fields=["duplicate"],
                condition=Q(undone_at=None),
                name="patient_merge_once_per_duplicate",
            ),
        ]

    def __str__(self) -> str:
        return f"PatientMerge {self.pk}"
