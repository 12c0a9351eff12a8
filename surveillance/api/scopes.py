"""What a token may be used for: one scope for reading, one for each verb, one for each site.

A scope never allows more than the roles of the account behind the token do: both are asked. A token
with scopes `site:…` counts at those sites only; one without counts wherever the account has a role.
"""

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from oauth2_provider.scopes import BaseScopes

from patients.models import Site

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

SITE_PREFIX = "site:"


class Scope(StrEnum):
    """What a token may be used for; the words are shown where a client is made."""

    READ = "read"
    EVALUATE = "decisions.evaluate"
    INTAKE = "intake"
    FHIR_READ = "system/*.rs"
    REGISTER_PATIENT = "register-patient"
    AMEND_PATIENT = "amend-patient"
    UPDATE_RISK = "update-risk"
    WITHDRAW_PATIENT = "withdraw-patient"
    LOG_CONTACT = "log-contact"
    RETRACT_CONTACT = "retract-contact"
    WRITE_NOTE = "write-note"
    RECORD_CONSENT = "record-consent"
    MERGE_PATIENTS = "merge-patients"
    REGISTER_LESION = "register-lesion"
    RECORD_EXAM = "record-exam"
    RETRACT_EXAM = "retract-exam"
    RECORD_LESION_EVENT = "record-lesion-event"
    RETRACT_LESION_EVENT = "retract-lesion-event"
    OVERRIDE_ASSESSMENT = "override-assessment"
    REOPEN_LESION = "reopen-lesion"
    BOOK_FOLLOW_UP = "book-follow-up"
    RECORD_ORDER = "record-order"
    CANCEL_ORDER = "cancel-order"
    RECORD_MISSED_APPOINTMENT = "record-missed-appointment"
    SNOOZE_FOLLOW_UP = "snooze-follow-up"
    CLOSE_FOLLOW_UP = "close-follow-up"
    REASSIGN = "reassign"
    DISOWN_FOLLOW_UP = "disown-follow-up"
    RECORD_OUTSIDE_CARE = "record-outside-care"
    ACKNOWLEDGE_ESCALATION = "acknowledge-escalation"
    ANSWER_ORDERED = "answer-ordered"
    ANSWER_PLAN_CHANGED = "answer-plan-changed"
    ANSWER_NOT_INDICATED = "answer-not-indicated"
    ANSWER_FOLLOWED_ELSEWHERE = "answer-followed-elsewhere"
    DISOWN = "disown"
    IMPORT_REGISTRY_ROWS = "import-registry-rows"


FHIR_KINDS = (
    "Patient",
    "Condition",
    "ImagingStudy",
    "DiagnosticReport",
    "Observation",
    "Task",
    "ServiceRequest",
    "CarePlan",
    "CommunicationRequest",
    "Communication",
    "DetectedIssue",
    "Provenance",
    "AuditEvent",
)
"""Types that may be read one by one (SMART v2: `system/Task.rs`)."""

WORDS: dict[Scope, str] = {
    Scope.READ: "Read records",
    Scope.FHIR_READ: "Read and search all FHIR resources",
    Scope.EVALUATE: "Ask the protocol about cases that are not on file",
    Scope.INTAKE: "Send patients, reports, orders and appointments (FHIR)",
    Scope.REGISTER_PATIENT: "Register a patient",
    Scope.AMEND_PATIENT: "Correct who a patient is and how they are reached",
    Scope.UPDATE_RISK: "Record risk facts and AFP results",
    Scope.WITHDRAW_PATIENT: "Record that a patient died, moved, declined, was lost or is back",
    Scope.LOG_CONTACT: "Log attempts to reach a patient",
    Scope.RETRACT_CONTACT: "Take back an attempt that was logged by mistake",
    Scope.WRITE_NOTE: "Write notes about a patient",
    Scope.RECORD_CONSENT: "Record how a patient may be reached",
    Scope.MERGE_PATIENTS: "Merge two records of one patient",
    Scope.REGISTER_LESION: "Register a lesion",
    Scope.RECORD_EXAM: "Record exams",
    Scope.RETRACT_EXAM: "Retract an exam",
    Scope.RECORD_LESION_EVENT: "Record what happened to a lesion",
    Scope.RETRACT_LESION_EVENT: "Retract what was recorded of a lesion",
    Scope.OVERRIDE_ASSESSMENT: "Sign a decision beside the rule",
    Scope.REOPEN_LESION: "Re-open a lesion",
    Scope.BOOK_FOLLOW_UP: "Note or cancel an appointment",
    Scope.RECORD_ORDER: "Note an order",
    Scope.CANCEL_ORDER: "Note that an order was cancelled",
    Scope.RECORD_MISSED_APPOINTMENT: "Record a missed appointment",
    Scope.SNOOZE_FOLLOW_UP: "Put a follow-up aside until a day",
    Scope.CLOSE_FOLLOW_UP: "Close a follow-up by hand",
    Scope.REASSIGN: "Change who answers for a follow-up",
    Scope.DISOWN_FOLLOW_UP: "Say that a follow-up is somebody else’s",
    Scope.RECORD_OUTSIDE_CARE: "Record care elsewhere",
    Scope.ACKNOWLEDGE_ESCALATION: "Acknowledge an escalation",
    Scope.ANSWER_ORDERED: "Answer an escalation: order placed",
    Scope.ANSWER_PLAN_CHANGED: "Answer an escalation: change the plan",
    Scope.ANSWER_NOT_INDICATED: "Answer an escalation: not indicated",
    Scope.ANSWER_FOLLOWED_ELSEWHERE: "Answer an escalation: followed elsewhere",
    Scope.DISOWN: "Say that an escalation is somebody else’s",
    Scope.IMPORT_REGISTRY_ROWS: "Take in rows of a registry",
}


class ClientScopes(BaseScopes):  # type: ignore[misc]  # the library has no types
    """The scopes that a client may ask for: all kinds of use, and the sites of its account."""

    def get_all_scopes(self) -> dict[str, str]:
        """Every kind of use with its words."""
        plain = {scope.value: words for scope, words in WORDS.items()}
        return plain | {f"system/{kind}.rs": f"Read and search {kind}" for kind in FHIR_KINDS}

    def get_available_scopes(self, application: Any = None, *_: Any, **__: Any) -> list[str]:
        """All kinds of use, and one scope for each site of the client's account."""
        user = getattr(application, "user", None)
        return [*self.get_all_scopes(), *site_scopes(user)]

    def get_default_scopes(self, *_: Any, **__: Any) -> list[str]:
        """Who asks for nothing may read."""
        return [Scope.READ.value]


def site_scopes(user: "AbstractBaseUser | None") -> list[str]:
    """`site:<slug>` for every site where the account has a role today."""
    if user is None:
        return []
    slugs = Site.objects.for_user(user).order_by("slug").values_list("slug", flat=True)
    return [f"{SITE_PREFIX}{slug}" for slug in slugs]
