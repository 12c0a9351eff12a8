"""A patient's story told through the workflows, day by day, as a nurse could read it aloud."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from patients.models import Patient, PatientStatus
from surveillance.exam_reports import ExamReport, Finding, RecordedExam
from surveillance.models import FollowUp, Lesion, LesionAssessment, LesionEvent, LesionEventKind
from surveillance.protocol.terms import LesionKind, Modality, ObligationKind, Tri
from surveillance.workflows.record_exam import record_exam
from surveillance.workflows.record_lesion_event import record_lesion_event
from surveillance.workflows.register_lesion import register_lesion
from surveillance.workflows.update_risk import update_risk
from surveillance.workflows.withdraw_patient import withdraw_patient
from tests.factories import MembershipFactory, PatientFactory
from tests.surveillance.factories import DECLINED_IN_PERSON, risk_facts, tried_everything


def at(day: date) -> datetime:
    """Nine in the morning at a site on UTC."""
    return datetime(day.year, day.month, day.day, 9, tzinfo=UTC)


class Story:
    """One patient of a site with a navigator and a clinician; everything done by the navigator."""

    def __init__(self, **patient: Any) -> None:
        self.patient: Patient = PatientFactory(**patient)
        self.site = self.patient.site
        self.navigator = MembershipFactory(site=self.site).user
        self.clinician = MembershipFactory(site=self.site, clinician=True).user

    def risk(self, on: date, **facts: Any) -> None:
        """A healthy liver but for `facts`, known from that day."""
        update_risk(
            patient=self.patient,
            facts=risk_facts(**facts),
            effective_on=on,
            source="clinic letter",
            by=self.navigator,
            now=at(on),
        )

    def lesion(self, on: date, label: str = "L1", **said: Any) -> Lesion:
        """A nodule without symptoms, unless said otherwise."""
        said = {"kind": LesionKind.NODULE_OR_MASS, "symptomatic": Tri.NO} | said
        return register_lesion(
            patient=self.patient, label=label, by=self.navigator, now=at(on), **said
        )

    def exam(
        self,
        on: date,
        lesion: Lesion,
        size: str | None = "8",
        *,
        modality: Modality = Modality.MRI_EXTRACELLULAR,
        known_on: date | None = None,
        exam: dict[str, Any] | None = None,
        **said: Any,
    ) -> RecordedExam:
        """A final report on one lesion, on file the same day unless `known_on` is given."""
        found = Finding(lesion=lesion, size_mm=Decimal(size) if size else None, **said)
        report = ExamReport(
            accession=f"{self.patient.mrn}-{on.isoformat()}-{lesion.label}",
            performed_on=on,
            modality=modality,
            findings=(found,),
            **exam or {},
        )
        return record_exam(
            patient=self.patient, report=report, by=self.navigator, now=at(known_on or on)
        )

    def event(self, on: date, lesion: Lesion, kind: LesionEventKind, value: str) -> LesionEvent:
        """Pathology, an MDT decision, a waiver, a treatment, symptoms."""
        return record_lesion_event(
            lesion=lesion,
            kind=kind,
            value=value,
            occurred_on=on,
            author="Dr Example",
            by=self.clinician,
            now=at(on),
        )

    def status(self, on: date, status: PatientStatus, **said: Any) -> None:
        """A change of status, signed by the clinician, with what the status asks for."""
        if status == PatientStatus.LOST_TO_FOLLOW_UP:
            tried_everything(self.patient, at(on))
        withdraw_patient(
            patient=self.patient,
            status=status,
            status_on=on,
            reason=said.pop("reason", "letter of that day"),
            declined=DECLINED_IN_PERSON if status == PatientStatus.DECLINED else None,
            by=self.clinician,
            now=at(on),
        )

    def owed(self, lesion: Lesion) -> dict[ObligationKind, FollowUp]:
        """What is open for the lesion, by kind."""
        rows = FollowUp.objects.open().filter(lesion=lesion)
        return {ObligationKind(row.kind): row for row in rows}

    def imaging(self, lesion: Lesion) -> FollowUp:
        """The open imaging follow-up of the lesion."""
        return self.owed(lesion)[ObligationKind.IMAGING]

    def rule(self, lesion: Lesion) -> str:
        """The rule of the protocol's newest decision."""
        computed = LesionAssessment.objects.filter(lesion=lesion, overrides=None)
        return computed.newest_first()[0].rule

    def ended(self, lesion: Lesion) -> list[tuple[str, str]]:
        """Kinds and outcomes of what was closed, in that order."""
        rows = FollowUp.objects.filter(lesion=lesion).exclude(closed_at=None)
        return list(rows.order_by("closed_at", "opened_at", "kind").values_list("kind", "outcome"))
