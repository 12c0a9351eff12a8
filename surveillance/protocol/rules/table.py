"""The whole decision table, in the order of the text, and the one rule that answers a state."""

from functools import lru_cache

from surveillance.protocol.rules.administrative import ADMINISTRATIVE, is_administrative
from surveillance.protocol.rules.change import CHANGE, has_changed
from surveillance.protocol.rules.characterised import CHARACTERISED
from surveillance.protocol.rules.children import CHILDREN
from surveillance.protocol.rules.dangerous import (
    DANGEROUS_CONCLUSIONS,
    has_dangerous_conclusion,
)
from surveillance.protocol.rules.rule import Condition, Rule, RuleGroup
from surveillance.protocol.rules.settled import SETTLED, is_settled
from surveillance.protocol.rules.uncharacterised import UNCHARACTERISED, lacks_contrast_study
from surveillance.protocol.state import CaseState

GROUPS: tuple[RuleGroup, ...] = (
    ADMINISTRATIVE,
    CHILDREN,
    DANGEROUS_CONCLUSIONS,
    SETTLED,
    CHANGE,
    UNCHARACTERISED,
    CHARACTERISED,
)
RULES: dict[str, Rule] = {rule.id: rule for group in GROUPS for rule in group.rules}


def _is_child(state: CaseState) -> bool:
    return state.child


_BRANCHES: tuple[tuple[Condition, RuleGroup], ...] = (
    (is_administrative, ADMINISTRATIVE),
    (_is_child, CHILDREN),
    (has_dangerous_conclusion, DANGEROUS_CONCLUSIONS),
    (is_settled, SETTLED),
    (has_changed, CHANGE),
    (lacks_contrast_study, UNCHARACTERISED),
)
"""The scopes, shortened: each is asked only where those above it do not hold."""


@lru_cache(maxsize=65_536)
def rule_for(state: CaseState) -> Rule:
    """The rule that answers `state`. Exactly one does (shown by enumeration), so order is free.

    States are few and frozen, so that an answer is worked out once and then remembered."""
    return next(rule for rule in group_for(state).rules if rule.condition(state))


def group_for(state: CaseState) -> RuleGroup:
    """The group in whose scope `state` lies."""
    for condition, group in _BRANCHES:
        if condition(state):
            return group
    return CHARACTERISED
