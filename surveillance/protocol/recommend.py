"""recommend(case): facts in, one cited recommendation out. It always answers."""

from datetime import date

from surveillance.protocol.addons import ADDONS, addons_of
from surveillance.protocol.biopsy import biopsy_cautions, biopsy_cites, biopsy_reasons
from surveillance.protocol.citations import citations
from surveillance.protocol.explain import fact_sentence, facts_used
from surveillance.protocol.facts import OverrideFacts, SurveillanceCase
from surveillance.protocol.missing import missing_facts
from surveillance.protocol.modality import advise
from surveillance.protocol.obligations import obligations_of, review_obligation
from surveillance.protocol.outlook import Outlook, outlook_of
from surveillance.protocol.parameters import PROTOCOL_VERSION
from surveillance.protocol.recommendation import Recommendation, Window
from surveillance.protocol.risk import risk_of
from surveillance.protocol.rules.rule import Rule
from surveillance.protocol.rules.table import rule_for
from surveillance.protocol.state import Admin, CaseState, admin_of
from surveillance.protocol.terms import LesionStatus
from surveillance.protocol.windows import review_window


def recommend(case: SurveillanceCase) -> Recommendation:
    """The protocol's answer for one lesion on the case's as-of day.

    Unusable data (no birth date, no exam, an exam before birth or in the future) is answered by
    R05, whose reasons name the field and the value.
    """
    admin = admin_of(case)
    if admin is not Admin.ACTIVE:
        return _administrative(case, rule_for(CaseState(admin=admin)))
    problems = data_problems(case)
    if problems:
        return _unusable(case, problems)
    return _explained(outlook_of(case))


def data_problems(case: SurveillanceCase) -> tuple[tuple[str, str], ...]:
    """(field, sentence) for everything that makes an active case undecidable (R05)."""
    born, found = case.patient.birth_date, []
    if born is None:
        found.append(("birth_date", "patient.birth_date is missing."))
    if not case.exams:
        found.append(("history", "history has no exam."))
    days = sorted({exam.on for exam in case.exams})
    wrong = [(day, _impossible(day, born, case.as_of)) for day in days]
    told = [f"history.date {day.isoformat()} is {why}." for day, why in wrong if why]
    if told:
        found.append(("date", " ".join(told)))
    return tuple(found)


def _impossible(day: date, born: date | None, as_of: date) -> str:
    if born is not None and day < born:
        return f"before birth ({born.isoformat()})"
    if day > as_of:
        return f"in the future (as of {as_of.isoformat()})"
    return ""


def _administrative(case: SurveillanceCase, rule: Rule) -> Recommendation:
    told = [("status", f"Status of the patient: {case.patient.status.label}.")]
    if case.lesion.status is LesionStatus.REMOVED_OR_TREATED:
        told.append(("lesion_status", f"Status of the lesion: {case.lesion.status.label}."))
    return _bare(case, rule, tuple(told), None)


def _unusable(case: SurveillanceCase, problems: tuple[tuple[str, str], ...]) -> Recommendation:
    return _bare(case, rule_for(CaseState(data_ok=False)), problems, review_window(case.as_of))


def _bare(
    case: SurveillanceCase,
    rule: Rule,
    told: tuple[tuple[str, str], ...],
    window: Window | None,
) -> Recommendation:
    """An answer that no imaging history stands behind; a window means that data are asked for."""
    asked = (f"A01: {ADDONS['A01']}",) if window else ()
    owed = (review_obligation(window, rule.escalation, rule.title),) if window else ()
    return Recommendation(
        rule=rule.id,
        rule_title=rule.title,
        kind=rule.kind,
        window=window,
        risk=risk_of(case.patient),
        preferred_modality=None,
        alternatives=(),
        blocked=(),
        biopsy_allowed=False,
        biopsy_reasons=(),
        biopsy_cautions=(),
        escalation_class=rule.escalation,
        stop=rule.stop,
        reasons=(rule.title, *(sentence for _, sentence in told), *asked),
        citations=citations(rule.cites),
        addons=("A01",) if window else (),
        missing=tuple(dict.fromkeys(name for name, _ in told)) if window else (),
        facts_used=told,
        obligations=owed,
        protocol_version=PROTOCOL_VERSION,
    )


def _explained(outlook: Outlook) -> Recommendation:
    now, rule, window = outlook.now, outlook.now.rule, outlook.needs.window
    advice = advise(rule.kind, now, outlook.case.patient, outlook.bg)
    allowed_for = biopsy_reasons(now, outlook.bg)
    missing = missing_facts(outlook)
    addons = addons_of(outlook, advice, missing=bool(missing), biopsy_allowed=bool(allowed_for))
    used = facts_used(outlook)
    return Recommendation(
        rule=rule.id,
        rule_title=rule.title,
        kind=rule.kind,
        window=window,
        risk=outlook.bg.risk,
        preferred_modality=advice.preferred,
        alternatives=advice.alternatives,
        blocked=advice.blocked,
        biopsy_allowed=bool(allowed_for),
        biopsy_reasons=allowed_for,
        biopsy_cautions=biopsy_cautions(now, allowed_for),
        escalation_class=rule.escalation,
        stop=rule.stop,
        reasons=_reasons(outlook, used, addons),
        citations=citations(_cites(rule, now.state, biopsy_cites(allowed_for))),
        addons=addons,
        missing=missing,
        facts_used=used,
        obligations=obligations_of(outlook, advice.preferred, addons),
        protocol_version=PROTOCOL_VERSION,
    )


def _cites(rule: Rule, state: CaseState, biopsy: tuple[str, ...]) -> tuple[str, ...]:
    also = tuple(key for key, holds in rule.also if holds(state))
    return tuple(dict.fromkeys(rule.cites + also + biopsy))


def _reasons(
    outlook: Outlook, used: tuple[tuple[str, str], ...], addons: tuple[str, ...]
) -> tuple[str, ...]:
    rule, needs = outlook.now.rule, outlook.needs
    reasons = [rule.title, *(fact_sentence(name, value) for name, value in used)]
    if needs.window is not None:
        reasons.append(f"Owed since {needs.since.isoformat()}.")
    if rule.note:
        reasons.append(rule.note)
    if rule.stop:
        reasons.append("Re-open if symptoms or new risk facts appear.")
    reasons += [f"{key}: {ADDONS[key]}" for key in addons]
    if "A20" in addons:
        reasons.append(_override_words(outlook.case.override))
    return tuple(reasons)


def _override_words(override: OverrideFacts | None) -> str:
    """Who departed from the rule, why and until when (A20)."""
    assert override is not None
    until = override.expires_on
    ends = f"until {until.isoformat()}" if until else "without an end"
    return f"Override of {override.on.isoformat()} by {override.author}, {ends}: {override.reason}"
