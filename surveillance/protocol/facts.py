"""What the protocol is told: frozen facts about a patient, a lesion and its exams.

Unknown is a value (`Tri.UNKNOWN`, `None` for a size), never False. Dates are days of care at the
site (no times). Sizes are millimetres, longest axial diameter, as decimals that are never rounded.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

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
    Tri,
    VisualisationScore,
)

LIVER_FACTS = (
    "cirrhosis",
    "chronic_hbv",
    "chronic_hcv",
    "masld_advanced_fibrosis",
    "ald",
    "other_chronic_liver_disease",
    "hcc_risk_factors",
    "prior_hcc",
)
"""The eight facts of S10; any one `yes` makes the patient at risk."""

NORMAL_LIVER_FACTS = ("normal_liver_function", "normal_liver_parenchyma")
"""S1, S4, S15: must be explicitly `yes` for low risk."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a fact comes from, for the sentence that explains a decision."""

    source: str = ""
    recorded_on: date | None = None
    recorded_by: str = ""


@dataclass(frozen=True, slots=True)
class AfpResult:
    """Serum alpha-fetoprotein; `value` in ng/mL. `rising` and `elevated_for_age` as reported; None
    where the report does not say how the value compares with the child's age."""

    on: date
    value: Decimal | None = None
    rising: bool = False
    elevated_for_age: bool | None = None


@dataclass(frozen=True, slots=True)
class PatientFacts:
    """Clinical.md 3.1. `provenance` maps a field name to where its value comes from."""

    birth_date: date | None
    sex: Sex = Sex.UNKNOWN
    status: PatientStatus = PatientStatus.ACTIVE
    cirrhosis: Tri = Tri.UNKNOWN
    chronic_hbv: Tri = Tri.UNKNOWN
    chronic_hcv: Tri = Tri.UNKNOWN
    masld_advanced_fibrosis: Tri = Tri.UNKNOWN
    ald: Tri = Tri.UNKNOWN
    other_chronic_liver_disease: Tri = Tri.UNKNOWN
    hcc_risk_factors: Tri = Tri.UNKNOWN
    prior_hcc: Tri = Tri.UNKNOWN
    normal_liver_function: Tri = Tri.UNKNOWN
    normal_liver_parenchyma: Tri = Tri.UNKNOWN
    extrahepatic_malignancy: Tri = Tri.UNKNOWN
    pregnant: Tri = Tri.UNKNOWN
    contraindications: frozenset[Contraindication] = frozenset()
    afp: tuple[AfpResult, ...] = ()
    torch_evaluated: Tri = Tri.UNKNOWN
    cardiac_failure_signs: Tri = Tri.UNKNOWN
    cardiac_failure_signs_on: date | None = None
    provenance: Mapping[str, Provenance] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pathology:
    on: date
    result: PathologyResult


@dataclass(frozen=True, slots=True)
class MdtDecision:
    on: date
    outcome: MdtOutcome
    author: str = ""


@dataclass(frozen=True, slots=True)
class CharacterisationWaiver:
    """A signed decision that this lesion cannot be characterised for now (A-29, A-30).

    It holds up to and including `until` (a pregnancy: the expected end); None is without end.
    """

    on: date
    reason: str = ""
    author: str = ""
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Symptoms:
    """From `on`, whether symptoms are attributed to the lesion."""

    on: date
    value: Tri


@dataclass(frozen=True, slots=True)
class LesionFacts:
    """Clinical.md 3.3. `kind`, `isolation`, `pattern` and the cyst features are as first recorded;
    an exam may change them (see `ExamFacts`). `symptomatic` holds until the first of `symptoms`.
    """

    kind: LesionKind = LesionKind.UNKNOWN
    isolation: Isolation = Isolation.UNKNOWN
    pattern: CalcificationPattern = CalcificationPattern.UNKNOWN
    symptomatic: Tri = Tri.UNKNOWN
    thick_wall: Tri = Tri.UNKNOWN
    septations: Tri = Tri.UNKNOWN
    solid_component: Tri = Tri.UNKNOWN
    status: LesionStatus = LesionStatus.PRESENT
    status_on: date | None = None
    pathology: tuple[Pathology, ...] = ()
    mdt_decisions: tuple[MdtDecision, ...] = ()
    waivers: tuple[CharacterisationWaiver, ...] = ()
    symptoms: tuple[Symptoms, ...] = ()


@dataclass(frozen=True, slots=True)
class ExamFacts:
    """One exam as it concerns one lesion (clinical.md 3.4).

    `kind`, `isolation`, `pattern` and the cyst features are None when the exam says nothing of
    them. `whole_liver` matters for routine surveillance only; `final` is False while the report
    is preliminary, and such an exam fulfils nothing.
    """

    on: date
    modality: Modality
    adequate: bool = True
    vis: VisualisationScore | None = None
    lesion_seen: bool = True
    size_mm: Decimal | None = None
    aphe: Tri = Tri.UNKNOWN
    washout: Tri = Tri.UNKNOWN
    capsule: Tri = Tri.UNKNOWN
    hemangioma_pattern: Tri = Tri.UNKNOWN
    lirads: LiRads | None = None
    conclusion: Conclusion | None = None
    kind: LesionKind | None = None
    isolation: Isolation | None = None
    pattern: CalcificationPattern | None = None
    thick_wall: Tri | None = None
    septations: Tri | None = None
    solid_component: Tri | None = None
    whole_liver: bool = True
    final: bool = True
    ref: str = ""
    """An id for reasons and audit: the accession number, or the row of a file."""


@dataclass(frozen=True, slots=True)
class OverrideFacts:
    """A clinician's recorded departure from the rule (A20, clinical.md 8.9)."""

    on: date
    author: str
    reason: str
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class SurveillanceCase:
    """Everything one decision is made from. `as_of` is the site's local day.

    `open_lesions` counts the patient's lesions with an open follow-up, this one included (A10).
    """

    patient: PatientFacts
    lesion: LesionFacts
    exams: tuple[ExamFacts, ...]
    as_of: date
    open_lesions: int = 1
    override: OverrideFacts | None = None
    case_id: str = ""
