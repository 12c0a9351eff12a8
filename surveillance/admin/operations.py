"""What the machine did: imports and sweeps, to read."""

from django.contrib import admin

from patients.admin.access import ClinicalAdmin, ReadOnlyAdmin
from surveillance.models import FailsafeAlert, FailsafeRun, RegistryImport, SweepRun


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


@admin.register(FailsafeRun)
class FailsafeRunAdmin(ReadOnlyAdmin):
    """What the failsafe found, for all sites at once: codes, counts and ids."""

    list_display = ("finished_at", "started_at", "outbox_waiting", "asked_by")
    list_select_related = ("asked_by",)
    ordering = ("-finished_at",)


@admin.register(FailsafeAlert)
class FailsafeAlertAdmin(ReadOnlyAdmin):
    """Who was told of which finding."""

    list_display = ("at", "code", "site", "kind", "path", "recipient", "count")
    list_filter = ("kind", "path")
    list_select_related = ("site",)
    ordering = ("-at",)
