"""A lesion and what is known of it besides exams."""

import uuid
from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from patients.models import AppendOnlyModel, Patient, RetractableQuerySet, Tri
from surveillance.models.term_choices import term_choices
from surveillance.protocol.terms import (
    LesionKind,
    LesionNumber,
    MdtOutcome,
    PathologyResult,
)


class LesionQuerySet(models.QuerySet["Lesion"]):
    def under_surveillance(self) -> "LesionQuerySet":
        """Lesions that are owed something: those with an open follow-up."""
        return self.filter(follow_ups__closed_at=None, follow_ups__isnull=False).distinct()


class Lesion(models.Model):
    """The identity of a lesion. No status column: under surveillance = has an open follow-up.

    `label` is the radiologist's name for it ("L1"); `origin_mrn` the MRN under which it was first
    recorded, which keeps a lesion recognisable after its patient's record was merged.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="lesions")
    label = models.CharField(max_length=40)
    origin_mrn = models.CharField(max_length=64)
    kind = models.CharField(
        max_length=30, choices=term_choices(LesionKind), default=LesionKind.UNKNOWN
    )
    symptomatic = models.CharField(max_length=10, choices=Tri.choices, default=Tri.UNKNOWN)
    number = models.CharField(
        max_length=20, choices=term_choices(LesionNumber), default=LesionNumber.UNKNOWN
    )
    segments = models.JSONField(default=list, blank=True, help_text=_("Couinaud segments"))
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = LesionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "origin_mrn", "label"],
                name="lesion_label_once_per_patient_record",
            )
        ]

    def __str__(self) -> str:
        return f"Lesion {self.pk}"


class LesionEventKind(models.TextChoices):
    PATHOLOGY = "PATHOLOGY", _("Pathology result")
    MDT_DECISION = "MDT_DECISION", _("MDT decision")
    CHARACTERISATION_WAIVER = "CHARACTERISATION_WAIVER", _("Characterisation waived")
    REMOVED_OR_TREATED = "REMOVED_OR_TREATED", _("Removed or treated")
    SYMPTOMS = "SYMPTOMS", _("Symptoms attributable to the lesion")


EVENT_VALUES: dict[LesionEventKind, tuple[str, ...]] = {
    LesionEventKind.PATHOLOGY: tuple(PathologyResult),
    LesionEventKind.MDT_DECISION: tuple(MdtOutcome),
    LesionEventKind.CHARACTERISATION_WAIVER: ("WAIVED",),
    LesionEventKind.REMOVED_OR_TREATED: ("REMOVED", "TREATED"),
    LesionEventKind.SYMPTOMS: tuple(Tri.values),
}
"""What each kind of event may say."""


class LesionEventQuerySet(RetractableQuerySet["LesionEvent"]):
    """Events; `standing()` leaves out the retracted ones."""

    def known_by(self, day: date) -> "LesionEventQuerySet":
        """Standing events that had happened by that day."""
        return self.standing().filter(occurred_on__lte=day)


class LesionEvent(AppendOnlyModel):
    """A pathology result, an MDT decision, a waiver, a treatment, symptoms. **Append-only.**

    The only change ever made is a retraction: `retracted_at`, `_by` and `_reason` together.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    lesion = models.ForeignKey(Lesion, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=30, choices=LesionEventKind.choices)
    value = models.CharField(max_length=30)
    occurred_on = models.DateField()
    author = models.CharField(max_length=120)
    evidence = models.TextField(blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    retracted_at = models.DateTimeField(null=True, blank=True)
    retracted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    retracted_reason = models.TextField(blank=True)

    objects = LesionEventQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(retracted_at=None, retracted_reason="")
                | (Q(retracted_at__isnull=False) & ~Q(retracted_reason="")),
                name="lesion_event_retraction_is_whole",
            )
        ]

    def __str__(self) -> str:
        return f"LesionEvent {self.pk}"
