"""What the machine did: imports and sweeps, to read."""

from django.contrib import admin

from patients.admin.access import ClinicalAdmin, ReadOnlyAdmin
from surveillance.models import RegistryImport, SweepRun


@admin.register(RegistryImport)
class RegistryImportAdmin(ClinicalAdmin):
    """Registry files that were offered or taken in."""

    list_display = ("file_name", "site", "status", "rows", "uploaded_at", "uploaded_by")
    list_filter = ("status",)
    list_select_related = ("site", "uploaded_by")
    ordering = ("-uploaded_at",)
    patient_path = None


@admin.register(SweepRun)
class SweepRunAdmin(ReadOnlyAdmin):
    """Proof that somebody looked, for all sites at once; it names no patient."""

    list_display = ("kind", "started_at", "finished_at", "looked_at", "acted_on", "parked")
    list_filter = ("kind",)
    ordering = ("-started_at",)
