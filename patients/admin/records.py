"""Records of people, to read."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_noop

from patients.admin.access import ClinicalAdmin, HistoryAdmin
from patients.models import AfpResult, AuditEvent, AuditSeal, Patient, RiskProfile, Site


@admin.register(Patient)
class PatientAdmin(HistoryAdmin, ClinicalAdmin):
    """Who a patient is, and every change of it. Not searchable: names stay out of addresses."""

    list_display = ("mrn", "family_name", "given_name", "birth_date", "site", "status")
    list_filter = ("status", ("site", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("site",)
    ordering = ("site", "mrn")

    def patient_of(self, row: Any) -> Patient:
        """The row is the patient."""
        assert isinstance(row, Patient)
        return row

    def history_view(self, request: HttpRequest, object_id: str, *args: Any) -> HttpResponse:
        """The changes of a patient's record; that they were seen is recorded."""
        shown = super().history_view(request, object_id, *args)
        self.audit_view(request, self.get_object(request, object_id))
        return shown


@admin.register(RiskProfile)
class RiskProfileAdmin(ClinicalAdmin):
    """What was known of a patient's risk, and from when."""

    list_display = ("sequence", "patient", "effective_on", "source", "recorded_at", "recorded_by")
    list_select_related = ("patient", "recorded_by")
    ordering = ("-sequence",)
    site_path = "patient__site"


@admin.register(AfpResult)
class AfpResultAdmin(ClinicalAdmin):
    """Serum alpha-fetoprotein results."""

    list_display = ("patient", "taken_on", "value_ng_ml", "rising", "elevated_for_age")
    list_select_related = ("patient",)
    ordering = ("-taken_on",)
    site_path = "patient__site"


class AuditAdmin(ClinicalAdmin):
    """The audit trail names its site by its slug."""

    patient_path = None
    list_filter = ("site",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The trail of the sites that this person oversees."""
        slugs = Site.objects.overseen_by(request.user).values("slug")
        return super(ClinicalAdmin, self).get_queryset(request).filter(site__in=slugs)


@admin.register(AuditEvent)
class AuditEventAdmin(AuditAdmin):
    """Who did, or viewed, what, when."""

    workplace = (gettext_noop("Search the trail"), "audit")
    list_display = ("id", "at", "site", "actor", "action", "subject_type", "subject_id")
    ordering = ("-id",)


@admin.register(AuditSeal)
class AuditSealAdmin(AuditAdmin):
    """The chain that seals the trail; `manage.py verify_audit` checks it."""

    workplace = (gettext_noop("Check the chain"), "audit_chain")
    list_display = ("site", "number", "event_id", "digest", "sealed_at")
    ordering = ("-id",)
