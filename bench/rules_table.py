"""Twenty rules of the protocol (R44 to R57, R60 to R69) as a GoRules decision table.

The table reads the same abstract state as the protocol's own rules; the benchmark holds the two
to each other on every state before it times anything.
"""

import json
from collections.abc import Iterator
from itertools import product
from typing import Any

from surveillance.protocol.rules.table import rule_for
from surveillance.protocol.sizes import SizeClass
from surveillance.protocol.standing import CharacterisationStatus, Trigger
from surveillance.protocol.state import CaseState
from surveillance.protocol.terms import Conclusion, LesionKind, Risk, Tri

COLUMNS = (
    "elevated",
    "malignancy",
    "done",
    "mri",
    "isolated",
    "punctate",
    "small",
    "symptomatic",
    "conclusion",
    "check_met",
    "two_years",
)

_YES, _NO = "true", "false"
_LOW = {"elevated": _NO, "malignancy": _NO}
_SPOT = {**_LOW, "done": _NO, "isolated": _YES}
_PROVED = {**_SPOT, "punctate": _YES, "small": _YES}
_ELEVATED = {"elevated": _YES, "malignancy": _NO, "done": _NO}
_BENIGN, _PROBABLY, _INDETERMINATE = (
    {"conclusion": f'"{word}"'} for word in ("benign", "probably", "indeterminate")
)

ROWS: tuple[tuple[str, dict[str, str]], ...] = (
    ("R44", {"malignancy": _YES, "mri": _NO}),
    ("R50", {**_PROVED, "symptomatic": '"NO"'}),
    ("R53", {**_PROVED, "symptomatic": '"UNKNOWN"'}),
    ("R51", _SPOT),
    ("R55", {**_LOW, "done": _NO}),
    ("R56", {**_ELEVATED, "small": _NO}),
    ("R52", {**_ELEVATED, "isolated": _YES}),
    ("R57", _ELEVATED),
    ("R60", {**_LOW, **_BENIGN}),
    ("R61", {"elevated": _NO, "check_met": _NO, **_BENIGN}),
    ("R61b", {"elevated": _NO, **_BENIGN}),
    ("R62", _BENIGN),
    ("R63", {**_LOW, "check_met": _NO, **_PROBABLY}),
    ("R63b", {**_LOW, **_PROBABLY}),
    ("R64", {"two_years": _NO, **_PROBABLY}),
    ("R65", {**_LOW, "small": _YES, "check_met": _NO, **_INDETERMINATE}),
    ("R66", {**_LOW, "small": _YES, **_INDETERMINATE}),
    ("R67", {**_LOW, "two_years": _NO, **_INDETERMINATE}),
    ("R68", {**_LOW, **_INDETERMINATE}),
    ("R69", {"two_years": _NO, **_INDETERMINATE}),
)
SHARED = frozenset(rule for rule, _ in ROWS)

_WORDS = {
    Conclusion.BENIGN_SPECIFIC: "benign",
    Conclusion.PROBABLY_BENIGN: "probably",
    Conclusion.INDETERMINATE: "indeterminate",
}


def states() -> Iterator[CaseState]:
    """Every adult state without a trigger that one of the shared rules answers."""
    for values in product(
        Risk,
        (False, True),
        (LesionKind.ISOLATED_CALCIFICATION, LesionKind.NODULE_OR_MASS),
        (False, True),
        Tri,
        SizeClass,
        CharacterisationStatus,
        _WORDS,
        (False, True),
        (False, True),
    ):
        risk, malignancy, kind, punctate, symptoms, size, status, conclusion, check, two = values
        state = CaseState(
            risk=risk,
            malignancy=malignancy,
            kind=kind,
            punctate=punctate,
            symptomatic=symptoms,
            size=size,
            status=status,
            conclusion=conclusion,
            trigger=Trigger.NONE,
            check_met=check,
            two_years=two,
        )
        if rule_for(state).id in SHARED:
            yield state


def as_context(state: CaseState) -> dict[str, Any]:
    """The state in the table's columns."""
    return {
        "elevated": state.elevated,
        "malignancy": state.malignancy,
        "done": state.status is not CharacterisationStatus.NOT_DONE,
        "mri": state.status is CharacterisationStatus.MRI,
        "isolated": state.kind is LesionKind.ISOLATED_CALCIFICATION,
        "punctate": state.punctate,
        "small": state.size is SizeClass.SMALL,
        "symptomatic": state.symptomatic.value,
        "conclusion": _WORDS[state.conclusion],
        "check_met": state.check_met,
        "two_years": state.two_years,
    }


def decision_graph() -> str:
    """The decision table as a JDM graph, first hit wins."""
    table = {
        "hitPolicy": "first",
        "inputs": [{"id": name, "name": name, "field": name} for name in COLUMNS],
        "outputs": [{"id": "rule", "name": "rule", "field": "rule"}],
        "rules": [
            {"_id": rule, **{name: row.get(name, "") for name in COLUMNS}, "rule": f'"{rule}"'}
            for rule, row in ROWS
        ],
    }
    nodes = [
        {"id": "in", "name": "request", "type": "inputNode"},
        {"id": "table", "name": "table", "type": "decisionTableNode", "content": table},
        {"id": "out", "name": "response", "type": "outputNode"},
    ]
    edges = [
        {"id": "1", "sourceId": "in", "targetId": "table", "type": "edge"},
        {"id": "2", "sourceId": "table", "targetId": "out", "type": "edge"},
    ]
    return json.dumps(
        {"contentType": "application/vnd.gorules.decision", "nodes": nodes, "edges": edges}
    )
