"""What the next colleague must know of a patient, outside any attempt to reach them."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from patients.models import AppendOnlyModel, AppendOnlyQuerySet, Patient


class PatientNoteQuerySet(AppendOnlyQuerySet["PatientNote"]):
    def newest_first(self) -> "PatientNoteQuerySet":
        """What was written last comes first."""
        return self.order_by("-written_at", "-pk")


class PatientNote(AppendOnlyModel):
    """One note (FHIR Annotation). **Append-only:** a wrong one is put right by another.

    It changes nothing that is owed, and no attempt is counted by it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="notes")
    text = models.TextField()
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = PatientNoteQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="patient_note_says_something"),
        ]
        indexes = [
            models.Index(fields=["patient", "-written_at"], name="patient_note_newest_idx"),
        ]

    def __str__(self) -> str:
        return f"PatientNote {self.pk}"
