"""What a rule is: one condition on the abstract state, one answer, its source sentences."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from surveillance.protocol.state import CaseState
from surveillance.protocol.terms import EscalationClass, RecommendationKind

Condition = Callable[[CaseState], bool]


class WindowName(StrEnum):
    """The windows of 4.3."""

    NONE = "NONE"
    IMMEDIATE = "IMMEDIATE"
    URGENT = "URGENT"
    EXPEDITED = "EXPEDITED"
    CHARACTERISATION = "CHARACTERISATION"
    REVIEW = "REVIEW"
    DATA = "DATA"
    SURVEILLANCE = "SURVEILLANCE"
    SURVEILLANCE_SIX = "SURVEILLANCE_SIX"
    SINGLE_CHECK = "SINGLE_CHECK"
    ROUTINE = "ROUTINE"
    PAED_HEMANGIOMA = "PAED_HEMANGIOMA"
    PAED_ULTRASOUND = "PAED_ULTRASOUND"
    PAED_EVALUATION = "PAED_EVALUATION"


@dataclass(frozen=True, slots=True)
class Rule:
    """`condition` is read inside the scope of its group; `also` adds citations where its condition
    holds; `facts` names what a reader must see to follow the decision.
    Rules with the same `need` are one need, which begins with the first of them."""

    id: str
    title: str
    condition: Condition
    kind: RecommendationKind
    window: WindowName
    escalation: EscalationClass
    cites: tuple[str, ...]
    also: tuple[tuple[str, Condition], ...]
    facts: tuple[str, ...]
    note: str
    need: str

    @property
    def stop(self) -> bool:
        """True if the rule leaves nothing owed."""
        return self.window is WindowName.NONE


@dataclass(frozen=True, slots=True)
class RuleGroup:
    """Rules that share a scope. Inside the scope exactly one condition holds."""

    title: str
    scope: Condition
    rules: tuple[Rule, ...]

    def applies(self, rule: Rule, state: CaseState) -> bool:
        """The whole guard of `rule`: its scope and its condition, whatever the order."""
        return self.scope(state) and rule.condition(state)


def rule(  # noqa: PLR0913  (one row of the decision table, by keyword)
    rule_id: str,
    kind: RecommendationKind,
    *,
    window: WindowName = WindowName.NONE,
    escalation: EscalationClass = EscalationClass.NONE,
    cites: Sequence[str] = (),
    also: Sequence[tuple[str, Condition]] = (),
    facts: Sequence[str] = (),
    note: str = "",
    need: str = "",
) -> Callable[[Condition], Rule]:
    """Turn a condition into a rule; its docstring is the sentence that people read."""

    def wrap(condition: Condition) -> Rule:
        title = " ".join((condition.__doc__ or "").split())
        return Rule(
            rule_id,
            title,
            condition,
            kind,
            window,
            escalation,
            tuple(cites),
            tuple(also),
            tuple(facts),
            note,
            need or rule_id,
        )

    return wrap
