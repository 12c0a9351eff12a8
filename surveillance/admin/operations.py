"""What the machine did, and the words it sends: imports, sweeps and texts, to read."""

from django.contrib import admin
from django.utils.translation import gettext_noop

from patients.admin.access import ReadOnlyAdmin
from surveillance.admin.clinical import WorkedOnElsewhereAdmin
from surveillance.models import (
    MessageTemplateUse,
    MessageTemplateVersion,
    RegistryImport,
    SweepRun,
)
from surveillance.roles import Permission


@admin.register(RegistryImport)
class RegistryImportAdmin(WorkedOnElsewhereAdmin):
    """Registry files that were offered or taken in."""

    workplace = (gettext_noop("Take in a registry file"), "registry_import")
    permission = Permission.IMPORT_REGISTRY
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


@admin.register(MessageTemplateVersion)
class MessageTemplateVersionAdmin(WorkedOnElsewhereAdmin):
    """The words of messages in all their versions; they are written under Message texts."""

    workplace = (gettext_noop("Write message texts"), "message_texts")
    permission = Permission.ADMINISTER
    list_display = ("template", "medium", "language", "number", "site", "written_at", "written_by")
    list_filter = ("medium", "language", ("site", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("site", "written_by")
    ordering = ("-written_at",)
    patient_path = None


@admin.register(MessageTemplateUse)
class MessageTemplateUseAdmin(WorkedOnElsewhereAdmin):
    """Which words a site sends, since when, and who chose them."""

    workplace = (gettext_noop("Choose message texts"), "message_texts")
    permission = Permission.ADMINISTER
    list_display = ("template", "medium", "language", "version", "site", "since", "chosen_by")
    list_filter = ("medium", "language", ("site", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("site", "version", "chosen_by")
    ordering = ("-since",)
    patient_path = None
