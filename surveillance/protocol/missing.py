"""Which unknown facts could change the rule if somebody told them (4.1, A01).

A fact is asked for when the dangerous or the reassuring answer would lead to another rule, alone
or together with the other unknown facts.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from surveillance.protocol.facts import LIVER_FACTS, NORMAL_LIVER_FACTS, PatientFacts
from surveillance.protocol.outlook import Outlook, decided_with
from surveillance.protocol.replay import Snapshot
from surveillance.protocol.rules.table import rule_for
from surveillance.protocol.sizes import SizeClass
from surveillance.protocol.standing import CharacterisationStatus
from surveillance.protocol.state import CaseState
from surveillance.protocol.terms import (
    CalcificationPattern,
    Conclusion,
    Isolation,
    LesionKind,
    Tri,
)

_MALIGNANCY: Final = "extrahepatic_malignancy"


def missing_facts(outlook: Outlook) -> tuple[str, ...]:
    """Names of the facts to ask for, in the order of the input; empty if none could matter."""
    patient = outlook.case.patient
    unknown = _unknown_risk_facts(patient)
    best = _reassured(outlook, unknown) if unknown else outlook.now
    found = dict.fromkeys(_risk_facts_that_matter(outlook, unknown, best))
    for snapshot in (outlook.now, best) if unknown else (outlook.now,):
        found.update(dict.fromkeys(_lesion_facts_that_matter(outlook, snapshot)))
    return tuple(found)


def _unknown_risk_facts(patient: PatientFacts) -> tuple[str, ...]:
    names = (*LIVER_FACTS, *NORMAL_LIVER_FACTS, _MALIGNANCY)
    return tuple(name for name in names if getattr(patient, name) is Tri.UNKNOWN)


def _reassured(outlook: Outlook, unknown: tuple[str, ...]) -> Snapshot:
    """What would be decided if every unknown risk fact turned out well."""
    answers = {name: Tri.YES if name in NORMAL_LIVER_FACTS else Tri.NO for name in unknown}
    return _decided_with(outlook, answers)


def _decided_with(outlook: Outlook, answers: dict[str, Tri]) -> Snapshot:
    patient = replace(outlook.case.patient, **answers)  # type: ignore[arg-type]
    return decided_with(outlook, patient)


def _risk_facts_that_matter(
    outlook: Outlook, unknown: tuple[str, ...], best: Snapshot
) -> tuple[str, ...]:
    if not unknown:
        return ()
    rule = outlook.now.rule
    if best.rule is not rule:
        return unknown
    liver = tuple(name for name in unknown if name in LIVER_FACTS)
    found: tuple[str, ...] = ()
    if liver and _decided_with(outlook, {liver[0]: Tri.YES}).rule is not rule:
        found += liver
    if _MALIGNANCY in unknown and _decided_with(outlook, {_MALIGNANCY: Tri.YES}).rule is not rule:
        found += (_MALIGNANCY,)
    return found


def _lesion_facts_that_matter(outlook: Outlook, snapshot: Snapshot) -> Iterator[str]:
    """Each unknown fact of the lesion, tried on the abstract state."""
    rule = snapshot.rule
    for names, answers in _unknown_lesion_facts(outlook, snapshot):
        if any(rule_for(answer) is not rule for answer in answers):
            yield from names


def _unknown_lesion_facts(
    outlook: Outlook, snapshot: Snapshot
) -> Iterator[tuple[tuple[str, ...], tuple[CaseState, ...]]]:
    state, form = snapshot.state, snapshot.course.form
    if state.kind is LesionKind.UNKNOWN:
        kinds = (kind for kind in LesionKind if kind is not LesionKind.UNKNOWN)
        yield ("kind",), tuple(replace(state, kind=kind) for kind in kinds)
    if state.size is SizeClass.UNKNOWN:
        yield ("size_mm",), (replace(state, size=SizeClass.SMALL),)
    if state.symptomatic is Tri.UNKNOWN:
        answers = (replace(state, symptomatic=Tri.YES), replace(state, symptomatic=Tri.NO))
        yield ("symptomatic",), answers
    spot = _unknown_spot_facts(snapshot)
    if spot:
        yield spot, (replace(state, punctate=True),)
    features = _unknown_features(snapshot)
    if form.kind is LesionKind.CYSTIC and features and not state.complex_cyst:
        yield features, (replace(state, complex_cyst=True),)
    if snapshot.course.unread_contrast:
        yield ("conclusion",), _read_at_last(state)
    if state.child:
        yield from _unknown_facts_of_a_child(outlook.case.patient, state)


def _unknown_spot_facts(snapshot: Snapshot) -> tuple[str, ...]:
    """Isolation and pattern, unless the other one already rules out a proved punctate spot."""
    form = snapshot.course.form
    if form.isolation is Isolation.UNCERTAIN:
        return ()
    if form.pattern not in (CalcificationPattern.PUNCTATE, CalcificationPattern.UNKNOWN):
        return ()
    asked = []
    if form.isolation is Isolation.UNKNOWN:
        asked.append("isolation")
    if form.pattern is CalcificationPattern.UNKNOWN:
        asked.append("pattern")
    return tuple(asked)


def _unknown_features(snapshot: Snapshot) -> tuple[str, ...]:
    names = ("thick_wall", "septations", "solid_component")
    form = snapshot.course.form
    return tuple(name for name in names if getattr(form, name) is Tri.UNKNOWN)


def _read_at_last(state: CaseState) -> tuple[CaseState, ...]:
    """The last contrast study was filed without saying what it saw."""
    said = (Conclusion.BENIGN_SPECIFIC, Conclusion.SUSPICIOUS_HCC)
    done = CharacterisationStatus.MRI
    return tuple(replace(state, status=done, conclusion=word) for word in said)


def _unknown_facts_of_a_child(
    patient: PatientFacts, state: CaseState
) -> Iterator[tuple[tuple[str, ...], tuple[CaseState, ...]]]:
    if patient.torch_evaluated is Tri.UNKNOWN:
        yield ("torch_evaluated",), (replace(state, evaluated_for_causes=True),)
    if patient.cardiac_failure_signs is Tri.UNKNOWN:
        yield ("cardiac_failure_signs",), (replace(state, heart_failure=True),)
