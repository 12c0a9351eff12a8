"""Lesions, exams, decisions and obligations for tests: say only what matters.

`finding` and `report` build what a door hands to `record_exam`; the factories write bare rows, for
tests that need a row rather than a story.
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import factory
from factory.django import DjangoModelFactory

from patients.models import Patient
from surveillance.exam_reports import ExamReport, Finding
from surveillance.models import (
    CdsFeedback,
    ContactAttempt,
    ContactChannel,
    ContactOutcome,
    Declination,
    EhrSystem,
    Escalation,
    EscalationAnswer,
    EscalationAnswerKind,
    FollowUp,
    ImagingExam,
    InformedOf,
    Lesion,
    LesionAssessment,
    LesionEvent,
    LesionEventKind,
    LesionObservation,
    NotIndicated,
    OutsideCare,
    OutsideCareReview,
    WhoDeclined,
)
from surveillance.protocol.priority import sort_key
from surveillance.protocol.recommendation import Window
from surveillance.protocol.terms import (
    EscalationClass,
    LesionKind,
    Modality,
    ObligationKind,
    RecommendationKind,
    Risk,
    Tri,
)
from surveillance.workflows.append_declination import Declined
from surveillance.workflows.log_contact import log_contact
from surveillance.workflows.update_risk import RiskFacts
from tests.factories import HEALTHY_LIVER, NOW, TODAY, PatientFactory, SiteFactory, UserFactory

DECLINED_IN_PERSON = Declined(by=WhoDeclined.PATIENT, informed_of=[InformedOf.RISK_OF_DELAY])
EARLIER = datetime(2026, 1, 1, 9, 0, tzinfo=UTC)


class LesionFactory(DjangoModelFactory):
    """A nodule without symptoms. Traits: isolated, cystic."""

    class Meta:
        model = Lesion

    class Params:
        isolated = factory.Trait(kind=LesionKind.ISOLATED_CALCIFICATION)
        cystic = factory.Trait(kind=LesionKind.CYSTIC)

    patient = factory.SubFactory(PatientFactory)
    label = factory.Sequence(lambda n: f"L{n}")
    origin_mrn = factory.SelfAttribute("patient.mrn")
    kind = LesionKind.NODULE_OR_MASS
    symptomatic = Tri.NO
    recorded_at = EARLIER


class ImagingExamFactory(DjangoModelFactory):
    """A final, adequate MRI of the patient's own site."""

    class Meta:
        model = ImagingExam

    patient = factory.SubFactory(PatientFactory)
    site = factory.SelfAttribute("patient.site")
    accession = factory.Sequence(lambda n: f"ACC{n:06}")
    performed_on = date(2026, 8, 20)
    modality = Modality.MRI_EXTRACELLULAR
    content_digest = "0" * 64
    recorded_at = NOW


class LesionObservationFactory(DjangoModelFactory):
    """An 8 mm finding, seen."""

    class Meta:
        model = LesionObservation

    lesion = factory.SubFactory(LesionFactory)
    exam = factory.SubFactory(ImagingExamFactory, patient=factory.SelfAttribute("..lesion.patient"))
    size_mm = Decimal("8")


class LesionEventFactory(DjangoModelFactory):
    """An MDT decision to continue surveillance."""

    class Meta:
        model = LesionEvent

    lesion = factory.SubFactory(LesionFactory)
    kind = LesionEventKind.MDT_DECISION
    value = "CONTINUE_SURVEILLANCE"
    occurred_on = date(2026, 8, 25)
    author = "Dr Example"
    recorded_at = NOW


class LesionAssessmentFactory(DjangoModelFactory):
    """An at-risk decision to go on with surveillance imaging (R69)."""

    class Meta:
        model = LesionAssessment

    lesion = factory.SubFactory(LesionFactory)
    as_of = TODAY
    assessed_at = NOW
    cause = "exam_recorded"
    protocol_version = "seed-2025-12-01/1"
    rule = "R69"
    recommendation = RecommendationKind.SURVEILLANCE_IMAGING
    risk = Risk.AT_RISK
    escalation_class = EscalationClass.AT_RISK
    stop = False
    earliest_on = date(2026, 11, 20)
    target_on = date(2026, 12, 20)
    latest_on = date(2027, 2, 20)
    preferred_modality = Modality.MRI_EXTRACELLULAR
    answer = factory.LazyFunction(lambda: {"addons": [], "reasons": [], "rule": "R69"})
    inputs = factory.LazyFunction(lambda: {"history": []})
    inputs_digest = "0" * 64


class FollowUpFactory(DjangoModelFactory):
    """An open, unbooked at-risk imaging follow-up nobody owns. Traits: urgent, low."""

    class Meta:
        model = FollowUp

    class Params:
        urgent = factory.Trait(escalation_class=EscalationClass.URGENT)
        low = factory.Trait(
            escalation_class=EscalationClass.LOW,
            recommendation=RecommendationKind.SINGLE_CHECK_6M,
        )

    lesion = factory.SubFactory(LesionFactory)
    patient = factory.SelfAttribute("lesion.patient")
    site = factory.SelfAttribute("patient.site")
    assessment = factory.SubFactory(
        LesionAssessmentFactory, lesion=factory.SelfAttribute("..lesion")
    )
    kind = ObligationKind.IMAGING
    recommendation = RecommendationKind.SURVEILLANCE_IMAGING
    advised_modality = Modality.MRI_EXTRACELLULAR
    escalation_class = EscalationClass.AT_RISK
    reason = "Indeterminate lesion in an at-risk patient"
    earliest_on = date(2026, 11, 20)
    target_on = date(2026, 12, 20)
    latest_on = date(2027, 2, 20)
    owed_since = TODAY
    opened_at = NOW
    next_look_on = TODAY

    @factory.lazy_attribute
    def sort_key(self) -> int:
        window = Window(self.earliest_on, self.target_on, self.latest_on)
        return sort_key(EscalationClass(self.escalation_class), window)


