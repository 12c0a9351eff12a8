"""A site with one patient who is owed something and escalated, and what each verb is sent there."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone

from patients.models import Patient, Role, Site
from surveillance.models import (
    ContactAttempt,
    ContactChannel,
    ContactOutcome,
    Escalation,
    FollowUp,
    ImagingExam,
    Lesion,
    LesionEvent,
    LesionEventKind,
)
from surveillance.workflows.log_contact import log_contact
from surveillance.workflows.record_exam import record_exam
from surveillance.workflows.record_lesion_event import record_lesion_event
from surveillance.workflows.register_lesion import register_lesion
from tests.factories import MembershipFactory, PatientFactory, SiteFactory, UserFactory
from tests.surveillance.factories import EscalationFactory, finding, report


@dataclass(frozen=True, slots=True)
class Scene:
    """What the verbs of the table are about."""

    site: Site
    patient: Patient
    twin: Patient
    lesion: Lesion
    exam: ImagingExam
    event: LesionEvent
    contact: ContactAttempt
    follow_up: FollowUp
    escalation: Escalation

    def named(self, path: str) -> Any:
        """The record that an address begins with this path names."""
        rows = {
            "patients": self.patient, "lesions": self.lesion, "imaging-exams": self.exam,
            "lesion-events": self.event, "contact-attempts": self.contact,
            "follow-ups": self.follow_up, "escalations": self.escalation,
        }  # fmt: skip
        return rows[path]

    def body(self, scope: str) -> dict[str, Any]:
        """What a verb is sent that changes something here, today."""
        today = self.site.local_date(timezone.now())
        soon, back = str(today + timedelta(days=5)), str(today - timedelta(days=1))
        order = {"order_number": "ORD-77", "ordered_on": str(today)}
        elsewhere = {"institution": "South", "evidence": "A letter", "expires_on": soon}
        bodies: dict[str, dict[str, Any]] = {
            "register-patient": {"site": self.site.slug, "mrn": "N-2", "family_name": "Example"},
            "amend-patient": {"phone": "+15550100"},
            "update-risk": {"effective_on": back, "source": "notes", "facts": {"ald": "YES"}},
            "withdraw-patient": {"status": "DECEASED", "status_on": back, "reason": "Family"},
            "log-contact": {"channel": "PHONE", "outcome": "NO_ANSWER"},
            "retract-contact": {"reason": "Wrong person"},
            "write-note": {"text": "Calls after five."},
            "record-consent": {"how": "told_by_patient", "consent_email": "NO"},
            "merge-patients": {
                "survivor": str(self.patient.pk), "duplicate": str(self.twin.pk), "reason": "One",
            },
            "register-lesion": {"label": "L9", "kind": "NODULE_OR_MASS", "segments": ["V"]},
            "record-exam": {
                "accession": "MR-9", "performed_on": back, "modality": "MRI_EXTRACELLULAR",
                "findings": [{"lesion": str(self.lesion.pk), "size_mm": 8.5}],
            },
            "retract-exam": {"reason": "Wrong patient"},
            "record-lesion-event": {
                "kind": "MDT_DECISION", "value": "CONTINUE_SURVEILLANCE", "occurred_on": back,
                "author": "Meeting", "evidence": "Minutes",
            },
            "retract-lesion-event": {"reason": "Wrong lesion"},
            "override-assessment": {"kind": "SOONER", "reason": "Growing", "latest_on": soon},
            "reopen-lesion": {"reason": "Closed by mistake"},
            "book-follow-up": {"booked_for": soon},
            "record-order": order,
            "cancel-order": {"reason": "Withdrawn"},
            "record-missed-appointment": {},
            "snooze-follow-up": {"until": soon, "reason": "On holiday"},
            "close-follow-up": {"outcome": "ENTERED_IN_ERROR", "note": "Wrong"},
            "reassign": {"owner": "other.owner"},
            "disown-follow-up": {},
            "record-outside-care": elsewhere,
            "acknowledge-escalation": {"next_action": "Calling", "until": soon},
            "answer-ordered": order | {"until": soon},
            "answer-plan-changed": {
                "kind": "SOONER", "reason": "Growing", "latest_on": soon, "until": soon,
            },
            "answer-not-indicated": {
                "why": "NOT_APPROPRIATE", "reason": "Palliative care", "is_signed": True,
            },
            "answer-followed-elsewhere": elsewhere | {"until": soon},
            "disown": {},
        }  # fmt: skip
        return bodies[scope]


def a_scene() -> Scene:
    """Everything happened in the last weeks, by the workflows."""
    site, now = SiteFactory(slug="north"), timezone.now()
    for role in (Role.LEAD_NAVIGATOR, Role.CLINICIAN, Role.NURSE_NAVIGATOR):
        MembershipFactory(user=UserFactory(), site=site, role=role)
    other = UserFactory(username="other.owner")
    MembershipFactory(user=other, site=site, role=Role.NURSE_NAVIGATOR)
    patient, twin = PatientFactory(site=site), PatientFactory(site=site)
    signed: dict[str, Any] = {"by": None, "now": now}
    lesion = register_lesion(patient=patient, label="L1", **signed)
    day = site.local_date(now) - timedelta(days=20)
    recorded = record_exam(patient=patient, report=report(finding(lesion), on=day), **signed)
    event = record_lesion_event(
        lesion=lesion,
        kind=LesionEventKind.MDT_DECISION,
        value="CONTINUE_SURVEILLANCE",
        occurred_on=day,
        author="Meeting",
        **signed,
    )
    contact = log_contact(
        patient=patient,
        follow_ups=[],
        channel=ContactChannel.PHONE,
        outcome=ContactOutcome.BUSY,
        **signed,
    )
    follow_up = FollowUp.objects.open().get(lesion=lesion, kind="IMAGING")
    escalation = EscalationFactory(follow_up=follow_up)
    return Scene(site, patient, twin, lesion, recorded.exam, event, contact, follow_up, escalation)
