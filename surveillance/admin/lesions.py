"""What was seen and decided, to read."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.http import HttpRequest, HttpResponse

from patients.admin.access import ClinicalAdmin
from surveillance.models import (
    ImagingExam,
    Lesion,
    LesionAssessment,
    LesionEvent,
    LesionObservation,
)
from surveillance.timeline import build_timeline


@admin.register(Lesion)
class LesionAdmin(ClinicalAdmin):
    """A lesion with its history: who saw, decided and did what, and why."""

    list_display = ("label", "patient", "kind", "number", "recorded_at")
    list_filter = ("kind",)
    list_select_related = ("patient",)
    ordering = ("-recorded_at",)
    site_path = "patient__site"
    change_form_template = "admin/surveillance/lesion/change_form.html"

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The lesion's particulars and, below, its timeline, the newest first."""
        lesion = self.get_object(request, unquote(object_id))
        timeline = build_timeline(lesion, newest_first=True) if lesion else ()
        context = {"timeline": timeline, **(extra_context or {})}
        return super().change_view(request, object_id, form_url, context)


@admin.register(ImagingExam)
class ImagingExamAdmin(ClinicalAdmin):
    """Exams, the retracted ones included."""

    list_display = (
        "accession",
        "site",
        "performed_on",
        "modality",
        "report_status",
        "retracted_at",
    )
    list_filter = ("modality", ("site", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("site",)
    ordering = ("-performed_on",)


@admin.register(LesionObservation)
class LesionObservationAdmin(ClinicalAdmin):
    """What one exam showed of one lesion."""

    list_display = ("exam", "lesion", "size_mm", "conclusion", "lirads", "adequate")
    list_select_related = ("exam", "lesion")
    ordering = ("-exam__performed_on",)
    site_path = "exam__site"
    patient_path = "exam.patient"


@admin.register(LesionEvent)
class LesionEventAdmin(ClinicalAdmin):
    """Pathology, MDT decisions, waivers, treatment, symptoms."""

    list_display = ("lesion", "kind", "value", "occurred_on", "author", "retracted_at")
    list_filter = ("kind",)
    list_select_related = ("lesion",)
    ordering = ("-occurred_on",)
    site_path = "lesion__patient__site"
    patient_path = "lesion.patient"


@admin.register(LesionAssessment)
class LesionAssessmentAdmin(ClinicalAdmin):
    """Each decision with the facts it was made from."""

    list_display = ("sequence", "lesion", "as_of", "rule", "recommendation", "override_kind")
    list_filter = ("recommendation", "risk", "override_kind")
    list_select_related = ("lesion",)
    ordering = ("-sequence",)
    site_path = "lesion__patient__site"
    patient_path = "lesion.patient"
