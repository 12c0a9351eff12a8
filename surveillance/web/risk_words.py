"""The facts about risk in words: what makes a patient at risk, and what nobody knows yet."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from patients.models import RiskProfile, Tri
from surveillance.protocol.facts import LIVER_FACTS, NORMAL_LIVER_FACTS
from surveillance.protocol.parameters import LOW_EGFR_BELOW
from surveillance.protocol.terms import Contraindication, Risk
from surveillance.web.wording import Tag, count_words, joined, label_of

FACT_WORDS = {
    "cirrhosis": gettext_noop("cirrhosis"),
    "chronic_hbv": gettext_noop("chronic hepatitis B"),
    "chronic_hcv": gettext_noop("chronic hepatitis C"),
    "masld_advanced_fibrosis": gettext_noop("MASLD with advanced fibrosis"),
    "ald": gettext_noop("alcohol-related liver disease"),
    "other_chronic_liver_disease": gettext_noop("other chronic liver disease"),
    "hcc_risk_factors": gettext_noop("other risk factors for HCC"),
    "prior_hcc": gettext_noop("previous HCC"),
    "normal_liver_function": gettext_noop("normal liver function"),
    "normal_liver_parenchyma": gettext_noop("normal liver parenchyma"),
    "extrahepatic_malignancy": gettext_noop("cancer outside the liver"),
    "pregnant": gettext_noop("pregnancy"),
    "torch_evaluated": gettext_noop("infection (TORCH) evaluation"),
    "cardiac_failure_signs": gettext_noop("signs of cardiac failure"),
}
ABNORMAL = {
    "normal_liver_function": gettext_noop("abnormal liver function"),
    "normal_liver_parenchyma": gettext_noop("abnormal liver parenchyma"),
}
"""Where what should be normal is not."""
OTHER_FACTS = {
    "status": gettext_noop("status"),
    "lesion_status": gettext_noop("lesion status"),
    "birth_date": gettext_noop("birth date"),
    "history": gettext_noop("history"),
    "date": gettext_noop("date"),
    "kind": gettext_noop("kind"),
    "size_mm": gettext_noop("size mm"),
    "symptomatic": gettext_noop("symptomatic"),
    "isolation": gettext_noop("isolation"),
    "pattern": gettext_noop("pattern"),
    "thick_wall": gettext_noop("thick wall"),
    "septations": gettext_noop("septations"),
    "solid_component": gettext_noop("solid component"),
    "conclusion": gettext_noop("conclusion"),
}
"""Facts of the lesion and its exams that a decision may ask for."""
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
    words = FACT_WORDS.get(name) or OTHER_FACTS.get(name)
    return _(words) if words else name.replace("_", " ")


def risk_tag(risk: str) -> Tag:
    """'At risk', 'Undetermined' or 'Low risk' with its tone."""
    return Tag(label_of(Risk, risk), RISK_TONES.get(Risk(risk), "quiet"))


def risk_why(profile: RiskProfile | None) -> str:
    """In half a sentence, what the risk rests on: what is present, else what is not known."""
    if profile is None:
        return _("no risk facts recorded")
    present = [fact_words(name) for name in LIVER_FACTS if _is(profile, name, Tri.YES)]
    present += [_(words) for name, words in ABNORMAL.items() if _is(profile, name, Tri.NO)]
    if _is(profile, "extrahepatic_malignancy", Tri.YES):
        present.append(fact_words("extrahepatic_malignancy"))
    if present:
        return joined(present)
    unknown = missing_facts(profile)
    if not unknown:
        return _("no risk factor, normal liver")
    if len(unknown) > 3:
        return _("{facts} not known").format(facts=count_words(len(unknown), "fact"))
    return _("not known: {facts}").format(facts=joined(unknown))


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
    for name in FACT_WORDS:
        value = Tri(getattr(profile, name)) if profile else Tri.UNKNOWN
        if value == Tri.UNKNOWN and name in idle:
            continue
        words = fact_words(name)
        told = _(str(value.label))
        rows.append(FactRow(words[0].upper() + words[1:], told, value == Tri.UNKNOWN))
    return tuple(rows)


def contraindication_words(profile: RiskProfile | None) -> str:
    """'Gadolinium allergy, eGFR below 30', or that none is recorded. A low eGFR is one whether or
    not somebody ticked it (A-28)."""
    recorded = list(profile.contraindications) if profile else []
    low = Contraindication.EGFR_LT_30.value
    if profile and profile.egfr is not None and profile.egfr < LOW_EGFR_BELOW.value:
        recorded += [] if low in recorded else [low]
    return ", ".join(label_of(Contraindication, code) for code in recorded) or _("None recorded")


def egfr_words(profile: RiskProfile | None) -> str:
    """The eGFR in force, in mL/min/1.73 m²; empty if none is recorded."""
    return "" if profile is None or profile.egfr is None else str(profile.egfr)


def _is(profile: RiskProfile, name: str, value: Tri) -> bool:
    return bool(getattr(profile, name) == value)
