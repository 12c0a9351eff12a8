"""Where a day lies in a window. Overdue is derived, never stored."""

from datetime import date

from surveillance.protocol.recommendation import Window
from surveillance.protocol.terms import Stage


def stage_on(window: Window, day: date) -> Stage:
    """NOT_YET before earliest, OPEN to target, DUE to latest, OVERDUE from latest + 1 day (8.1)."""
    if day < window.earliest:
        return Stage.NOT_YET
    if day <= window.target:
        return Stage.OPEN
    if day <= window.latest:
        return Stage.DUE
    return Stage.OVERDUE


def overdue_days(window: Window, day: date) -> int:
    """Whole days past the latest day; 0 while it is not past."""
    return max(0, (day - window.latest).days)
