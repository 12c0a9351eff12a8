"""What was seen and decided, to read."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from patients.admin.access import ClinicalAdmin, RecordLink
from surveillance.admin.clinical import LesionRecordAdmin
from surveillance.models import (
    ImagingExam,
    Lesion,
    LesionAssessment,
    LesionEvent,
    LesionObservation,
)
from surveillance.timeline import build_timeline

SHOWN = 20
"""Entries on the page of a lesion; the whole history has a page of its own."""


@admin.register(Lesion)
class LesionAdmin(LesionRecordAdmin):
    """A lesion with the newest of its history: who saw, decided and did what, and why."""

    lesion_path = "pk"

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
        timeline = build_timeline(lesion, newest_first=True)[:SHOWN] if lesion else ()
        url = reverse("lesion_history", args=[lesion.pk]) if lesion else ""
        context = {"timeline": timeline, "history_url": url, **(extra_context or {})}
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
class LesionObservationAdmin(LesionRecordAdmin):
    """What one exam showed of one lesion."""

    list_display = ("exam", "lesion", "size_mm", "conclusion", "lirads", "adequate")
    list_select_related = ("exam", "lesion")
    ordering = ("-exam__performed_on",)
    site_path = "exam__site"
    patient_path = "exam.patient"


@admin.register(LesionEvent)
class LesionEventAdmin(LesionRecordAdmin):
    """Pathology, MDT decisions, waivers, treatment, symptoms."""

    list_display = ("lesion", "kind", "value", "occurred_on", "author", "retracted_at")
    list_filter = ("kind",)
    list_select_related = ("lesion",)
    ordering = ("-occurred_on",)
    site_path = "lesion__patient__site"
    patient_path = "lesion.patient"


@admin.register(LesionAssessment)
class LesionAssessmentAdmin(LesionRecordAdmin):
    """Each decision with the facts it was made from, and the way to computing it again."""

    list_display = ("sequence", "lesion", "as_of", "rule", "recommendation", "override_kind")
    list_filter = ("recommendation", "risk", "override_kind")
    list_select_related = ("lesion",)
    ordering = ("-sequence",)
    site_path = "lesion__patient__site"
    patient_path = "lesion.patient"

    def links_of(self, row: Any) -> list[RecordLink]:
        """Besides the record and the history: does today's software decide alike?"""
        again = RecordLink(_("Compute it again"), reverse("decision", args=[row.lesion_id, row.pk]))
        return [*super().links_of(row), again]
