"""Records of lesions, exams, decisions and obligations. Import models from here."""

from surveillance.models.assessment import LesionAssessment, OverrideKind
from surveillance.models.captured_report import (
    CaptureAnswer,
    CapturedReport,
    CaptureState,
    Exclusion,
)
from surveillance.models.clarification import Clarification
from surveillance.models.contact_attempt import ContactAttempt, ContactChannel
from surveillance.models.declination import Declination, InformedOf, WhoDeclined
from surveillance.models.disowning import Disowning
from surveillance.models.ehr_system import CdsFeedback, CdsOutcome, EhrSystem
from surveillance.models.escalation import Escalation, EscalationResolution
from surveillance.models.escalation_answer import (
    EscalationAnswer,
    EscalationAnswerKind,
    NotIndicated,
)
from surveillance.models.exam_document import LARGEST_DOCUMENT, DocumentType, ExamDocument
from surveillance.models.exam_match import ExamMatch, ExamMatchAnswer, MatchAnswer
from surveillance.models.failsafe_run import (
    FailsafeAlert,
    FailsafeAlertKind,
    FailsafeAlertPath,
    FailsafeRun,
    KeptFinding,
)
from surveillance.models.follow_up import FollowUp, FollowUpOutcome, FollowUpQuerySet
from surveillance.models.former_identifier import FormerIdentifier
from surveillance.models.imaging import ImagingExam, LesionObservation, ReportStatus
from surveillance.models.intake import (
    IntakeFeed,
    IntakeItem,
    IntakeMessage,
    ItemStatus,
    MessageFormat,
)
from surveillance.models.kept_answer import KeptAnswer
from surveillance.models.lesion import EVENT_VALUES, Lesion, LesionEvent, LesionEventKind
from surveillance.models.letter import (
    Letter,
    LetterBatch,
    LetterBatchStatus,
    LetterEvent,
    LetterEventKind,
)
from surveillance.models.message_template import (
    MessageTemplateUse,
    MessageTemplateVersion,
    TextKind,
)
from surveillance.models.notification import (
    TEMPLATES_OF_PROMPTS,
    TEMPLATES_TO_PATIENTS,
    Notification,
    NotificationChannel,
    NotificationStatus,
    NotificationTemplate,
    Report,
    SendingDoubt,
)
from surveillance.models.outside_care import OutsideCare, OutsideCareReview, OutsideCareState
from surveillance.models.patient_merge import BIRTH_DATE_LEARNED, PatientMerge
from surveillance.models.patient_note import PatientNote
from surveillance.models.personal_token import TOKEN_PREFIX, PersonalToken
from surveillance.models.registry_import import (
    RegistryImport,
    RegistryImportProblem,
    RegistryImportStatus,
)
from surveillance.models.saved_filter import LONGEST_NAME, SavedFilter
from surveillance.models.stray_message import StrayAside, StrayMessage
from surveillance.models.sweep_run import SweepRun
from surveillance.models.unsettled import unsettled
from surveillance.models.webhook import (
    WebhookDelivery,
    WebhookEndpoint,
    WebhookEvent,
    WebhookState,
)
from surveillance.protocol.terms import ContactOutcome, DayPart

__all__ = [
    "BIRTH_DATE_LEARNED",
    "EVENT_VALUES",
    "LARGEST_DOCUMENT",
    "LONGEST_NAME",
    "TEMPLATES_OF_PROMPTS",
    "TEMPLATES_TO_PATIENTS",
    "TOKEN_PREFIX",
    "CaptureAnswer",
    "CaptureState",
    "CapturedReport",
    "CdsFeedback",
    "CdsOutcome",
    "Clarification",
    "ContactAttempt",
    "ContactChannel",
    "ContactOutcome",
    "DayPart",
    "Declination",
    "Disowning",
    "DocumentType",
    "EhrSystem",
    "Escalation",
    "EscalationAnswer",
    "EscalationAnswerKind",
    "EscalationResolution",
    "ExamDocument",
    "ExamMatch",
    "ExamMatchAnswer",
    "Exclusion",
    "FailsafeAlert",
    "FailsafeAlertKind",
    "FailsafeAlertPath",
    "FailsafeRun",
    "FollowUp",
    "FollowUpOutcome",
    "FollowUpQuerySet",
    "FormerIdentifier",
    "ImagingExam",
    "InformedOf",
    "IntakeFeed",
    "IntakeItem",
    "IntakeMessage",
    "ItemStatus",
    "KeptAnswer",
    "KeptFinding",
    "Lesion",
    "LesionAssessment",
    "LesionEvent",
    "LesionEventKind",
    "LesionObservation",
    "Letter",
    "LetterBatch",
    "LetterBatchStatus",
    "LetterEvent",
    "LetterEventKind",
    "MatchAnswer",
    "MessageFormat",
    "MessageTemplateUse",
    "MessageTemplateVersion",
    "NotIndicated",
    "Notification",
    "NotificationChannel",
    "NotificationStatus",
    "NotificationTemplate",
    "OutsideCare",
    "OutsideCareReview",
    "OutsideCareState",
    "OverrideKind",
    "PatientMerge",
    "PatientNote",
    "PersonalToken",
    "RegistryImport",
    "RegistryImportProblem",
    "RegistryImportStatus",
    "Report",
    "ReportStatus",
    "SavedFilter",
    "SendingDoubt",
    "StrayAside",
    "StrayMessage",
    "SweepRun",
    "TextKind",
    "WebhookDelivery",
    "WebhookEndpoint",
    "WebhookEvent",
    "WebhookState",
    "WhoDeclined",
    "unsettled",
]
