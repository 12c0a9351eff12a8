"""Why, in plain words: the facts that the rule has read, each with its value and its source."""

from collections.abc import Callable
from datetime import date
from typing import Final

from surveillance.protocol.characterisation import DANGEROUS
from surveillance.protocol.dates import age_in_months, age_in_years
from surveillance.protocol.facts import (
    LIVER_FACTS,
    NORMAL_LIVER_FACTS,
    CharacterisationWaiver,
    PatientFacts,
)
from surveillance.protocol.growth import threshold_growth
from surveillance.protocol.outlook import Outlook
from surveillance.protocol.standing import last_contrast_study
from surveillance.protocol.terms import Risk, Term, Tri

_READABLE: Final[dict[str, str]] = {
    "age": "Age",
    "risk": "Liver risk",
    "malignancy": "Cancer outside the liver",
    "kind": "Kind of lesion",
    "isolation": "Isolation",
    "pattern": "Calcification pattern",
    "cyst_features": "Cyst features",
    "symptomatic": "Symptoms from the lesion",
    "size": "Size",
    "characterisation": "Contrast study",
    "conclusion": "Conclusion",
    "growth": "Growth",
    "afp": "AFP",
    "mdt": "MDT decision",
    "pathology": "Pathology",
    "clock": "Follow-up so far",
    "series": "Ultrasound series",
    "torch_evaluated": "Infection and vascular work-up",
    "cardiac_failure_signs": "Signs of heart failure",
}


def facts_used(outlook: Outlook) -> tuple[tuple[str, str], ...]:
    """(name, value in words) of every fact that the rule has read."""
    return tuple((name, _TELL[name](outlook)) for name in outlook.now.rule.facts)


def fact_sentence(name: str, value: str) -> str:
    """'Size: 14 mm.'"""
    return f"{_READABLE.get(name, name)}: {value}."


def day_words(day: date | None) -> str:
    """An ISO day, or 'never'."""
    return day.isoformat() if day else "never"


def _age(outlook: Outlook) -> str:
    born, as_of = outlook.bg.birth_date, outlook.case.as_of
    assert born is not None
    years = age_in_years(born, as_of)
    return f"{years} years" if years >= 2 else f"{age_in_months(born, as_of)} months"


def _risk(outlook: Outlook) -> str:
    patient, risk = outlook.case.patient, outlook.bg.risk
    if risk is Risk.AT_RISK:
        named = [name for name in LIVER_FACTS if getattr(patient, name) is Tri.YES]
        return "at risk (" + "; ".join(_sourced(patient, name) for name in named) + ")"
    if risk is Risk.LOW_RISK:
        return "low (every liver fact is explicitly normal)"
    return "not determined, handled as at risk (" + "; ".join(_not_settled(patient)) + ")"


def _not_settled(patient: PatientFacts) -> list[str]:
    unknown = [name for name in LIVER_FACTS if getattr(patient, name) is Tri.UNKNOWN]
    abnormal = [name for name in NORMAL_LIVER_FACTS if getattr(patient, name) is not Tri.YES]
    if patient.extrahepatic_malignancy is Tri.UNKNOWN:
        unknown.append("extrahepatic_malignancy")
    return [_sourced(patient, name) for name in (*unknown, *abnormal)]


def _sourced(patient: PatientFacts, name: str) -> str:
    """'cirrhosis = yes, recorded 2026-01-10 by Dr Ng (clinic letter)'"""
    text = f"{name.replace('_', ' ')} = {_word(getattr(patient, name))}"
    origin = patient.provenance.get(name)
    if origin is None:
        return text
    if origin.recorded_on:
        text += f", recorded {origin.recorded_on.isoformat()}"
    if origin.recorded_by:
        text += f" by {origin.recorded_by}"
    return f"{text} ({origin.source})" if origin.source else text


def _word(value: Term) -> str:
    return value.value.replace("_", " ").lower()


def _malignancy(outlook: Outlook) -> str:
    return _sourced(outlook.case.patient, "extrahepatic_malignancy")


def _kind(outlook: Outlook) -> str:
    form = outlook.now.course.form
    changed = f", changed {form.kind_changed_on.isoformat()}" if form.kind_changed_on else ""
    return form.kind.label.lower() + changed


def _isolation(outlook: Outlook) -> str:
    return _word(outlook.now.course.form.isolation)


def _pattern(outlook: Outlook) -> str:
    return _word(outlook.now.course.form.pattern)


def _cyst_features(outlook: Outlook) -> str:
    form = outlook.now.course.form
    names = ("thick_wall", "septations", "solid_component")
    seen = [name.replace("_", " ") for name in names if getattr(form, name) is Tri.YES]
    if form.suspected_mucinous:
        seen.append("mucinous neoplasm suspected without contrast")
    return ", ".join(seen) or "none recorded"


def _symptomatic(outlook: Outlook) -> str:
    return _word(outlook.now.state.symptomatic)


def _size(outlook: Outlook) -> str:
    size = outlook.now.course.size_mm
    return "not measured, handled as 10 mm or more" if size is None else f"{size} mm"


