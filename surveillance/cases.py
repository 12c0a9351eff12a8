"""Rows become facts: the only place where records are turned into what the protocol is told.

`build_cases` reads any number of lesions in a constant number of queries. Only what had happened
by `as_of` and was not retracted is told; the patient's administrative status is the present one.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, TypeVar

from patients.models import RiskProfile
from surveillance.case_records import Records, read_records
from surveillance.models import (
    ImagingExam,
    Lesion,
    LesionAssessment,
    LesionEvent,
    LesionEventKind,
    LesionObservation,
    ReportStatus,
)
from surveillance.protocol.facts import (
    LIVER_FACTS,
    NORMAL_LIVER_FACTS,
    AfpResult,
    CharacterisationWaiver,
    ExamFacts,
    LesionFacts,
    MdtDecision,
    OverrideFacts,
    Pathology,
    PatientFacts,
    Provenance,
    SurveillanceCase,
    Symptoms,
)
from surveillance.protocol.parameters import LOW_EGFR_BELOW
from surveillance.protocol.terms import (
    CalcificationPattern,
    Conclusion,
    Contraindication,
    Isolation,
    LesionKind,
    LesionStatus,
    LiRads,
    MdtOutcome,
    Modality,
    PathologyResult,
    PatientStatus,
    Sex,
    Term,
    Tri,
    VisualisationScore,
)

if TYPE_CHECKING:
    from django.contrib.auth.models import User

T = TypeVar("T", bound=Term)

PROFILE_FACTS = (
    *LIVER_FACTS,
    *NORMAL_LIVER_FACTS,
    "extrahepatic_malignancy",
    "pregnant",
    "torch_evaluated",
    "cardiac_failure_signs",
)


def build_case(lesion: Lesion, *, as_of: date) -> SurveillanceCase:
    """Everything that is known of `lesion` on the site's day `as_of`."""
    return build_cases([lesion], as_of=as_of)[0]


def build_cases(lesions: Iterable[Lesion], *, as_of: date) -> list[SurveillanceCase]:
    """The cases of `lesions`, in their order; eight queries at most, whatever their number."""
    return [case_of(records, as_of) for records in read_records(lesions, as_of)]


def case_of(records: Records, as_of: date) -> SurveillanceCase:
    """The facts that these rows tell on `as_of`."""
    return SurveillanceCase(
        patient=_patient_facts(records, as_of),
        lesion=_lesion_facts(records),
        exams=tuple(_exam_facts(row, row.exam) for row in records.observations),
        as_of=as_of,
        open_lesions=len(records.open_lesions | {records.lesion.pk}),
        override=_override_facts(records.override),
        case_id=str(records.lesion.pk),
    )


def _patient_facts(records: Records, as_of: date) -> PatientFacts:
    patient, profile = records.patient, records.profile_on(as_of)
    shared = {
        "birth_date": patient.birth_date,
        "sex": Sex(patient.sex),
        "status": PatientStatus(patient.status),
        "afp": tuple(
            AfpResult(
                row.taken_on, _plain(row.value_ng_ml), row.rising, row.elevated_for_age or None
            )
            for row in records.afp
        ),
    }
    if profile is None:
        return PatientFacts(**shared)  # type: ignore[arg-type]
    facts: dict[str, object] = {name: Tri(getattr(profile, name)) for name in PROFILE_FACTS}
    if profile.expected_delivery_on and profile.expected_delivery_on < as_of:
        facts["pregnant"] = Tri.UNKNOWN  # nobody has said since whether she has delivered
    recorded_on = patient.site.local_date(profile.recorded_at)
    source = Provenance(profile.source, recorded_on, name_of(profile.recorded_by))
    return PatientFacts(
        **shared,  # type: ignore[arg-type]
        **facts,  # type: ignore[arg-type]
        contraindications=_contraindications(profile),
        cardiac_failure_signs_on=profile.cardiac_failure_signs_on,
        provenance={name: source for name, value in facts.items() if value != Tri.UNKNOWN},
    )


