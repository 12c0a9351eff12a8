"""Records of lesions, exams, decisions and obligations. Import models from here."""

from surveillance.models.assessment import LesionAssessment, OverrideKind
from surveillance.models.contact_attempt import ContactAttempt, ContactChannel, ContactOutcome
from surveillance.models.escalation import Escalation, EscalationResolution
from surveillance.models.follow_up import FollowUp, FollowUpOutcome, FollowUpQuerySet
from surveillance.models.imaging import ImagingExam, LesionObservation, ReportStatus
from surveillance.models.lesion import EVENT_VALUES, Lesion, LesionEvent, LesionEventKind
from surveillance.models.letter import (
    Letter,
    LetterBatch,
    LetterBatchStatus,
    LetterEvent,
    LetterEventKind,
)
from surveillance.models.notification import (
    Notification,
    NotificationChannel,
    NotificationStatus,
    NotificationTemplate,
)
from surveillance.models.patient_merge import PatientMerge
from surveillance.models.registry_import import (
    RegistryImport,
    RegistryImportProblem,
    RegistryImportStatus,
)
from surveillance.models.sweep_run import SweepRun

__all__ = [
    "EVENT_VALUES",
    "ContactAttempt",
    "ContactChannel",
    "ContactOutcome",
    "Escalation",
    "EscalationResolution",
    "FollowUp",
    "FollowUpOutcome",
    "FollowUpQuerySet",
    "ImagingExam",
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
    "Notification",
    "NotificationChannel",
    "NotificationStatus",
    "NotificationTemplate",
    "OverrideKind",
    "PatientMerge",
    "RegistryImport",
    "RegistryImportProblem",
    "RegistryImportStatus",
    "ReportStatus",
    "SweepRun",
]
