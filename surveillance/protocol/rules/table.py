"""The whole decision table, in the order of the text, and the one rule that answers a state."""

from surveillance.protocol.rules.administrative import ADMINISTRATIVE
from surveillance.protocol.rules.change import CHANGE
from surveillance.protocol.rules.characterised import CHARACTERISED
from surveillance.protocol.rules.children import CHILDREN
from surveillance.protocol.rules.dangerous import DANGEROUS_CONCLUSIONS
from surveillance.protocol.rules.rule import Rule, RuleGroup
from surveillance.protocol.rules.settled import SETTLED
from surveillance.protocol.rules.uncharacterised import UNCHARACTERISED
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


def rule_for(state: CaseState) -> Rule:
    """The rule that answers `state`. Exactly one does (shown by enumeration), so order is free."""
    for group in GROUPS:
        if group.scope(state):
            return next(rule for rule in group.rules if rule.condition(state))
    raise AssertionError(f"no rule answers {state}")