def _contraindications(profile: RiskProfile) -> frozenset[Contraindication]:
    """Those recorded, and a low eGFR whether or not somebody ticked it."""
    told = frozenset(map(Contraindication, profile.contraindications))
    is_low = profile.egfr is not None and profile.egfr < LOW_EGFR_BELOW.value
    return told | {Contraindication.EGFR_LT_30} if is_low else told


def _lesion_facts(records: Records) -> LesionFacts:
    told = defaultdict(list)
    for event in records.events:
        told[event.kind].append(event)
    symptoms = told[LesionEventKind.SYMPTOMS]
    removals = told[LesionEventKind.REMOVED_OR_TREATED]
    return LesionFacts(
        kind=LesionKind(records.lesion.kind),
        symptomatic=Tri(records.lesion.symptomatic),
        symptoms=tuple(Symptoms(event.occurred_on, Tri(event.value)) for event in symptoms),
        status=LesionStatus.REMOVED_OR_TREATED if removals else LesionStatus.PRESENT,
        status_on=removals[-1].occurred_on if removals else None,
        pathology=tuple(
            Pathology(event.occurred_on, PathologyResult(event.value))
            for event in told[LesionEventKind.PATHOLOGY]
        ),
        mdt_decisions=tuple(
            MdtDecision(event.occurred_on, MdtOutcome(event.value), event.author)
            for event in told[LesionEventKind.MDT_DECISION]
        ),
        waivers=tuple(
            _waiver(event, records.profile_on(event.occurred_on))
            for event in told[LesionEventKind.CHARACTERISATION_WAIVER]
        ),
    )


def _waiver(event: LesionEvent, profile: RiskProfile | None) -> CharacterisationWaiver:
    """A waiver signed during a pregnancy holds until its expected end (A-29)."""
    until = profile.expected_delivery_on if profile else None
    if until is not None and until < event.occurred_on:
        until = None  # that pregnancy was over when the waiver was signed
    return CharacterisationWaiver(event.occurred_on, event.evidence, event.author, until)


def _exam_facts(row: LesionObservation, exam: ImagingExam) -> ExamFacts:
    return ExamFacts(
        on=exam.performed_on,
        modality=Modality(exam.modality),
        adequate=exam.adequate and row.adequate,
        vis=_stated(VisualisationScore, exam.vis),
        lesion_seen=row.lesion_seen,
        size_mm=_plain(row.size_mm),
        aphe=Tri(row.aphe or Tri.UNKNOWN),
        washout=Tri(row.washout or Tri.UNKNOWN),
        capsule=Tri(row.capsule or Tri.UNKNOWN),
        hemangioma_pattern=Tri(row.hemangioma_pattern or Tri.UNKNOWN),
        lirads=_stated(LiRads, row.lirads),
        conclusion=_stated(Conclusion, row.conclusion),
        kind=_stated(LesionKind, row.kind),
        isolation=_stated(Isolation, row.isolation),
        pattern=_stated(CalcificationPattern, row.pattern),
        thick_wall=_stated(Tri, row.thick_wall),
        septations=_stated(Tri, row.septations),
        solid_component=_stated(Tri, row.solid_component),
        whole_liver=exam.whole_liver,
        final=exam.report_status == ReportStatus.FINAL,
        ref=exam.accession,
    )


def _stated(words: type[T], value: str) -> T | None:
    """The term, or None where the report says nothing."""
    return words(value) if value else None


def _plain(value: Decimal | None) -> Decimal | None:
    """9.90 as 9.9 and 10.00 as 10, whatever the database returns."""
    return None if value is None else Decimal(format(value.normalize(), "f"))


def _override_facts(row: LesionAssessment | None) -> OverrideFacts | None:
    if row is None:
        return None
    author = name_of(row.assessed_by)
    return OverrideFacts(row.as_of, author, row.override_reason, row.override_expires_on)


def name_of(user: "User | None") -> str:
    """How a person is named in a reason; the machine itself has no name."""
    return "" if user is None else user.get_full_name() or user.get_username()
