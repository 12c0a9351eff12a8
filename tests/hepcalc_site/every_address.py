"""Who may open which address: the table that the walk over the URL resolver is held to.

A new address fails the walk until it has a line here. What a line expects is derived from
`surveillance/roles.py`; `of` names the object of the scene whose id the address takes.
"""

from dataclasses import dataclass

from patients.models import Role
from surveillance.api.verbs.addresses import VERBS
from surveillance.api.verbs.verb import Verb
from surveillance.roles import Permission, roles_with

EVERYBODY = frozenset(Role)
NOBODY_AT_ALL = frozenset[Role]()


@dataclass(frozen=True, slots=True)
class Door:
    """One address behind sign-in: the roles that may look, and those that may send something.

    `of` is empty where the address takes no object; then people of another site see their own.
    """

    may: frozenset[Role]
    of: str = ""
    may_send: frozenset[Role] | None = None
    only_post: bool = False
    words: tuple[str, ...] = ()
    """What the address takes instead of an object, such as the form of a file."""


@dataclass(frozen=True, slots=True)
class Open:
    """An address for people who are not signed in, too: what it answers to GET, whoever asks.

    Signed in or not, it shows nothing of a patient.
    """

    answers: tuple[int, ...] = (200, 302)
    of: str = ""


@dataclass(frozen=True, slots=True)
class Machine:
    """An address for other systems: a browser's session counts for nothing, a token is needed.

    Which scope and role each takes is tested with the REST interface (tests/surveillance/api).
    The address takes `of`, an object of the scene, or `words`.
    """

    of: str = ""
    words: tuple[str, ...] = ()


def needs(permission: Permission, of: str = "", *, send: Permission | None = None) -> Door:
    """A page that one permission opens; sending may take another."""
    may_send = None if send is None else roles_with(send)
    return Door(roles_with(permission), of, may_send)


def sends(permission: Permission, of: str) -> Door:
    """An address that only takes what is sent."""
    return Door(roles_with(permission), of, only_post=True)


ABOUT_ONE_PATIENT = frozenset(
    {"patient", "record", "decision", "attempt", "follow_up", "booked", "ordered", "referral",
     "lesion", "exam", "event", "escalation", "outside_care", "letter",
     "report", "likely", "closure", "document", "message"}
)  # fmt: skip
"""Objects (`of`) that belong to one patient: opening their addresses is a look at the patient."""
ABOUT_NOBODY_ALONE = frozenset(
    {"", "batch", "absence", "filter", "site", "token", "import", "text", "version", "person",
     "role", "key", "passkey", "provider", "feed", "webhook", "system", "own_token",
     "stray", "stray_aside"}
)  # fmt: skip
"""Objects of several patients, or of none."""
OF_NO_SITE = frozenset({"stray", "stray_aside"})
"""Objects (`of`) of the installation: whoever has the role at any site finds them."""

API_RESOURCES = {
    "sites": "site", "memberships": "number", "patients": "patient", "risk_profiles": "number",
    "lesions": "lesion", "imaging_exams": "exam", "lesion_observations": "patient",
    "lesion_events": "event", "lesion_assessments": "number", "follow_ups": "follow_up",
    "contact_attempts": "attempt", "escalations": "escalation", "notifications": "patient",
    "audit_events": "number", "sweep_runs": "number",
}  # fmt: skip
"""What the REST interface shows, and what its single records are called by in the scene; where only
the form of a key counts, another key of that form. Their looks: tests/surveillance/api."""
SIGNED_IN = Door(EVERYBODY)
LISTED = roles_with(Permission.VIEW_MEASURES) & roles_with(Permission.VIEW_PATIENT)

OF_VERBS = {
    "patients": "patient", "lesions": "lesion", "imaging-exams": "exam", "lesion-events": "event",
    "contact-attempts": "attempt", "follow-ups": "follow_up", "escalations": "escalation",
}  # fmt: skip
"""The object of the scene by the first word of a verb's address."""


def object_of(verb: Verb) -> str:
    """The object of the scene that a verb's address takes; empty where it takes none."""
    return OF_VERBS[verb.target.path] if verb.target else ""


