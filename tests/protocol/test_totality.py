"""Exactly one rule answers every abstract state: the guards are enumerated without their order.

In CI all five million states are visited, elsewhere an even sample of them.
"""

import os
from collections import Counter
from collections.abc import Iterator
from itertools import islice, product
from math import prod

import pytest

from surveillance.protocol.rules.rule import Rule, RuleGroup
from surveillance.protocol.rules.table import GROUPS, RULES, rule_for
from surveillance.protocol.sizes import SizeClass
from surveillance.protocol.standing import Basis, CharacterisationStatus, Trigger
from surveillance.protocol.state import Admin, CaseState
from surveillance.protocol.terms import Conclusion, LesionKind, PathologyResult, Risk, Tri

FLAGS = (False, True)
PATHOLOGY = (None, *PathologyResult)
CONCLUSIONS = tuple(each for each in Conclusion if each is not Conclusion.NOT_CATEGORISABLE)
ADULT = {
    "pathology": PATHOLOGY,
    "risk": tuple(Risk),
    "malignancy": FLAGS,
    "kind": tuple(LesionKind),
    "punctate": FLAGS,
    "complex_cyst": FLAGS,
    "symptomatic": tuple(Tri),
    "size": tuple(SizeClass),
    "status": tuple(CharacterisationStatus),
    "conclusion": CONCLUSIONS,
    "trigger": tuple(Trigger),
    "check_met": FLAGS,
    "twelve_months": FLAGS,
    "two_years": FLAGS,
    "consulted": FLAGS,
}
ALL_ADULT_STATES = prod(len(values) for values in ADULT.values())
STRIDE = 1 if os.environ.get("HYPOTHESIS_PROFILE") == "ci" else 53
"""In CI every state is visited, elsewhere every 53rd (53 shares no factor with any choice)."""


def adult_states(stride: int, **fixed: object) -> Iterator[CaseState]:
    """Every `stride`-th combination; a fact in `fixed` keeps its value."""
    choices = ADULT | {name: (value,) for name, value in fixed.items()}
    for combination in islice(product(*choices.values()), 0, None, stride):
        yield CaseState(**dict(zip(choices, combination, strict=True)))


def child_states() -> Iterator[CaseState]:
    fields = [
        "heart_failure",
        "suspicious",
        "pathology",
        "kind",
        "status",
        "conclusion",
        "evaluated_for_causes",
        "stable_series",
        "consulted",
        "risk",
        "malignancy",
    ]
    values = (
        FLAGS,
        FLAGS,
        PATHOLOGY,
        tuple(LesionKind),
        tuple(CharacterisationStatus),
        CONCLUSIONS,
        FLAGS,
        FLAGS,
        FLAGS,
        tuple(Risk),
        FLAGS,
    )
    for combination in product(*values):
        yield CaseState(child=True, **dict(zip(fields, combination, strict=True)))


def administrative_states() -> Iterator[CaseState]:
    for admin, data_ok, child in product(Admin, FLAGS, FLAGS):
        if admin is not Admin.ACTIVE or not data_ok:
            yield CaseState(admin=admin, data_ok=data_ok, child=child)


def rules_that_apply(state: CaseState) -> list[tuple[RuleGroup, Rule]]:
    """Whole guards, in no order: the scope of every group is asked."""
    return [
        (group, rule)
        for group in GROUPS
        if group.scope(state)
        for rule in group.rules
        if group.applies(rule, state)
    ]


def check_exactly_one(states: Iterator[CaseState]) -> Counter[str]:
    reached: Counter[str] = Counter()
    for state in states:
        found = rules_that_apply(state)
        assert len(found) == 1, (state, [rule.id for _, rule in found])
        reached[found[0][1].id] += 1
    return reached


def test_exactly_one_rule_answers_administrative_states() -> None:
    reached = check_exactly_one(administrative_states())

    assert set(reached) == {rule.id for rule in GROUPS[0].rules}


def test_exactly_one_rule_answers_child_states() -> None:
    stride = 1 if STRIDE == 1 else 7  # no choice has seven answers
    reached = check_exactly_one(islice(child_states(), 0, None, stride))

    assert set(reached) == {rule.id for rule in GROUPS[1].rules}


@pytest.mark.parametrize("pathology", PATHOLOGY, ids=str)
def test_exactly_one_rule_answers_adult_states(pathology: PathologyResult | None) -> None:
    reached = check_exactly_one(adult_states(STRIDE, pathology=pathology))

    assert ALL_ADULT_STATES == 4_976_640
    assert sum(reached.values()) == -(-(ALL_ADULT_STATES // len(PATHOLOGY)) // STRIDE)


@pytest.mark.parametrize("basis", [Basis.WAIVER, Basis.WATCH])
def test_exactly_one_rule_answers_whatever_stands_behind_the_conclusion(basis: Basis) -> None:
    """What a waiver or a watched suspicion changes depends on neither symptoms nor form."""
    plain = {"punctate": False, "complex_cyst": False, "symptomatic": Tri.NO}
    states = adult_states(1 if STRIDE == 1 else 7, twelve_months=False, basis=basis, **plain)

    reached = check_exactly_one(states)

    assert not {"R66", "R68"} & set(reached)


def test_every_rule_is_reachable() -> None:
    states = (*adult_states(211), *child_states(), *administrative_states())

    assert {rule_for(state).id for state in states} == set(RULES)


def test_the_table_has_56_rules() -> None:
    assert len(RULES) == 56
    assert sum(len(group.rules) for group in GROUPS) == 56


def test_order_of_the_table_is_for_reading_only() -> None:
    children = islice(child_states(), 0, None, 97)
    for state in (*adult_states(1013), *children, *administrative_states()):
        assert rules_that_apply(state)[0][1] is rule_for(state)