def _characterisation(outlook: Outlook) -> str:
    standing = outlook.now.standing
    if standing.is_waived and standing.last:
        return f"waived on {standing.last.on.isoformat()}{_signed(outlook, standing.last.on)}"
    study = last_contrast_study(outlook.now.course)
    if study is None or study.modality is None:
        return "none that characterises the lesion"
    text = f"{study.modality.label} on {study.on.isoformat()}"
    done = standing.status.value != "NOT_DONE"
    return text if done else f"{text}, made when the lesion was below 10 mm"


def _signed(outlook: Outlook, day: date) -> str:
    """', signed by Dr Ng (pregnancy)'"""
    waivers = (each for each in outlook.case.lesion.waivers if each.on == day)
    return next(map(_signature, waivers), "")


def _signature(waiver: CharacterisationWaiver) -> str:
    signed = f", signed by {waiver.author}" if waiver.author else ", nobody's signature recorded"
    return f"{signed} ({waiver.reason})" if waiver.reason else signed


def _conclusion(outlook: Outlook) -> str:
    standing = outlook.now.standing
    text = _word(standing.conclusion)
    if standing.label is not None:
        category = f", {standing.label.category}" if standing.label.category else ""
        since = f"{text}{category}, since the report of {standing.label.on.isoformat()}"
        return since + _signs_against_words(outlook, standing.label.on)
    if standing.watched_suspicion:
        return f"{text} (suspicious, and the MDT decided to watch)"
    return text


def _signs_against_words(outlook: Outlook, on: date) -> str:
    """Signs that say more than the words of their report (S12, A-38)."""
    signed = [
        study
        for study in outlook.studies
        if study.on == on and study.aphe is Tri.YES and study.washout is Tri.YES
    ]
    if not signed:
        return ""
    said = next((s.conclusion for s in signed if s.conclusion not in (None, *DANGEROUS)), None)
    signs = " (arterial enhancement with washout"
    if said is None:
        return signs + ")"
    return f"{signs}, although the report says {_word(said)}: the more dangerous counts, A-38)"


def _growth(outlook: Outlook) -> str:
    changes = outlook.now.course.changes
    grown = f"growth on {day_words(changes.growth_on)}"
    enhancing = f"new arterial enhancement on {day_words(changes.new_aphe_on)}"
    return f"{grown}, {enhancing}{_threshold_growth(outlook)}"


def _threshold_growth(outlook: Outlook) -> str:
    """LI-RADS threshold growth at the last size, beside the protocol's own (A-40)."""
    measured = [study for study in outlook.studies if study.trusted_mm]
    if not measured or not threshold_growth(outlook.now.course.changes, measured[-1]):
        return ""
    return f"; LI-RADS threshold growth on {measured[-1].on.isoformat()}"


def _afp(outlook: Outlook) -> str:
    decisions = outlook.now.decisions
    if decisions.afp_high_for_age_on:
        return f"high for age on {day_words(decisions.afp_high_for_age_on)}"
    return f"raised on {day_words(decisions.raised_afp_on)}"


def _mdt(outlook: Outlook) -> str:
    decisions = outlook.now.decisions
    if decisions.mdt_on is None:
        return "none recorded"
    if decisions.watch_on is None:
        return f"last on {decisions.mdt_on.isoformat()}, not to watch"
    covers = "covers" if outlook.now.standing.consulted else "is older than"
    return f"to watch, on {decisions.watch_on.isoformat()}; it {covers} the evidence"


def _pathology(outlook: Outlook) -> str:
    decisions = outlook.now.decisions
    if decisions.pathology is None:
        return "none"
    return f"{_word(decisions.pathology)} on {day_words(decisions.pathology_on)}"


def _clock(outlook: Outlook) -> str:
    standing = outlook.now.standing
    if standing.clock_on is None:
        return "the clock has not started"
    days = sorted({visit.on for visit in standing.follow_ups})
    last = f", the last on {days[-1].isoformat()}" if days else ""
    return f"{len(days)} adequate since {standing.clock_on.isoformat()}{last}"


def _series(outlook: Outlook) -> str:
    days = sorted({visit.on for visit in outlook.now.course.visits if visit.child})
    if not days:
        return "no adequate exam"
    return f"{len(days)} adequate exams from {days[0].isoformat()} to {days[-1].isoformat()}"


def _torch(outlook: Outlook) -> str:
    return _word(outlook.case.patient.torch_evaluated)


def _cardiac(outlook: Outlook) -> str:
    patient = outlook.case.patient
    since = patient.cardiac_failure_signs_on
    return _word(patient.cardiac_failure_signs) + (f" since {since.isoformat()}" if since else "")


_TELL: Final[dict[str, Callable[[Outlook], str]]] = {
    "age": _age,
    "risk": _risk,
    "malignancy": _malignancy,
    "kind": _kind,
    "isolation": _isolation,
    "pattern": _pattern,
    "cyst_features": _cyst_features,
    "symptomatic": _symptomatic,
    "size": _size,
    "characterisation": _characterisation,
    "conclusion": _conclusion,
    "growth": _growth,
    "afp": _afp,
    "mdt": _mdt,
    "pathology": _pathology,
    "clock": _clock,
    "series": _series,
    "torch_evaluated": _torch,
    "cardiac_failure_signs": _cardiac,
}
