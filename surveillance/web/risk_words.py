"""The facts about risk in words: what makes a patient at risk, and what nobody knows yet."""

from dataclasses import dataclass

from patients.models import RiskProfile, Tri
from surveillance.protocol.facts import LIVER_FACTS, NORMAL_LIVER_FACTS
from surveillance.protocol.terms import Contraindication, Risk
from surveillance.web.wording import Tag, count_words, joined, label_of

FACT_WORDS = {
    "cirrhosis": "cirrhosis",
    "chronic_hbv": "chronic hepatitis B",
    "chronic_hcv": "chronic hepatitis C",
    "masld_advanced_fibrosis": "MASLD with advanced fibrosis",
    "ald": "alcohol-related liver disease",
    "other_chronic_liver_disease": "other chronic liver disease",
    "hcc_risk_factors": "other risk factors for HCC",
    "prior_hcc": "previous HCC",
    "normal_liver_function": "normal liver function",
    "normal_liver_parenchyma": "normal liver parenchyma",
    "extrahepatic_malignancy": "cancer outside the liver",
    "pregnant": "pregnancy",
    "torch_evaluated": "infection (TORCH) evaluation",
    "cardiac_failure_signs": "signs of cardiac failure",
}
PAEDIATRIC = ("torch_evaluated", "cardiac_failure_signs")
RISK_TONES = {Risk.AT_RISK: "overdue", Risk.UNDETERMINED: "due", Risk.LOW_RISK: "calm"}


@dataclass(frozen=True, slots=True)
class FactRow:
    """One fact as the patient page shows it."""

    name: str
    value: str
    is_missing: bool = False


def fact_words(name: str) -> str:
    """The words of a fact's field name; an unknown name loses its underscores."""
    return FACT_WORDS.get(name, name.replace("_", " "))


def risk_tag(risk: str) -> Tag:
    """'At risk', 'Undetermined' or 'Low risk' with its tone."""
    return Tag(label_of(Risk, risk), RISK_TONES.get(Risk(risk), "quiet"))


def risk_why(profile: RiskProfile | None) -> str:
    """In half a sentence, what the risk rests on: what is present, else what is not known."""
    if profile is None:
        return "no risk facts recorded"
    present = [fact_words(name) for name in LIVER_FACTS if _is(profile, name, Tri.YES)]
    abnormal = [
        fact_words(name).replace("normal", "abnormal", 1)
        for name in NORMAL_LIVER_FACTS
        if _is(profile, name, Tri.NO)
    ]
    cancer = (
        ["cancer outside the liver"] if _is(profile, "extrahepatic_malignancy", Tri.YES) else []
    )
    if present or abnormal or cancer:
        return joined([*present, *abnormal, *cancer])
    unknown = missing_facts(profile)
    if not unknown:
        return "no risk factor, normal liver"
    if len(unknown) > 3:
        return f"{count_words(len(unknown), 'fact')} not known"
    return f"not known: {joined(unknown)}"


def missing_facts(profile: RiskProfile | None) -> list[str]:
    """The facts that decide about risk and that nobody has recorded."""
    names = (*LIVER_FACTS, *NORMAL_LIVER_FACTS, "extrahepatic_malignancy")
    return [
        fact_words(name) for name in names if profile is None or _is(profile, name, Tri.UNKNOWN)
    ]


def fact_rows(
    profile: RiskProfile | None, *, is_child: bool = True, may_be_pregnant: bool = True
) -> tuple[FactRow, ...]:
    """Every risk fact with its value, in a fixed order; the unknown ones are marked.

    What is unknown and cannot matter for this patient is left out.
    """
    rows = []
    idle = (() if is_child else PAEDIATRIC) + (() if may_be_pregnant else ("pregnant",))
    for name, words in FACT_WORDS.items():
        value = Tri(getattr(profile, name)) if profile else Tri.UNKNOWN
        if value == Tri.UNKNOWN and name in idle:
            continue
        rows.append(FactRow(words[0].upper() + words[1:], str(value.label), value == Tri.UNKNOWN))
    return tuple(rows)


def contraindication_words(profile: RiskProfile | None) -> str:
    """'Gadolinium allergy, eGFR below 30', or that none is recorded."""
    recorded = profile.contraindications if profile else []
    return ", ".join(label_of(Contraindication, code) for code in recorded) or "None recorded"


def _is(profile: RiskProfile, name: str, value: Tri) -> bool:
    return bool(getattr(profile, name) == value)
