"""The order of the navigator's queue: most dangerous first, and time never reorders it."""

from surveillance.protocol.parameters import QUEUE_HEAD_START
from surveillance.protocol.recommendation import Window
from surveillance.protocol.terms import EscalationClass


def sort_key(escalation_class: EscalationClass, window: Window) -> int:
    """Ascending: the ordinal of the latest day less the head start of the class (days)."""
    return window.latest.toordinal() - QUEUE_HEAD_START.value[escalation_class]
