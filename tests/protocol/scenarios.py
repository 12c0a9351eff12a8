"""Small cases that say only what matters: low risk, asymptomatic, a solid nodule, unless told."""

from datetime import date
from decimal import Decimal
from typing import Any

from surveillance.protocol.facts import (
    AfpResult,
    CharacterisationWaiver,
    ExamFacts,
    LesionFacts,
    MdtDecision,
    Pathology,
    PatientFacts,
    SurveillanceCase,
)
from surveillance.protocol.terms import (
    CalcificationPattern,
    Isolation,
    LesionKind,
    LiRads,
    MdtOutcome,
    Modality,
    PathologyResult,
    Tri,
    VisualisationScore,
)

NO, YES, UNKNOWN = Tri.NO, Tri.YES, Tri.UNKNOWN
DAY_0 = date(2026, 1, 10)

LOW_RISK: dict[str, Any] = {
    "birth_date": date(1975, 6, 10),
    "cirrhosis": NO,
    "chronic_hbv": NO,
    "chronic_hcv": NO,
    "masld_advanced_fibrosis": NO,
    "ald": NO,
    "other_chronic_liver_disease": NO,
    "hcc_risk_factors": NO,
    "prior_hcc": NO,
    "normal_liver_function": YES,
    "normal_liver_parenchyma": YES,
    "extrahepatic_malignancy": NO,
    "pregnant": NO,
    "cardiac_failure_signs": NO,
}
CIRRHOTIC: dict[str, Any] = {"cirrhosis": YES, "normal_liver_parenchyma": NO}
MALIGNANCY: dict[str, Any] = {"extrahepatic_malignancy": YES}
CHILD: dict[str, Any] = {"birth_date": date(2019, 12, 1), "torch_evaluated": YES}
SPOT: dict[str, Any] = {
    "kind": LesionKind.ISOLATED_CALCIFICATION,
    "isolation": Isolation.CONFIRMED,
    "pattern": CalcificationPattern.PUNCTATE,
}
COMPLEX_CYST: dict[str, Any] = {"kind": LesionKind.CYSTIC, "septations": YES}


def day(text: str) -> date:
    return date.fromisoformat(text)


def patient(**facts: Any) -> PatientFacts:
    """A low-risk adult."""
    return PatientFacts(**{**LOW_RISK, **facts})


def lesion(**facts: Any) -> LesionFacts:
    """An asymptomatic nodule without cyst features."""
    usual = {
        "kind": LesionKind.NODULE_OR_MASS,
        "symptomatic": NO,
        "thick_wall": NO,
        "septations": NO,
        "solid_component": NO,
    }
    return LesionFacts(**{**usual, **facts})


def case(
    *exams: ExamFacts,
    as_of: str | date | None = None,
    who: dict[str, Any] | None = None,
    what: dict[str, Any] | None = None,
    **other: Any,
) -> SurveillanceCase:
    """A case as of the day of its last exam, unless told."""
    on = day(as_of) if isinstance(as_of, str) else as_of
    return SurveillanceCase(
        patient=patient(**(who or {})),
        lesion=lesion(**(what or {})),
        exams=exams,
        as_of=on or max((exam.on for exam in exams), default=DAY_0),
        **other,
    )


def exam(on: str | date, modality: Modality, size: str | None = None, **facts: Any) -> ExamFacts:
    performed = day(on) if isinstance(on, str) else on
    size_mm = Decimal(size) if size is not None else None
    return ExamFacts(on=performed, modality=modality, size_mm=size_mm, **facts)


def us(on: str | date, size: str | None = None, **facts: Any) -> ExamFacts:
    return exam(on, Modality.US, size, **facts)


def limited_us(on: str | date, size: str | None = None) -> ExamFacts:
    """VIS-C, lesion not seen."""
    return us(on, size, vis=VisualisationScore.C, lesion_seen=size is not None)


def mri(on: str | date, size: str | None = None, **facts: Any) -> ExamFacts:
    return exam(on, Modality.MRI_EXTRACELLULAR, size, **facts)


def ct(on: str | date, size: str | None = None, **facts: Any) -> ExamFacts:
    return exam(on, Modality.CT_MULTIPHASE, size, **facts)


def lr3(on: str | date, size: str = "14", **facts: Any) -> ExamFacts:
    """MRI, LR-3, no arterial enhancement."""
    return mri(on, size, aphe=NO, washout=NO, lirads=LiRads.LR_3, **facts)


def watch(on: str | date) -> MdtDecision:
    performed = day(on) if isinstance(on, str) else on
    return MdtDecision(performed, MdtOutcome.CONTINUE_SURVEILLANCE)


def met(on: str | date, outcome: MdtOutcome) -> MdtDecision:
    return MdtDecision(day(on) if isinstance(on, str) else on, outcome)


def biopsy(on: str | date, result: PathologyResult) -> Pathology:
    return Pathology(day(on) if isinstance(on, str) else on, result)


def afp(on: str | date, value: str | None = "45", **facts: Any) -> AfpResult:
    amount = Decimal(value) if value is not None else None
    return AfpResult(day(on) if isinstance(on, str) else on, amount, **facts)


def waiver(on: str | date, until: str | None = None) -> CharacterisationWaiver:
    last = day(until) if until else None
    signed = day(on) if isinstance(on, str) else on
    return CharacterisationWaiver(signed, "cannot be imaged", "Dr Example", last)
