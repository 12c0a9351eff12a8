"""People in a queue, with exams and a decision, as the workflows would have written them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User

from patients.models import Patient, Role, Site
from surveillance.exam_reports import ExamReport, Finding
from surveillance.models import (
    Escalation,
    FollowUp,
    ImagingExam,
    Lesion,
    LesionAssessment,
    LesionObservation,
)
from surveillance.protocol.priority import sort_key
from surveillance.protocol.recommendation import Window
from surveillance.protocol.terms import (
    Conclusion,
    EscalationClass,
    LesionKind,
    Modality,
    ObligationKind,
    Segment,
)
from surveillance.workflows.record_exam import record_exam
from surveillance.workflows.register_lesion import register_lesion
from tests.factories import NOW, TODAY, MembershipFactory, PatientFactory, SiteFactory

ANSWER = {
    "rule_title": "Indeterminate lesion below 10 mm in a patient at risk",
    "reasons": ["Cirrhosis: yes, recorded 1 Jan 2020.", "Largest size 8.0 mm, below 10 mm."],
    "alternatives": ["CT_MULTIPHASE"],
    "blocked": [],
    "missing": ["pregnant"],
    "addons": ["A10: three lesions are open."],
    "facts_used": [["cirrhosis", "yes"], ["size", "8.0 mm"]],
    "citations": [{"key": "S9", "quote": "follow-up imaging at 3-6 months is recommended"}],
}


@dataclass(frozen=True, slots=True)
class Clinic:
    """A site and one person per role."""

    site: Site
    navigator: User
    lead: User
    clinician: User
    administrator: User
    auditor: User


def a_clinic(**site: Any) -> Clinic:
    place = SiteFactory(**site)
    roles = (
        Role.NURSE_NAVIGATOR,
        Role.LEAD_NAVIGATOR,
        Role.CLINICIAN,
        Role.ADMINISTRATOR,
        Role.AUDITOR,
    )
    return Clinic(place, *(MembershipFactory(site=place, role=role).user for role in roles))


def window_ending(days_from_today: int) -> Window:
    """A window of 90 days whose last day is so many days from today; the target 30 before."""
    latest = TODAY + timedelta(days=days_from_today)
    return Window(latest - timedelta(days=90), latest - timedelta(days=30), latest)


def a_patient(clinic: Clinic, **fields: Any) -> Patient:
    patient: Patient = PatientFactory(
        **{"site": clinic.site, "navigator": clinic.navigator, "cirrhotic": True} | fields
    )
    return patient


def a_lesion(patient: Patient, label: str = "L1", **fields: Any) -> Lesion:
    values = {"kind": "NODULE_OR_MASS", "segments": ["VII"], "recorded_at": NOW}
    return Lesion.objects.create(
        **{"patient": patient, "label": label, "origin_mrn": patient.mrn} | values | fields
    )


def an_exam(
    lesion: Lesion, on: date, size_mm: float | None, modality: str = "US", **fields: Any
) -> ImagingExam:
    patient = lesion.patient
    exam = ImagingExam.objects.create(
        patient=patient,
        site=patient.site,
        accession=f"{lesion.label}-{on}-{modality}-{patient.mrn}",
        performed_on=on,
        modality=modality,
        content_digest="0" * 64,
        recorded_at=datetime(on.year, on.month, on.day, 12, tzinfo=UTC),
    )
    LesionObservation.objects.create(exam=exam, lesion=lesion, size_mm=size_mm, **fields)
    return exam


def an_assessment(lesion: Lesion, window: Window, **fields: Any) -> LesionAssessment:
    values = {
        "as_of": date(2026, 3, 3),
        "assessed_at": datetime(2026, 3, 3, 9, tzinfo=UTC),
        "cause": "exam_recorded",
        "protocol_version": "2026.1",
        "rule": "R24",
        "recommendation": "SURVEILLANCE_IMAGING",
        "risk": "AT_RISK",
        "escalation_class": "AT_RISK",
        "stop": False,
        "earliest_on": window.earliest,
        "target_on": window.target,
        "latest_on": window.latest,
        "preferred_modality": "MRI_HEPATOBILIARY",
        "answer": ANSWER,
        "inputs": {},
        "inputs_digest": "0",
    }
    return LesionAssessment.objects.create(lesion=lesion, **values | fields)


def owed(
    clinic: Clinic,
    days_from_today: int,
    *,
    patient: Patient | None = None,
    lesion: Lesion | None = None,
    **fields: Any,
) -> FollowUp:
    """Imaging owed to a lesion, the last day so many days from today (negative: overdue)."""
    lesion = lesion or a_lesion(patient or a_patient(clinic))
    window = window_ending(days_from_today)
    ladder = fields.pop("escalation_class", EscalationClass.AT_RISK)
    values = {
        "patient": lesion.patient,
        "site": lesion.patient.site,
        "assessment": an_assessment(lesion, window, escalation_class=ladder),
        "kind": ObligationKind.IMAGING,
        "recommendation": "SURVEILLANCE_IMAGING",
        "advised_modality": "MRI_HEPATOBILIARY",
        "escalation_class": ladder,
        "reason": "Below 10 mm and indeterminate in cirrhosis.",
        "earliest_on": window.earliest,
        "target_on": window.target,
        "latest_on": window.latest,
        "owed_since": window.earliest,
        "opened_at": datetime(2026, 3, 3, 9, tzinfo=UTC),
        "owner": clinic.navigator,
        "sort_key": sort_key(ladder, window),
    }
    return FollowUp.objects.create(lesion=lesion, **values | fields)


def escalated(follow_up: FollowUp, owner: User, tier: int = 3) -> Escalation:
    return Escalation.objects.create(
        follow_up=follow_up, tier=tier, step="L+7", owner=owner, raised_at=NOW
    )


def surveyed(clinic: Clinic, performed_on: date = date(2026, 2, 16), **patient: Any) -> FollowUp:
    """What the protocol itself owes an 8 mm indeterminate lesion in cirrhosis, on a real exam."""
    return surveyed_too(a_patient(clinic, **patient), "L1", performed_on)


def surveyed_too(patient: Patient, label: str, performed_on: date = date(2026, 2, 16)) -> FollowUp:
    """The same for a lesion of this patient."""
    lesion = register_lesion(
        patient=patient,
        label=label,
        kind=LesionKind.NODULE_OR_MASS,
        segments=(Segment.VII,),
        by=None,
        now=NOW,
    )
    report = ExamReport(
        accession=f"A-{lesion.pk}",
        performed_on=performed_on,
        modality=Modality.MRI_HEPATOBILIARY,
        findings=(
            Finding(lesion=lesion, size_mm=Decimal("8.0"), conclusion=Conclusion.INDETERMINATE),
        ),
    )
    record_exam(patient=lesion.patient, report=report, by=None, now=NOW)
    return FollowUp.objects.open().get(lesion=lesion)
