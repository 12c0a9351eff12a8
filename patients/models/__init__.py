"""Records of people. Import models from here."""

from patients.models.append_only import AppendOnlyQuerySet, AppendOnlyViolation
from patients.models.audit_event import AuditEvent, AuditSeal
from patients.models.patient import Patient, PatientQuerySet
from patients.models.risk_profile import AfpResult, RiskProfile
from patients.models.site import Membership, Site
from patients.models.terms import Contraindication, PatientStatus, Role, Sex, Tri

__all__ = [
    "AfpResult",
    "AppendOnlyQuerySet",
    "AppendOnlyViolation",
    "AuditEvent",
    "AuditSeal",
    "Contraindication",
    "Membership",
    "Patient",
    "PatientQuerySet",
    "PatientStatus",
    "RiskProfile",
    "Role",
    "Sex",
    "Site",
    "Tri",
]