class EscalationFactory(DjangoModelFactory):
    """Tier 2, raised two weeks before the last day."""

    class Meta:
        model = Escalation

    follow_up = factory.SubFactory(FollowUpFactory)
    tier = 2
    step = "L-14"
    raised_at = NOW


class DeclinationFactory(DjangoModelFactory):
    """The patient declined, informed, and is offered it again in half a year."""

    class Meta:
        model = Declination

    patient = factory.SubFactory(PatientFactory)
    declined_by = WhoDeclined.PATIENT
    declined_on = TODAY
    informed_of = factory.LazyFunction(lambda: [InformedOf.RISK_OF_DELAY.value])
    note = "Does not want another scan."
    reoffer_on = date(2027, 2, 28)
    recorded_at = NOW


class OutsideCareFactory(DjangoModelFactory):
    """A letter says that a liver centre follows the patient; nobody has looked a second time."""

    class Meta:
        model = OutsideCare

    follow_up = factory.SubFactory(FollowUpFactory)
    patient = factory.SelfAttribute("follow_up.patient")
    institution = "Liver centre, Cork"
    evidence = "Letter of Dr Byrne."
    expires_on = date(2026, 9, 30)
    recorded_at = NOW
    recorded_by = factory.SubFactory(UserFactory)


class OutsideCareReviewFactory(DjangoModelFactory):
    """A second person finds the evidence sufficient."""

    class Meta:
        model = OutsideCareReview

    outside_care = factory.SubFactory(OutsideCareFactory)
    is_sufficient = True
    reviewed_at = NOW
    reviewed_by = factory.SubFactory(UserFactory)


class EscalationAnswerFactory(DjangoModelFactory):
    """Somebody finds it not indicated for now: nothing ends."""

    class Meta:
        model = EscalationAnswer

    escalation = factory.SubFactory(EscalationFactory)
    kind = EscalationAnswerKind.NOT_INDICATED
    not_indicated = NotIndicated.NOT_NOW
    reason = "In hospital."
    promised_on = date(2026, 9, 7)
    answered_at = NOW
    answered_by = factory.SubFactory(UserFactory)


class EhrSystemFactory(DjangoModelFactory):
    """An EHR that one site trusts."""

    class Meta:
        model = EhrSystem

    site = factory.SubFactory(SiteFactory)
    name = factory.Sequence(lambda n: f"EHR {n}")


class CdsFeedbackFactory(DjangoModelFactory):
    """What a clinician did with a card."""

    class Meta:
        model = CdsFeedback

    patient = factory.SubFactory(PatientFactory)
    ehr = factory.SubFactory(EhrSystemFactory, site=factory.SelfAttribute("..patient.site"))
    service = "hepcalc-patient-view"
    card = factory.LazyFunction(uuid4)
    outcome = "overridden"
    said_at = recorded_at = NOW


def orphan_follow_ups() -> None:
    """As if written before the database kept owners from getting lost."""
    FollowUp.objects.update(owner=None, closed_at=NOW, outcome="NO_LONGER_OWED")
    FollowUp.objects.update(closed_at=None, outcome="")


def orphan_escalations() -> None:
    """Of those that wait for an answer; as `orphan_follow_ups`."""
    waiting = list(Escalation.objects.unresolved().values_list("pk", flat=True))
    rows = Escalation.objects.filter(pk__in=waiting)
    rows.update(owner=None, resolved_at=NOW, resolution="SKIPPED")
    rows.update(resolved_at=None, resolution="")


def finding(lesion: Lesion, size: str | None = "8", **said: Any) -> Finding:
    """What an exam showed of `lesion`: seen and measured, `size` in millimetres."""
    return Finding(lesion=lesion, size_mm=None if size is None else Decimal(size), **said)


def report(*findings: Finding, on: date, accession: str = "", **said: Any) -> ExamReport:
    """A final report of a contrast MRI; its accession number follows from the day."""
    return ExamReport(
        accession=accession or f"ACC-{on.isoformat()}",
        performed_on=on,
        modality=said.pop("modality", Modality.MRI_EXTRACELLULAR),
        findings=findings,
        **said,
    )


def risk_facts(**facts: Any) -> RiskFacts:
    """A healthy liver but for `facts`."""
    told: dict[str, Any] = HEALTHY_LIVER | facts
    return RiskFacts(**told)


def tried_everything(patient: Patient, before: datetime) -> list[ContactAttempt]:
    """Enough to call contact lost: three calls at two times of day, and a letter."""
    attempts = [
        (ContactChannel.PHONE, ContactOutcome.NO_ANSWER, timedelta(days=4, hours=16)),
        (ContactChannel.PHONE, ContactOutcome.VOICEMAIL, timedelta(days=4)),
        (ContactChannel.PHONE, ContactOutcome.NO_ANSWER, timedelta(days=3)),
        (ContactChannel.LETTER, ContactOutcome.LETTER_SENT, timedelta(days=2)),
    ]
    return [
        log_contact(
            patient=patient,
            follow_ups=[],
            channel=channel,
            outcome=outcome,
            attempted_at=before - ago,
            by=None,
            now=before,
        )
        for channel, outcome, ago in attempts
    ]
