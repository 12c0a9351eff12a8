"""The decision core: full explained decisions, and twenty shared rules against GoRules zen-engine.

Goal (ratio in one run): the core with explanation and trace at least 4 times zen-engine's batch
evaluation, with every answer the same. Run: python -m bench.decisions
"""

import json
from pathlib import Path
from typing import Any

import zen

from bench import measure, rules_table
from surveillance.protocol.case_json import read_case
from surveillance.protocol.citations import citations
from surveillance.protocol.recommend import recommend
from surveillance.protocol.rules.table import rule_for
from surveillance.protocol.state import CaseState

CASES = Path(__file__).parent.parent / "tests" / "data" / "cases.jsonl"
ROUNDS = 5


def main() -> None:
    """Print full decisions per second, then the comparison."""
    _full_decisions()
    _shared_rules()


def _full_decisions() -> None:
    cases = [read_case(json.loads(line)) for line in CASES.read_text().splitlines()]
    cases = cases * 10
    taken = measure.interleaved(
        {"full decision, explained": lambda: [recommend(case) for case in cases]}, ROUNDS
    )
    measure.tell("Vectors", taken, "full decision, explained", len(cases), "decisions")


def _shared_rules() -> None:
    states = list(rules_table.states())
    engine = zen.ZenEngine(
        {
            "loader": {
                "type": "static",
                "content": {"rules": json.loads(rules_table.decision_graph())},
            }
        }
    )
    asked: list[Any] = [
        {"key": "rules", "context": rules_table.as_context(state)} for state in states
    ]
    answers = [answer["data"]["result"]["rule"] for answer in engine.evaluate_batch(asked)]
    same = sum(explained(state)[0] == told for state, told in zip(states, answers, strict=True))
    print(f"\n  {same:,} of {len(states):,} answers are the same")
    if same != len(states):
        raise SystemExit("The two do not decide alike: nothing was timed.")
    some = asked[:500]
    taken = measure.interleaved(
        {
            "core: rule, title, facts, quotes": lambda: [explained(state) for state in states],
            "core, nothing remembered": lambda: _anew(states),
            "zen-engine, batch": lambda: engine.evaluate_batch(asked),
        },
        ROUNDS,
    )
    measure.tell(
        "Twenty shared rules", taken, "core: rule, title, facts, quotes", len(states), "states"
    )
    single = measure.interleaved(
        {
            "core: rule, title, facts, quotes": lambda: [
                explained(state) for state in states[:500]
            ],
            "zen-engine, one at a time": lambda: [
                engine.evaluate(each["key"], each["context"]) for each in some
            ],
        },
        ROUNDS,
    )
    measure.tell(
        "Twenty shared rules, one at a time",
        single,
        "core: rule, title, facts, quotes",
        len(some),
        "states",
    )


def _anew(states: list[CaseState]) -> None:
    rule_for.cache_clear()
    for state in states:
        explained(state)


def explained(state: CaseState) -> tuple[str, str, tuple[tuple[str, str], ...], tuple[str, ...]]:
    """What the core says of a state: rule, its sentence, what it read, the quoted sources."""
    rule = rule_for(state)
    read = (
        ("risk", state.risk.value),
        ("kind", state.kind.value),
        ("size", state.size.value),
        ("conclusion", state.conclusion.value),
        ("characterisation", state.status.value),
    )
    also = tuple(key for key, holds in rule.also if holds(state))
    quotes = tuple(citation.quote for citation in citations(rule.cites + also))
    return rule.id, rule.title, read, quotes


if __name__ == "__main__":
    main()
