"""Imaging exams and what each showed of each lesion."""

import uuid
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from patients.models import (
    AppendOnlyModel,
    AppendOnlyQuerySet,
    Patient,
    RetractableQuerySet,
    Site,
    Tri,
)
from surveillance.models.lesion import Lesion
from surveillance.models.term_choices import term_choices
from surveillance.protocol.terms import (
    CalcificationPattern,
    Conclusion,
    Isolation,
    LesionKind,
    LiRads,
    Modality,
    VisualisationScore,
)

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class ReportStatus(models.TextChoices):
    """FHIR DiagnosticReport.status, the two that matter; a preliminary report fulfils nothing."""

    PRELIMINARY = "PRELIMINARY", _("Preliminary")
    FINAL = "FINAL", _("Final (signed)")


class ImagingExamQuerySet(RetractableQuerySet["ImagingExam"]):
    """Exams; `standing()` leaves out the retracted ones."""


class ImagingExam(AppendOnlyModel):
    """One imaging exam of a patient. **Append-only**; an error is retracted and stays visible.

    A re-sent report is the same row: the accession number is unique per site among exams that
    stand. `content_digest` tells a re-sent report from a different one under the same number.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="exams")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="exams")
    accession = models.CharField(_("accession number"), max_length=64)
    performed_on = models.DateField()
    modality = models.CharField(max_length=20, choices=term_choices(Modality))
    adequate = models.BooleanField(default=True)
    vis = models.CharField(
        _("visualisation score"), max_length=1, choices=term_choices(VisualisationScore), blank=True
    )
    whole_liver = models.BooleanField(default=True)
    report_status = models.CharField(
        max_length=12, choices=ReportStatus.choices, default=ReportStatus.FINAL
    )
    reporter = models.CharField(max_length=120, blank=True)
    report_text = models.TextField(blank=True)
    is_external = models.BooleanField(default=False)
    evidence = models.TextField(blank=True, help_text=_("What proves an outside exam"))
    content_digest = models.CharField(max_length=64)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    retracted_at = models.DateTimeField(null=True, blank=True)
    retracted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    retracted_reason = models.TextField(blank=True)

    objects = ImagingExamQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site", "accession"],
                condition=Q(retracted_at=None),
                name="imaging_exam_accession_once_per_site",
            ),
            models.CheckConstraint(
                condition=Q(retracted_at=None, retracted_reason="")
                | (Q(retracted_at__isnull=False) & ~Q(retracted_reason="")),
                name="imaging_exam_retraction_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(is_external=False) | ~Q(evidence=""),
                name="imaging_exam_from_outside_has_evidence",
            ),
        ]
        indexes = [
            models.Index(fields=["patient", "performed_on"], name="exam_by_patient_idx"),
            models.Index(fields=["site", "recorded_at"], name="exam_recorded_idx"),
            models.Index(
                fields=["site", "performed_on"],
                condition=Q(report_status=ReportStatus.PRELIMINARY, retracted_at=None),
                name="exam_preliminary_idx",
            ),
        ]

    def __str__(self) -> str:
        return f"ImagingExam {self.pk}"


class LesionObservationQuerySet(AppendOnlyQuerySet["LesionObservation"]):
    def standing(self) -> "LesionObservationQuerySet":
        """Observations of exams that have not been retracted."""
        return self.filter(exam__retracted_at=None)

    def known_by(self, day: date) -> "LesionObservationQuerySet":
        """Standing observations of exams performed by that day."""
        return self.standing().filter(exam__performed_on__lte=day)


def _optional(
    choices: "Sequence[tuple[str, StrOrPromise]]", length: int = 30
) -> "models.CharField[str, str]":
    """A coded value that the report may leave out (empty = the report says nothing)."""
    return models.CharField(max_length=length, choices=choices, blank=True)


class LesionObservation(AppendOnlyModel):
    """What one exam showed of one lesion. **Append-only.**

    `size_mm` is the longest axial diameter in millimetres. Empty text fields mean that the report
    says nothing of the matter, which is not the same as "not known".
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    exam = models.ForeignKey(ImagingExam, on_delete=models.PROTECT, related_name="observations")
    lesion = models.ForeignKey(Lesion, on_delete=models.PROTECT, related_name="observations")
    lesion_seen = models.BooleanField(default=True)
    adequate = models.BooleanField(
        default=True, help_text=_("Complete and diagnostic for this lesion")
    )
    size_mm = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)
    calcified_mm = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)
    aphe = _optional(Tri.choices, 10)
    washout = _optional(Tri.choices, 10)
    capsule = _optional(Tri.choices, 10)
    hemangioma_pattern = _optional(Tri.choices, 10)
    lirads = _optional(term_choices(LiRads), 8)
    conclusion = _optional(term_choices(Conclusion))
    kind = _optional(term_choices(LesionKind))
    isolation = _optional(term_choices(Isolation), 12)
    pattern = _optional(term_choices(CalcificationPattern))
    thick_wall = _optional(Tri.choices, 10)
    septations = _optional(Tri.choices, 10)
    solid_component = _optional(Tri.choices, 10)

    objects = LesionObservationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["exam", "lesion"], name="lesion_observation_once_per_exam"
            ),
            models.CheckConstraint(
                condition=Q(size_mm=None) | Q(size_mm__gt=0),
                name="lesion_observation_size_is_positive",
            ),
        ]

    def __str__(self) -> str:
        return f"LesionObservation {self.pk}"
