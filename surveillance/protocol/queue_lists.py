"""The lists of the navigator's queue, and why something that is owed is not in one of them.

States the rule of the tabs (web/queue_tabs.py, in SQL) a second time: an agreement test holds that
`kept_out` has an answer for exactly what a list does not show.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple

from surveillance.protocol.dates import add_days
from surveillance.protocol.lead_times import LeadDates
from surveillance.protocol.parameters import REMINDER_BEFORE_EARLIEST
from surveillance.protocol.parameters.lead_times import WORK_AHEAD
from surveillance.protocol.recommendation import Window
from surveillance.protocol.terms import ObligationKind

COMING_DAYS: Final = REMINDER_BEFORE_EARLIEST.value
"""How far ahead the queue looks: as far as the first reminder does."""


class Tab(StrEnum):
    """The lists of the queue, in the order of the page."""

    OVERDUE = "overdue"
    DUE = "due"
    SOON = "soon"
    ORDER = "order"
    BOOK = "book"
    ESCALATED = "escalated"
    DECIDE = "decide"
    UNREACHABLE = "unreachable"
    SNOOZED = "snoozed"
    MINE = "mine"
    TEAM = "team"
    ALL = "all"


class Why(StrEnum):
    """What keeps an open obligation out of a list."""

    SNOOZED = "SNOOZED"
    NOT_OVERDUE = "NOT_OVERDUE"
    OVERDUE_ALREADY = "OVERDUE_ALREADY"
    TARGET_AHEAD = "TARGET_AHEAD"
    TARGET_PAST = "TARGET_PAST"
    NEEDS_NO_ORDER = "NEEDS_NO_ORDER"
    ORDERED = "ORDERED"
    BOOKED = "BOOKED"
    ORDER_LATER = "ORDER_LATER"
    NEEDS_NO_APPOINTMENT = "NEEDS_NO_APPOINTMENT"
    OPENS_LATER = "OPENS_LATER"
    NOT_ESCALATED = "NOT_ESCALATED"
    NO_DECISION_NEEDED = "NO_DECISION_NEEDED"
    CAN_BE_REACHED = "CAN_BE_REACHED"
    NOT_SNOOZED = "NOT_SNOOZED"
    NOT_YOURS = "NOT_YOURS"
    NOT_THE_TEAMS = "NOT_THE_TEAMS"


class KeptOut(NamedTuple):
    """The reason, and the day it hangs on."""

    why: Why
    day: date | None = None


@dataclass(frozen=True, slots=True)
class OpenObligation:
    """What the lists ask of something that is owed."""

    kind: ObligationKind
    window: Window
    lead: LeadDates
    ordered_on: date | None = None
    booked_for: date | None = None
    snoozed_until: date | None = None
    is_escalated: bool = False
    is_reachable: bool = True
    is_mine: bool = False
    is_teams: bool = False


def kept_out(tab: Tab, owed: OpenObligation, on: date) -> KeptOut | None:
    """Why `tab` does not show it on that day; None where it does."""
    if tab is Tab.SNOOZED:
        return None if _is_snoozed(owed, on) else KeptOut(Why.NOT_SNOOZED)
    if _is_snoozed(owed, on):
        return KeptOut(Why.SNOOZED, owed.snoozed_until)
    return _RULES[tab](owed, on)


def _is_snoozed(owed: OpenObligation, on: date) -> bool:
    return owed.snoozed_until is not None and owed.snoozed_until > on


def _overdue(owed: OpenObligation, on: date) -> KeptOut | None:
    latest = owed.window.latest
    return KeptOut(Why.NOT_OVERDUE, latest) if latest >= on else None


def _due(owed: OpenObligation, on: date) -> KeptOut | None:
    if owed.window.latest < on:
        return KeptOut(Why.OVERDUE_ALREADY, owed.window.latest)
    return KeptOut(Why.TARGET_AHEAD, owed.window.target) if owed.window.target >= on else None


def _soon(owed: OpenObligation, on: date) -> KeptOut | None:
    target = owed.window.target
    if target < on:
        return KeptOut(Why.TARGET_PAST, target)
    return KeptOut(Why.TARGET_AHEAD, target) if target > add_days(on, COMING_DAYS) else None


def _order(owed: OpenObligation, on: date) -> KeptOut | None:
    if owed.kind is not ObligationKind.IMAGING:
        return KeptOut(Why.NEEDS_NO_ORDER)
    if owed.booked_for:
        return KeptOut(Why.BOOKED, owed.booked_for)
    if owed.ordered_on:
        return KeptOut(Why.ORDERED, owed.ordered_on)
    is_later = owed.lead.order_by > add_days(on, WORK_AHEAD.value)
    return KeptOut(Why.ORDER_LATER, owed.lead.order_by) if is_later else None


def _book(owed: OpenObligation, on: date) -> KeptOut | None:
    if owed.kind is ObligationKind.REVIEW:
        return KeptOut(Why.NEEDS_NO_APPOINTMENT)
    if owed.booked_for:
        return KeptOut(Why.BOOKED, owed.booked_for)
    opens_soon = owed.window.earliest <= add_days(on, COMING_DAYS)
    must_be_soon = owed.lead.book_by <= add_days(on, WORK_AHEAD.value)
    return None if opens_soon or must_be_soon else KeptOut(Why.OPENS_LATER, owed.window.earliest)


_RULES: Final[dict[Tab, Callable[[OpenObligation, date], KeptOut | None]]] = {
    Tab.OVERDUE: _overdue,
    Tab.DUE: _due,
    Tab.SOON: _soon,
    Tab.ORDER: _order,
    Tab.BOOK: _book,
    Tab.ESCALATED: lambda owed, _on: None if owed.is_escalated else KeptOut(Why.NOT_ESCALATED),
    Tab.DECIDE: lambda owed, _on: (
        None if owed.kind is ObligationKind.REVIEW else KeptOut(Why.NO_DECISION_NEEDED)
    ),
    Tab.UNREACHABLE: lambda owed, _on: KeptOut(Why.CAN_BE_REACHED) if owed.is_reachable else None,
    Tab.MINE: lambda owed, _on: None if owed.is_mine else KeptOut(Why.NOT_YOURS),
    Tab.TEAM: lambda owed, _on: None if owed.is_teams else KeptOut(Why.NOT_THE_TEAMS),
    Tab.ALL: lambda _owed, _on: None,
}


class Ended(StrEnum):
    """Why nothing at all is owed to a patient."""

    MERGED = "MERGED"
    DECEASED = "DECEASED"
    TRANSFERRED = "TRANSFERRED"
    NOT_APPROPRIATE = "NOT_APPROPRIATE"
    NO_LESION = "NO_LESION"
    SIGNED = "SIGNED"
    BY_RULE = "BY_RULE"
    UNACCOUNTED = "UNACCOUNTED"


class LesionEnd(NamedTuple):
    """How what was owed to one lesion ended: by a signature, else by a rule; neither is an error
    that the failsafe reports. `on` is the day of that decision."""

    is_signed: bool
    is_ruled: bool
    on: date | None


_BY_STATUS: Final = {
    "DECEASED": Ended.DECEASED,
    "TRANSFERRED_ACKNOWLEDGED": Ended.TRANSFERRED,
    "SURVEILLANCE_NOT_APPROPRIATE": Ended.NOT_APPROPRIATE,
}


def why_nothing_is_owed(
    *, is_merged: bool, status: str, lesions: tuple[LesionEnd, ...]
) -> tuple[Ended, int | None]:
    """The reason that says most, and the number of the lesion it speaks of.

    A lesion that nothing accounts for is named before all others: that one must be mended.
    """
    if is_merged:
        return Ended.MERGED, None
    if status in _BY_STATUS:
        return _BY_STATUS[status], None
    if not lesions:
        return Ended.NO_LESION, None
    for number, lesion in enumerate(lesions):
        if not (lesion.is_signed or lesion.is_ruled):
            return Ended.UNACCOUNTED, number
    newest = max(range(len(lesions)), key=lambda number: lesions[number].on or date.min)
    return (Ended.SIGNED if lesions[newest].is_signed else Ended.BY_RULE), newest
