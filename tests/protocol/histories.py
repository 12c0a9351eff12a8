"""Random patient histories for properties: a case is built from choices, one at a time.

`cases()` is a hypothesis strategy; `case_from(choose)` builds the same cases from any function that
picks one of a list, so that a plain random generator can run many more of them.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from hypothesis import strategies as st

from surveillance.protocol.dates import add_months
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
    Conclusion,
    Contraindication,
    Isolation,
    LesionKind,
    LiRads,
    MdtOutcome,
    Modality,
    PathologyResult,
    Sex,
    Tri,
    VisualisationScore,
)

T = TypeVar("T")
Choose = Callable[[Sequence[Any]], Any]

FIRST_EXAM = date(2026, 1, 10)
YES, NO, UNKNOWN = Tri.YES, Tri.NO, Tri.UNKNOWN

NORMAL_LIVER: dict[str, Any] = {
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
}
RISKS: list[dict[str, Any]] = [
    {},
    {},
    {"cirrhosis": YES, "normal_liver_parenchyma": NO},
    {"chronic_hbv": YES},
    {"prior_hcc": YES, "cirrhosis": YES},
    {"cirrhosis": UNKNOWN},
    {"normal_liver_function": NO},
    {"normal_liver_parenchyma": UNKNOWN},
]
BIRTHS = [date(1961, 2, 20), date(1975, 6, 10), date(1988, 2, 29)]
CHILD_BIRTHS = [date(2025, 11, 8), date(2025, 3, 31), date(2019, 12, 1), date(2012, 2, 29)]
ALL_DYNAMIC = [Modality.MRI_EXTRACELLULAR, Modality.MRI_HEPATOBILIARY, Modality.CT_MULTIPHASE]
MODALITIES = [
    Modality.US,
    Modality.US,
    Modality.US,
    *ALL_DYNAMIC,
    Modality.MRI_EXTRACELLULAR,
    Modality.CEUS,
    Modality.CT_NONCONTRAST,
    Modality.CT_SINGLE_PHASE,
    Modality.MRI_NONCONTRAST,
    Modality.PET_CT,
]
GAPS = [0, 5, 20, 45, 89, 91, 120, 151, 181, 184, 200, 365]
STEPS = [Decimal(step) for step in ("0", "0", "0", "0.5", "-1", "1", "2", "2.5", "3", "6")]
SIZES = [Decimal(size) for size in ("3", "7", "8", "9.5", "9.9", "10.0", "12", "19", "22", "45")]
CATEGORIES = [None, None, LiRads.LR_2, LiRads.LR_3, LiRads.LR_3, LiRads.LR_4, LiRads.LR_5]
RARE_CATEGORIES = [LiRads.LR_M, LiRads.LR_NC, LiRads.LR_1, LiRads.LR_TIV]
CONCLUSIONS = [None, None, None, *Conclusion, Conclusion.INDETERMINATE, Conclusion.PROBABLY_BENIGN]
KINDS = [*LesionKind, LesionKind.NODULE_OR_MASS, LesionKind.NODULE_OR_MASS]
OFTEN, SOMETIMES, RARELY = [True, True, False], [True, False, False], [True] + [False] * 7


def case_from(choose: Choose, *, child: bool | None = None) -> SurveillanceCase:
    """One case; `child` None leaves the age group open."""
    exams = _exams(choose)
    span = [exam.on for exam in exams]
    as_of = max(span) + timedelta(days=choose([0, 0, 3, 30, 200]))
    young = choose([True, False, False, False]) if child is None else child
    return SurveillanceCase(
        patient=_patient(choose, young, exams, as_of),
        lesion=_lesion(choose, exams, as_of),
        exams=tuple(exams),
        as_of=as_of,
        case_id="random",
    )


@st.composite
def cases(draw: st.DrawFn, *, child: bool | None = None) -> SurveillanceCase:
    """A strategy of cases."""
    return case_from(lambda options: draw(st.sampled_from(options)), child=child)


@st.composite
def adults(draw: st.DrawFn) -> SurveillanceCase:
    """A strategy of adult cases."""
    return draw(cases(child=False))


@st.composite
def inadequate_exams(draw: st.DrawFn, on: date) -> ExamFacts:
    """A limited exam on that day, of any modality and size."""
    return inadequate_exam(lambda options: draw(st.sampled_from(options)), on)


def inadequate_exam(choose: Choose, on: date) -> ExamFacts:
    """A limited exam on that day: inadequate, VIS-C or unsigned."""
    modality = choose(MODALITIES)
    size = choose([None, *SIZES])
    how = choose(["inadequate", "limited", "unsigned"])
    if how == "limited":
        return ExamFacts(on=on, modality=Modality.US, vis=VisualisationScore.C, size_mm=size)
    return ExamFacts(
        on=on,
        modality=modality,
        adequate=how != "inadequate",
        final=how != "unsigned",
        size_mm=size,
        ref="limited",
    )


def random_exam(choose: Choose, on: date, size: Decimal | None) -> ExamFacts:
    """One exam of any modality with any findings."""
    modality = choose(MODALITIES)
    adequate = choose([True] * 6 + [False])
    vis = choose([None, *VisualisationScore]) if modality is Modality.US else None
    findings = _findings(choose) if modality not in _PLAIN else _plain_findings(choose)
    form = _form_changes(choose) if choose(RARELY) else {}
    return ExamFacts(
        on=on,
        modality=modality,
        adequate=adequate,
        vis=vis,
        lesion_seen=choose([True] * 8 + [False]),
        size_mm=size if choose([True] * 8 + [False]) else None,
        **findings,
        **form,
    )


_PLAIN = {Modality.US, Modality.CT_NONCONTRAST, Modality.MRI_NONCONTRAST}


def with_facts(case: SurveillanceCase, **patient: Any) -> SurveillanceCase:
    """The same case with other facts of the patient."""
    return replace(case, patient=replace(case.patient, **patient))


def _exams(choose: Choose) -> list[ExamFacts]:
    day, size, exams = FIRST_EXAM, choose(SIZES), []
    for _ in range(choose([1, 2, 2, 3, 3, 4, 5, 7])):
        exams.append(random_exam(choose, day, size))
        day += timedelta(days=choose(GAPS))
        size = max(Decimal(1), size + choose(STEPS))
    return exams


def _findings(choose: Choose) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if choose(SOMETIMES):
        found["aphe"] = choose(list(Tri))
        found["washout"] = choose([NO, NO, UNKNOWN, YES])
        found["capsule"] = choose([NO, NO, YES])
    if choose(OFTEN):
        found["lirads"] = choose(CATEGORIES if choose(OFTEN) else RARE_CATEGORIES)
    else:
        found["conclusion"] = choose(CONCLUSIONS)
        found["hemangioma_pattern"] = choose([UNKNOWN, UNKNOWN, YES, NO])
    return found


def _plain_findings(choose: Choose) -> dict[str, Any]:
    return {"conclusion": choose([None] * 12 + list(Conclusion))}


def _form_changes(choose: Choose) -> dict[str, Any]:
    return {
        "kind": choose([None, None, *LesionKind]),
        "isolation": choose([None, *Isolation]),
        "pattern": choose([None, CalcificationPattern.PUNCTATE, CalcificationPattern.SEPTAL]),
        "septations": choose([None, *Tri]),
    }


def _patient(choose: Choose, young: bool, exams: list[ExamFacts], as_of: date) -> PatientFacts:
    facts = {**NORMAL_LIVER, **choose(RISKS)}
    facts["extrahepatic_malignancy"] = choose([NO, NO, NO, NO, YES, UNKNOWN])
    first = min(exam.on for exam in exams)
    afp: tuple[AfpResult, ...] = ()
    if choose(RARELY):
        value, rising = choose([Decimal(5), Decimal(19), Decimal(20), Decimal(90)]), choose(RARELY)
        high = choose(RARELY)
        afp = (AfpResult(_between(choose, first, as_of), value, rising, high),)
    avoid = [frozenset[Contraindication]()] * 5
    avoid += [frozenset({each}) for each in Contraindication]
    avoid += [frozenset({Contraindication.MRI_DEVICE, Contraindication.IODINATED_ALLERGY})]
    return PatientFacts(
        birth_date=choose(CHILD_BIRTHS if young else BIRTHS),
        sex=choose(list(Sex)),
        pregnant=choose([NO] * 9 + [YES]),
        contraindications=choose(avoid),
        afp=afp,
        torch_evaluated=choose([YES, YES, NO, UNKNOWN]),
        cardiac_failure_signs=choose([NO] * 9 + [YES]),
        **facts,
    )


def _lesion(choose: Choose, exams: list[ExamFacts], as_of: date) -> LesionFacts:
    first = min(exam.on for exam in exams)
    pathology, mdt, waivers = [], [], []
    if choose(RARELY):
        result = choose(list(PathologyResult))
        pathology.append(Pathology(_between(choose, first, as_of), result))
    for _ in range(choose([0, 0, 0, 1, 1, 2])):
        outcome = choose([MdtOutcome.CONTINUE_SURVEILLANCE] * 3 + list(MdtOutcome))
        mdt.append(MdtDecision(_between(choose, first, as_of), outcome))
    if choose(RARELY):
        signed = _between(choose, first, as_of)
        until = choose([None, None, add_months(signed, 4)])
        waivers.append(CharacterisationWaiver(signed, "pregnancy", "clinician", until))
    features = choose([{}, {}, {}, {"thick_wall": YES}, {"septations": UNKNOWN}])
    return LesionFacts(
        kind=choose(KINDS),
        isolation=choose([Isolation.CONFIRMED, *Isolation]),
        pattern=choose([CalcificationPattern.PUNCTATE] * 3 + list(CalcificationPattern)),
        symptomatic=choose([NO, NO, NO, YES, UNKNOWN]),
        pathology=tuple(pathology),
        mdt_decisions=tuple(mdt),
        waivers=tuple(waivers),
        **{"thick_wall": NO, "septations": NO, "solid_component": NO, **features},
    )


def _between(choose: Choose, first: date, last: date) -> date:
    days = (last - first).days
    return first + timedelta(days=choose([0, days // 4, days // 2, (3 * days) // 4, days]))
