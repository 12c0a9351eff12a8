"""What is owed, and who was called and told, to read."""

from django.contrib import admin
from django.utils.translation import gettext_noop

from patients.admin.access import ClinicalAdmin
from surveillance.admin.clinical import LesionRecordAdmin, WorkedOnElsewhereAdmin
from surveillance.models import (
    ContactAttempt,
    Declination,
    Disowning,
    Escalation,
    EscalationAnswer,
    FollowUp,
    Letter,
    LetterBatch,
    LetterEvent,
    Notification,
    OutsideCare,
    OutsideCareReview,
    PatientMerge,
    PatientNote,
)
from surveillance.roles import Permission


@admin.register(FollowUp)
class FollowUpAdmin(LesionRecordAdmin):
    """Obligations, open and ended."""

    list_display = ("id", "site", "kind", "recommendation", "latest_on", "owner", "outcome")
    list_filter = ("kind", "outcome", ("site", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("site", "owner")
    ordering = ("-opened_at",)


@admin.register(ContactAttempt)
class ContactAttemptAdmin(ClinicalAdmin):
    """Attempts to reach a patient."""

    list_display = ("patient", "channel", "outcome", "attempted_at", "attempted_by")
    list_filter = ("channel", "outcome")
    list_select_related = ("patient", "attempted_by")
    ordering = ("-attempted_at",)
    site_path = "patient__site"


@admin.register(PatientNote)
class PatientNoteAdmin(ClinicalAdmin):
    """Notes for the next colleague."""

    list_display = ("patient", "written_at", "written_by")
    list_select_related = ("patient", "written_by")
    ordering = ("-written_at",)
    site_path = "patient__site"


@admin.register(Escalation)
class EscalationAdmin(LesionRecordAdmin):
    """Steps of the ladder that a person must act on."""

    lesion_path = "follow_up.lesion_id"
    list_display = ("follow_up", "tier", "step", "owner", "raised_at", "resolved_at")
    list_filter = ("tier", "resolution")
    list_select_related = ("follow_up", "owner")
    ordering = ("-raised_at",)
    site_path = "follow_up__site"
    patient_path = "follow_up.patient"


@admin.register(EscalationAnswer)
class EscalationAnswerAdmin(LesionRecordAdmin):
    """What was answered to escalations."""

    lesion_path = "escalation.follow_up.lesion_id"
    list_display = ("escalation", "kind", "promised_on", "answered_at", "answered_by")
    list_filter = ("kind",)
    list_select_related = ("escalation", "answered_by")
    ordering = ("-answered_at",)
    site_path = "escalation__follow_up__site"
    patient_path = "escalation.follow_up.patient"


@admin.register(OutsideCare)
class OutsideCareAdmin(LesionRecordAdmin):
    """Evidence of care at other institutions."""

    lesion_path = "follow_up.lesion_id"
    list_display = ("patient", "institution", "expires_on", "recorded_at", "recorded_by")
    list_select_related = ("patient", "recorded_by")
    ordering = ("-recorded_at",)
    site_path = "patient__site"


@admin.register(OutsideCareReview)
class OutsideCareReviewAdmin(LesionRecordAdmin):
    """Second looks at that evidence."""

    lesion_path = "outside_care.follow_up.lesion_id"
    list_display = ("outside_care", "is_sufficient", "reviewed_at", "reviewed_by")
    list_filter = ("is_sufficient",)
    list_select_related = ("outside_care", "reviewed_by")
    ordering = ("-reviewed_at",)
    site_path = "outside_care__patient__site"
    patient_path = "outside_care.patient"


@admin.register(Declination)
class DeclinationAdmin(ClinicalAdmin):
    """Refusals, and when it is offered again."""

    list_display = ("patient", "declined_by", "declined_on", "reoffer_on", "recorded_by")
    list_filter = ("declined_by",)
    list_select_related = ("patient", "recorded_by")
    ordering = ("-recorded_at",)
    site_path = "patient__site"


@admin.register(Disowning)
class DisowningAdmin(LesionRecordAdmin):
    """Who said "not mine", and to whom it went."""

    lesion_path = "follow_up.lesion_id"
    list_display = ("follow_up", "tier", "user", "passed_to", "at")
    list_select_related = ("follow_up", "user", "passed_to")
    ordering = ("-at",)
    site_path = "follow_up__site"
    patient_path = "follow_up.patient"


@admin.register(Notification)
class NotificationAdmin(WorkedOnElsewhereAdmin):
    """The outbox."""

    workplace = (gettext_noop("Open the outbox"), "outbox")
    permission = Permission.VIEW_FAILSAFE
    list_display = ("template", "channel", "status", "site", "created_at", "attempts", "last_error")
    list_filter = ("status", "channel", ("site", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("site",)
    ordering = ("-created_at",)


@admin.register(LetterBatch)
class LetterBatchAdmin(WorkedOnElsewhereAdmin):
    """Print runs of letters; they are prepared, checked and posted under Letters."""

    workplace = (gettext_noop("Open the letters"), "letters")
    permission = Permission.PRINT_LETTERS
    list_display = ("id", "site", "status", "size", "prepared_at", "prepared_by", "posted_at")
    list_filter = ("status", ("site", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("site", "prepared_by")
    ordering = ("-prepared_at",)
    patient_path = None


@admin.register(Letter)
class LetterAdmin(ClinicalAdmin):
    """Letters exactly as they were printed."""

    list_display = ("id", "patient", "template", "language", "batch", "sequence", "code")
    list_filter = ("template", "language", ("batch__site", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("patient", "batch")
    ordering = ("-batch__prepared_at", "sequence")
    site_path = "batch__site"


@admin.register(LetterEvent)
class LetterEventAdmin(ClinicalAdmin):
    """Certified-mail numbers, and letters that came back."""

    list_display = ("letter", "kind", "number", "occurred_on", "recorded_at", "recorded_by")
    list_filter = ("kind",)
    list_select_related = ("letter", "recorded_by")
    ordering = ("-recorded_at",)
    site_path = "letter__batch__site"
    patient_path = "letter.patient"


@admin.register(PatientMerge)
class PatientMergeAdmin(ClinicalAdmin):
    """Records joined, and taken apart again."""

    list_display = ("survivor", "duplicate", "merged_at", "merged_by", "undone_at")
    list_select_related = ("survivor", "duplicate", "merged_by")
    ordering = ("-merged_at",)
    site_path = "survivor__site"
    patient_path = "survivor"
