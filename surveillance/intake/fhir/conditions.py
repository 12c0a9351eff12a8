"""Condition: a fact of liver risk, where its code is one."""

from datetime import date
from typing import Final

from surveillance.arrivals import ConditionArrival
from surveillance.intake.fhir.codes import FACTS, ICD10, ICD10_FACTS
from surveillance.intake.fhir.document import Resource
from surveillance.intake.fhir.elements import Code, codes, first, text
from surveillance.intake.fhir.mapping import FhirMapping, look_up
from surveillance.intake.fhir.people import subject_of
from surveillance.intake.fhir.problems import note
from surveillance.intake.fhir.telling import Telling, Translated
from surveillance.intake.fhir.times import day_of
from surveillance.protocol.terms import Tri

SUSPECTED: Final = frozenset({"unconfirmed", "provisional", "differential"})
OVER: Final = frozenset({"inactive", "remission", "resolved"})
PASSING: Final = frozenset({"pregnant", "cardiac_failure_signs"})
"""Facts that end. The others stay for life here: a cirrhosis that is called resolved, a cured
hepatitis C and a cancer of old are risk facts still (S10)."""


def translate_condition(told: Telling) -> Translated:
    """One arrival for each risk fact the code stands for. A suspicion is no fact."""
    condition = told.resource
    facts = _facts(condition, told.mapping)
    if not facts:
        words = "Not used: its code is no fact of liver risk here (the feed's mapping: conditions)."
        return Translated((), (note(told.at("code"), words),))
    verified = _code(condition, "verificationStatus")
    if verified in SUSPECTED:
        words = "Not used: it is suspected, not established."
        return Translated((), (note(told.at("verificationStatus"), words),))
    person, said_at = subject_of(told, "subject"), told.said_at("recordedDate")
    since = _since(told)
    arrivals = [
        ConditionArrival(
            person=person,
            fact=fact,
            value=_value(condition, fact, verified),
            effective_on=since or said_at.astimezone(told.mapping.zone).date(),
            said_at=said_at,
        )
        for fact in facts
    ]
    return Translated(tuple(arrivals))


def _facts(condition: Resource, mapping: FhirMapping) -> tuple[str, ...]:
    found = [fact for code in codes(condition.get("code")) for fact in _of(code, mapping)]
    return tuple(dict.fromkeys(found))


def _of(code: Code, mapping: FhirMapping) -> tuple[str, ...]:
    told = look_up(code, mapping.conditions, FACTS)
    if told is not None:
        return told
    if code.system not in ICD10:
        return ()
    fitting = [(len(start), facts) for start, facts in ICD10_FACTS if code.code.startswith(start)]
    return max(fitting, default=(0, ()))[1]


def _value(condition: Resource, fact: str, verified: str) -> Tri:
    if verified == "entered-in-error":
        return Tri.UNKNOWN
    if verified == "refuted":
        return Tri.NO
    over = _code(condition, "clinicalStatus") in OVER
    return Tri.NO if over and fact in PASSING else Tri.YES


def _code(condition: Resource, element: str) -> str:
    return next((one.code for one in codes(condition.get(element))), "")


def _since(told: Telling) -> date | None:
    """When it began; what began in the past holds from then."""
    condition = told.resource
    ended = text(condition.get("abatementDateTime"))
    period = first(condition.get("onsetPeriod"))
    began = text(condition.get("onsetDateTime")) or text(period.get("start"))
    over = _code(condition, "clinicalStatus") in OVER
    facts = _facts(condition, told.mapping)
    written = ended if over and ended and set(facts) & PASSING else began
    return day_of(written, told.mapping.zone) if written else None
