"""A clinic with somebody in every seat, and follow-ups as the protocol would open them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.contrib.auth.models import User

from patients.audit import record_event
from patients.models import Patient, Role, Site
from surveillance.models import FollowUp, Lesion, LesionAssessment
from surveillance.protocol.priority import sort_key
from surveillance.protocol.recommendation import Window
from surveillance.protocol.terms import EscalationClass, ObligationKind
from tests.factories import MembershipFactory, PatientFactory, SiteFactory

SANITY = Window(date(2026, 11, 30), date(2026, 12, 31), date(2027, 2, 28))
"""The window of clinical.md 8.11: anchor 31 Aug 2026, surveillance, first year."""


@dataclass(frozen=True, slots=True)
class Clinic:
    """A site and the person in each seat of the ladder."""

    site: Site
    navigator: User
    lead: User
    clinician: User
    director: User


def a_clinic(**site: Any) -> Clinic:
    place = SiteFactory(**site)
    roles = [Role.NURSE_NAVIGATOR, Role.LEAD_NAVIGATOR, Role.CLINICIAN, Role.MEDICAL_DIRECTOR]
    return Clinic(place, *(MembershipFactory(site=place, role=role).user for role in roles))


def at(day: date) -> datetime:
    """Nine in the morning, UTC."""
    return datetime(day.year, day.month, day.day, 9, tzinfo=UTC)


def a_patient(clinic: Clinic, **fields: Any) -> Patient:
    patient: Patient = PatientFactory(
        **{"site": clinic.site, "navigator": clinic.navigator} | fields
    )
    return patient


def a_lesion(patient: Patient, label: str = "L1") -> Lesion:
    return Lesion.objects.create(
        patient=patient, label=label, origin_mrn=patient.mrn, recorded_at=at(date(2026, 8, 31))
    )


def an_assessment(lesion: Lesion, **fields: Any) -> LesionAssessment:
    values = {
        "as_of": date(2026, 8, 31),
        "assessed_at": at(date(2026, 8, 31)),
        "cause": "test",
        "protocol_version": "test",
        "rule": "R69",
        "recommendation": "SURVEILLANCE_IMAGING",
        "risk": "AT_RISK",
        "escalation_class": "AT_RISK",
        "stop": False,
        "answer": {},
        "inputs": {},
        "inputs_digest": "",
    }
    return LesionAssessment.objects.create(lesion=lesion, **values | fields)


def a_follow_up(
    clinic: Clinic,
    *,
    window: Window = SANITY,
    ladder: EscalationClass = EscalationClass.AT_RISK,
    owed_since: date = date(2026, 8, 31),
    patient: Patient | None = None,
    label: str = "L1",
    **fields: Any,
) -> FollowUp:
    """An open follow-up of a new lesion; looked at from `owed_since` on."""
    patient = patient or a_patient(clinic)
    lesion = a_lesion(patient, label)
    values = {
        "lesion": lesion,
        "patient": patient,
        "site": patient.site,
        "assessment": an_assessment(lesion, escalation_class=ladder),
        "kind": ObligationKind.IMAGING,
        "recommendation": "SURVEILLANCE_IMAGING",
        "escalation_class": ladder,
        "earliest_on": window.earliest,
        "target_on": window.target,
        "latest_on": window.latest,
        "owed_since": owed_since,
        "opened_at": at(owed_since),
        "owner": clinic.navigator,
        "sort_key": sort_key(ladder, window),
        "next_look_on": owed_since,
    }
    return FollowUp.objects.create(**values | fields)


def somebody_acts_for(patient: Patient, by: User, now: datetime) -> None:
    """As every workflow notes it: a person did something for a patient."""
    record_event(
        "contact_logged", site=patient.site, subject=patient, patient=patient, by=by, now=now
    )