TABLE: dict[str, Door | Open | Machine] = {
    "home": Open((302,)),
    "queue": needs(Permission.VIEW_QUEUE),
    "patient": needs(Permission.VIEW_PATIENT, "patient"),
    "contact_log": needs(Permission.LOG_CONTACT, "patient"),
    "contact_details": needs(Permission.AMEND_PATIENT, "patient"),
    "patient_consent": needs(Permission.LOG_CONTACT, "patient"),
    "patient_status": needs(Permission.WITHDRAW, "patient"),
    "patient_address": needs(Permission.AMEND_PATIENT, "patient"),
    "patient_letter": needs(Permission.LOG_CONTACT, "patient"),
    "appointment_file": needs(Permission.VIEW_PATIENT, "booked"),
    "follow_up_book": needs(Permission.BOOK, "follow_up"),
    "follow_up_order": needs(Permission.BOOK, "follow_up"),
    "follow_up_order_cancel": needs(Permission.BOOK, "ordered"),
    "follow_up_missed": needs(Permission.BOOK, "booked"),
    "follow_up_elsewhere": needs(Permission.LOG_CONTACT, "follow_up"),
    "follow_up_snooze": needs(Permission.SNOOZE, "follow_up"),
    "follow_up_answer": needs(Permission.RECORD_EXAM, "referral"),
    "follow_up_close": needs(Permission.CLOSE, "follow_up"),
    "follow_up_owner": needs(Permission.REASSIGN, "follow_up"),
    "follow_up_not_mine": needs(Permission.ACKNOWLEDGE, "follow_up"),
    "lesion_override": needs(Permission.OVERRIDE, "lesion"),
    "lesion_reopen": needs(Permission.OVERRIDE, "lesion"),
    "exam_retract": needs(Permission.RETRACT, "exam"),
    "captured_reports": needs(Permission.RECORD_EXAM),
    "captured_report": needs(Permission.RECORD_EXAM, "report"),
    "captured_report_exclude": needs(Permission.RECORD_EXAM, "report"),
    "captured_report_clarify": needs(Permission.RECORD_EXAM, "report"),
    "exam_matches": needs(Permission.RECORD_EXAM),
    "exam_match": needs(Permission.VIEW_PATIENT, "likely", send=Permission.RECORD_EXAM),
    "exam_match_reject": needs(Permission.RECORD_EXAM, "likely"),
    "exam_match_undo": needs(Permission.RECORD_EXAM, "closure"),
    "exam_match_audit": needs(Permission.RECORD_EXAM, "closure"),
    "exam_document": needs(Permission.VIEW_PATIENT, "document"),
    "outside_exam": needs(Permission.RECORD_EXAM, "patient"),
    "event_retract": needs(Permission.RETRACT, "event"),
    "escalation": needs(Permission.VIEW_PATIENT, "escalation", send=Permission.ACKNOWLEDGE),
    "escalation_ordered": needs(Permission.ACKNOWLEDGE, "escalation"),
    "escalation_plan": needs(Permission.OVERRIDE, "escalation"),
    "escalation_not_indicated": needs(Permission.ACKNOWLEDGE, "escalation"),
    "escalation_elsewhere": needs(Permission.ACKNOWLEDGE, "escalation"),
    "escalation_not_mine": needs(Permission.ACKNOWLEDGE, "escalation"),
    "outside_care": needs(Permission.VIEW_PATIENT, "outside_care", send=Permission.SECOND_LOOK),
    "letters": needs(Permission.PRINT_LETTERS),
    "letter_batch": needs(Permission.PRINT_LETTERS, "batch"),
    "letter_check": needs(Permission.PRINT_LETTERS, "batch"),
    "letter_compare": needs(Permission.PRINT_LETTERS, "batch"),
    "letter_discard": needs(Permission.PRINT_LETTERS, "batch"),
    "letter_pdf": needs(Permission.PRINT_LETTERS, "batch"),
    "letter_manifest": needs(Permission.PRINT_LETTERS, "batch"),
    "letter_certified": sends(Permission.PRINT_LETTERS, "letter"),
    "letter_returned": sends(Permission.PRINT_LETTERS, "letter"),
    "absences": needs(Permission.VIEW_QUEUE),
    "absence": needs(Permission.VIEW_QUEUE, "absence"),
    "absence_end": sends(Permission.PLAN_ABSENCE, "absence"),
    "inbox": SIGNED_IN,
    "inbox_messages": SIGNED_IN,
    "my_day": needs(Permission.VIEW_QUEUE),
    "queue_bulk": SIGNED_IN,
    "queue_changed": needs(Permission.VIEW_QUEUE),
    "call_sheet": needs(Permission.VIEW_PATIENT, "patient"),
    "contact_undo": needs(Permission.RETRACT, "attempt"),
    "patient_note": needs(Permission.LOG_CONTACT, "patient"),
    "follow_up_panel": needs(Permission.VIEW_PATIENT, "follow_up"),
    "queue_filters": needs(Permission.VIEW_QUEUE),
    "queue_filter_change": sends(Permission.VIEW_QUEUE, "filter"),
    "patient_export": needs(Permission.VIEW_AUDIT, "record"),
    "lesion_history": needs(Permission.VIEW_PATIENT, "lesion"),
    "lesion_summary": needs(Permission.VIEW_PATIENT, "lesion"),
    "lesion_export": needs(Permission.VIEW_PATIENT, "lesion"),
    "decision": needs(Permission.VIEW_PATIENT, "decision"),
    "audit": needs(Permission.VIEW_AUDIT),
    "access_review": needs(Permission.VIEW_AUDIT),
    "audit_patient": Door(roles_with(Permission.VIEW_AUDIT), only_post=True),
    "audit_chain": needs(Permission.VIEW_AUDIT),
    "outbox": needs(Permission.VIEW_FAILSAFE),
    "contact_page": Open((200,), "site"),
    "unsubscribe": Open((200,), "token"),
    "sms_hook": Open((405,)),
    "sms_status_hook": Open((405,)),
    "mail_hook": Open((404, 405)),
    "intake_inbox": needs(Permission.MEND_INTAKE),
    "intake_aside": Door(roles_with(Permission.MEND_INTAKE), only_post=True),
    "intake_item": needs(Permission.MEND_INTAKE, "message"),
    "intake_feed": needs(Permission.MEND_INTAKE, "feed", send=Permission.ADMINISTER),
    "unknown_senders": needs(Permission.ADMINISTER),
    "unknown_sender_aside": needs(Permission.ADMINISTER, "stray"),
    "stray_aside_undo": sends(Permission.ADMINISTER, "stray_aside"),
    "intake_feed_new": needs(Permission.ADMINISTER),
    "sample_results": needs(Permission.RECORD_EXAM),
    "sample_result": needs(Permission.RECORD_EXAM, "follow_up"),
    "registry_import": needs(Permission.IMPORT_REGISTRY),
    "registry_template": SIGNED_IN,
    "registry_import_file": needs(Permission.IMPORT_REGISTRY, "import"),
    "registry_import_problems": needs(Permission.IMPORT_REGISTRY, "import"),
    "message_texts": needs(Permission.ADMINISTER),
    "message_text": needs(Permission.ADMINISTER, "text"),
    "message_text_check": Door(roles_with(Permission.ADMINISTER), "text", only_post=True),
    "message_text_withdraw": sends(Permission.ADMINISTER, "text"),
    "message_version": needs(Permission.ADMINISTER, "version"),
    "message_version_use": sends(Permission.ADMINISTER, "version"),
    "certificate": needs(Permission.VIEW_AUDIT),
    "failsafe": needs(Permission.VIEW_FAILSAFE),
    "measures": needs(Permission.VIEW_MEASURES),
    "measures_file": needs(Permission.VIEW_MEASURES),
    "dashboard": needs(Permission.VIEW_MEASURES),
    "dashboard_file": Door(roles_with(Permission.VIEW_MEASURES), words=("csv",)),
    "dashboard_list": Door(LISTED, words=("overdue",)),
    "dashboard_list_file": Door(LISTED, words=("overdue", "csv")),
    "components": Door(frozenset({Role.ADMINISTRATOR, Role.AUDITOR})),
    "mailbox": needs(Permission.ADMINISTER),
    "people": needs(Permission.ADMINISTER),
    "person_new": needs(Permission.ADMINISTER),
    "person": needs(Permission.ADMINISTER, "person"),
    "person_role": sends(Permission.ADMINISTER, "person"),
    "person_link": sends(Permission.ADMINISTER, "person"),
    "person_reset_factor": needs(Permission.ADMINISTER, "person"),
    "person_lift_lock": sends(Permission.ADMINISTER, "person"),
    "person_off": needs(Permission.ADMINISTER, "person"),
    "person_on": sends(Permission.ADMINISTER, "person"),
    "role_end": needs(Permission.ADMINISTER, "role"),
    "roles": SIGNED_IN,
    "tour": SIGNED_IN,
    "session_state": Open((200,)),
    "oauth_token": Open((405,)),
    "oauth_revoke": Open((405,)),
    "api_schema": Open((200,)),
    "api_docs": SIGNED_IN,
    "api_service": Machine(),
    "cds_services": Open((200,)),
    "cds_service": Machine(words=("hepcalc-patient-view",)),
    "cds_feedback": Machine(words=("hepcalc-patient-view",)),
    "fhir": Machine(),
    "fhir_metadata": Open((200,)),
    "fhir_type": Machine(words=("Task",)),
    "fhir_search": Machine(words=("Task",)),
    "fhir_read": Machine(words=("Task", "1")),
    "fhir_everything": Machine(words=("1",)),
    "api_evaluate": Machine(),
    "api_registry_rows": Machine(),
    "api_record_exams": Machine(),
    **{f"api_{verb.name}": Machine(object_of(verb)) for verb in VERBS},
    "webhooks": needs(Permission.ADMINISTER),
    "webhook": needs(Permission.ADMINISTER, "webhook"),
    "webhook_act": sends(Permission.ADMINISTER, "webhook"),
    "api_nowhere": Machine("nothing"),
    "fhir_nowhere": Machine(words=("Task/1/_history",)),
    "api_patients_search": Machine(),
    "api_lesion_timeline": Machine("lesion"),
    **{f"api_{name}": Machine() for name in API_RESOURCES},
    **{f"api_{name}_one": Machine(of) for name, of in API_RESOURCES.items()},
    "tokens": SIGNED_IN,
    "token_revoke": Door(frozenset({Role.NURSE_NAVIGATOR}), "own_token", only_post=True),
    "systems": needs(Permission.ADMINISTER),
    "system_renew": needs(Permission.ADMINISTER, "system"),
    "smart_launch": Open((400,)),
    "smart_callback": Open((400,)),
    "smart_link": SIGNED_IN,
    "smart_not_followed": Open((404,)),
    "set_language": Open((302,)),
    "account_login": Open(),
    "account_logout": Open(),
    "account_signup": Open(),
    "account_inactive": Open(),
    "account_reauthenticate": SIGNED_IN,
    "account_change_password": SIGNED_IN,
    "account_set_password": Open(),
    "account_reset_password_from_key": Open((200,), "key"),
    "account_reset_password_from_key_done": Open(),
    "mfa_index": SIGNED_IN,
    "mfa_authenticate": Open((302,)),
    "mfa_reauthenticate": SIGNED_IN,
    "mfa_activate_totp": SIGNED_IN,
    "mfa_deactivate_totp": Door(NOBODY_AT_ALL),
    "mfa_view_recovery_codes": Door(NOBODY_AT_ALL),
    "mfa_generate_recovery_codes": SIGNED_IN,
    "mfa_download_recovery_codes": Door(NOBODY_AT_ALL),
    "mfa_list_webauthn": SIGNED_IN,
    "mfa_add_webauthn": SIGNED_IN,
    "mfa_reauthenticate_webauthn": SIGNED_IN,
    "mfa_remove_webauthn": Open((302, 404), "passkey"),
    "mfa_edit_webauthn": Open((302, 404), "passkey"),
    "mfa_login_webauthn": Open((302,)),
    "openid_connect_login": Open((404,), "provider"),
    "openid_connect_callback": Open((404,), "provider"),
}
"""By the name of the address. Second factors belong to their owner: nobody here has one."""
