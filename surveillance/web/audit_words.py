"""The audit trail in plain words: what was done, to what, by whom."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from patients.audit import SYSTEM
from surveillance.models.registry_import import RegistryImportStatus
from surveillance.web.audit_vocabulary import PAGES
from surveillance.web.wording import name_of_user

LOOKS = ("viewed", "downloaded", "message_template_previewed")
"""Somebody saw a record, took it out of the system, or saw a message with a patient's words."""
SHORT = ("AFP", "EHR", "CDS")
"""Abbreviations inside a code."""
ACTIONS = (
    *LOOKS,
    "absence_ended",
    "absence_planned",
    "account_deactivated",
    "account_opened",
    "account_reactivated",
    "account_saved",
    "address_came_back",
    "address_confirmed",
    "address_returned",
    "address_works_again",
    "afp_recorded",
    "assessment_overridden",
    "audit_chain_verified",
    "care_team_assigned",
    "clarification_answered",
    "closure_lifted",
    "closure_noted",
    "consent_recorded",
    "contact_logged",
    "contact_retracted",
    "declination_recorded",
    "delivery_reported",
    "demographics_amended",
    "ehr_system_saved",
    "escalation_acknowledged",
    "escalation_answered",
    "escalation_disowned",
    "escalation_handed_over",
    "escalation_raised_again",
    "escalation_resolved",
    "exam_document_kept",
    "exam_match_answered",
    "exam_matched",
    "exam_recorded",
    "exam_retracted",
    "feed_saved",
    "findings_added",
    "follow_up_adopted",
    "follow_up_booked",
    "follow_up_booking_cancelled",
    "follow_up_closed",
    "follow_up_disowned",
    "follow_up_handed_over",
    "follow_up_opened",
    "follow_up_order_cancelled",
    "follow_up_ordered",
    "follow_up_reassigned",
    "follow_up_snoozed",
    "identity_linked",
    "incident_review_opened",
    "lesion_assessed",
    "lesion_event_recorded",
    "lesion_event_retracted",
    "lesion_registered",
    "letter_batch_check_failed",
    "letter_batch_checked",
    "letter_batch_discarded",
    "letter_batch_posted",
    "letter_batch_prepared",
    "letter_certified",
    "letter_queued",
    "letter_returned",
    "message_part_assigned",
    "message_part_retried",
    "message_part_set_aside",
    "message_read_again",
    "message_taken_in",
    "message_template_put_in_use",
    "message_template_withdrawn",
    "message_template_written",
    "missed_appointment_recorded",
    "note_written",
    "outside_care_recorded",
    "outside_care_reviewed",
    "override_lifted",
    "password_link_sent",
    "password_set",
    "personal_token_made",
    "personal_token_revoked",
    "patient_registered",
    "patients_merged",
    "patients_unmerged",
    "identities_removed",
    "recovery_codes_renewed",
    "report_excluded",
    "report_tracked",
    "risk_recorded",
    "role_ended",
    "role_granted",
    "second_factor_added",
    "second_factor_failed",
    "second_factor_removed",
    "second_factor_reset",
    "sign_in_failed",
    "sign_in_lock_lifted",
    "sign_in_locked",
    "signed_in",
    "signed_out",
    "site_saved",
    "status_recorded",
    *(f"registry_import_{status.lower()}" for status in RegistryImportStatus),
    "unknown_sender_set_aside",
    "unknown_sender_taken_back",
    "webhook_added",
    "webhook_replayed",
    "webhook_secret_rotated",
    "webhook_switched",
    "webhook_tried",
    "system_connected",
    "system_secret_renewed",
    "cds_feedback_kept",
)
"""What the trail may say was done; a test holds it against the workflows."""
SUBJECTS = {
    "followup": gettext_noop("follow-up"),
    "imagingexam": gettext_noop("exam"),
    "exammatch": gettext_noop("exam"),
    "capturedreport": gettext_noop("report"),
    "clarification": gettext_noop("report"),
    "examdocument": gettext_noop("document"),
    "lesionassessment": gettext_noop("decision"),
    "lesionevent": gettext_noop("lesion event"),
    "afpresult": gettext_noop("AFP result"),
    "riskprofile": gettext_noop("risk profile"),
    "contactattempt": gettext_noop("contact"),
    "ehrsystem": gettext_noop("EHR system"),
    "escalationanswer": gettext_noop("answer"),
    "outsidecare": gettext_noop("care elsewhere"),
    "outsidecarereview": gettext_noop("second look"),
    "letterbatch": gettext_noop("print run"),
    "letterevent": gettext_noop("letter"),
    "messagetemplateversion": gettext_noop("message text"),
    "messagetemplateuse": gettext_noop("message text"),
    "patientmerge": gettext_noop("merge"),
    "registryimport": gettext_noop("registry file"),
    "intakefeed": gettext_noop("feed"),
    "intakeitem": gettext_noop("part of a message"),
    "intakemessage": gettext_noop("message"),
    "strayaside": gettext_noop("messages of an unknown sender"),
    "siteclosure": gettext_noop("closure"),
    "membership": gettext_noop("role"),
    "webhookendpoint": gettext_noop("webhook"),
    "cdsfeedback": gettext_noop("feedback on cards"),
    "personaltoken": gettext_noop("token"),
}


def action_words(action: str) -> str:
    """'Escalation acknowledged', 'AFP recorded', in the reader's language (`audit_vocabulary`)."""
    return _(_in_english(action))


def _in_english(action: str) -> str:
    words = action.replace("_", " ").replace("follow up", "follow-up")
    words = f"{words[:1].upper()}{words[1:]}"
    for short in SHORT:
        words = words.replace(short.capitalize(), short)
    return words


def subject_words(subject_type: str) -> str:
    """'follow-up'; a table without a word of its own is named as it is."""
    return _(SUBJECTS.get(subject_type, subject_type))


def detail_words(detail: Mapping[str, Any], people: Mapping[str, str]) -> tuple[str, ...]:
    """'tier: 3', one line per thing said; people by their names."""
    return tuple(
        f"{_(name.replace('_', ' '))}: {people.get(str(value)) or _said(name, value)}"
        for name, value in detail.items()
        if value not in (None, "", [], {})
    )


def _said(name: str, value: object) -> object:
    """A page by its name in the reader's language; other values as they are kept."""
    return _(str(value)) if name == "page" and value in PAGES else value


def names_of(actors: Iterable[str]) -> dict[str, str]:
    """Names by the ids that the trail uses ('user:12'). One query."""
    keys = {
        int(text.removeprefix("user:"))
        for text in actors
        if text.startswith("user:") and text.removeprefix("user:").isdigit()
    }
    named = {f"user:{user.pk}": name_of_user(user) for user in User.objects.filter(pk__in=keys)}
    return named | {SYSTEM: _("the system")}
