"""Records of people. Import models from here."""

from patients.models.absence import Absence, AbsenceQuerySet
from patients.models.append_only import (
    AppendOnlyModel,
    AppendOnlyQuerySet,
    AppendOnlyViolation,
    RetractableQuerySet,
)
from patients.models.audit_event import AuditEvent, AuditSeal
from patients.models.patient import FAILED_THERE, Patient, PatientQuerySet
from patients.models.postal_address import PostalAddress
from patients.models.risk_profile import AfpResult, RiskProfile
from patients.models.site import Membership, Site, SiteClosure
from patients.models.terms import (
    Contraindication,
    PatientStatus,
    ReminderChannel,
    Role,
    Sex,
    Tri,
)
from patients.models.tracked import HistoryWouldMissIt, TrackedQuerySet

__all__ = [
    "FAILED_THERE",
    "Absence",
    "AbsenceQuerySet",
    "AfpResult",
    "AppendOnlyModel",
    "AppendOnlyQuerySet",
    "AppendOnlyViolation",
    "AuditEvent",
    "AuditSeal",
    "Contraindication",
    "HistoryWouldMissIt",
    "Membership",
    "Patient",
    "PatientQuerySet",
    "PatientStatus",
    "PostalAddress",
    "ReminderChannel",
    "RetractableQuerySet",
    "RiskProfile",
    "Role",
    "Sex",
    "Site",
    "SiteClosure",
    "TrackedQuerySet",
    "Tri",
]
