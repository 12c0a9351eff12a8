"""Why a list of the queue does not show what is owed, and why nothing is owed."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveillance.protocol.lead_times import LeadDates
from surveillance.protocol.queue_lists import (
    Ended,
    KeptOut,
    LesionEnd,
    OpenObligation,
    Tab,
    Why,
    kept_out,
    why_nothing_is_owed,
)
from surveillance.protocol.recommendation import Window
from surveillance.protocol.terms import ObligationKind

TODAY = date(2026, 8, 31)


def in_days(days: int) -> date:
    return TODAY + timedelta(days=days)


def owed(earliest: int = -60, target: int = 10, latest: int = 40, **said: Any) -> OpenObligation:
    """Imaging whose window runs between these days from today, to be ordered and booked by now."""
    window = Window(in_days(earliest), in_days(target), in_days(latest))
    lead = LeadDates(TODAY, TODAY, TODAY)
    values: dict[str, Any] = {"kind": ObligationKind.IMAGING, "window": window, "lead": lead}
    return OpenObligation(**values | said)


FAR = LeadDates(in_days(15), in_days(15), in_days(15))


@pytest.mark.parametrize(
    ("tab", "row", "why", "day"),
    [
        (Tab.OVERDUE, owed(latest=0, target=-1), Why.NOT_OVERDUE, TODAY),
        (Tab.DUE, owed(target=-9, latest=-1), Why.OVERDUE_ALREADY, in_days(-1)),
        (Tab.DUE, owed(target=0), Why.TARGET_AHEAD, TODAY),
        (Tab.SOON, owed(target=-1), Why.TARGET_PAST, in_days(-1)),
        (Tab.SOON, owed(target=31, latest=60), Why.TARGET_AHEAD, in_days(31)),
        (Tab.ORDER, owed(kind=ObligationKind.REFERRAL), Why.NEEDS_NO_ORDER, None),
        (Tab.ORDER, owed(ordered_on=TODAY), Why.ORDERED, TODAY),
        (Tab.ORDER, owed(ordered_on=TODAY, booked_for=in_days(3)), Why.BOOKED, in_days(3)),
        (Tab.ORDER, owed(lead=FAR), Why.ORDER_LATER, in_days(15)),
        (Tab.BOOK, owed(kind=ObligationKind.REVIEW), Why.NEEDS_NO_APPOINTMENT, None),
        (Tab.BOOK, owed(booked_for=in_days(3)), Why.BOOKED, in_days(3)),
        (Tab.BOOK, owed(31, 60, 90, lead=FAR), Why.OPENS_LATER, in_days(31)),
        (Tab.ESCALATED, owed(), Why.NOT_ESCALATED, None),
        (Tab.DECIDE, owed(), Why.NO_DECISION_NEEDED, None),
        (Tab.UNREACHABLE, owed(), Why.CAN_BE_REACHED, None),
        (Tab.SNOOZED, owed(snoozed_until=TODAY), Why.NOT_SNOOZED, None),
        (Tab.MINE, owed(), Why.NOT_YOURS, None),
        (Tab.TEAM, owed(), Why.NOT_THE_TEAMS, None),
        (Tab.ALL, owed(snoozed_until=in_days(1)), Why.SNOOZED, in_days(1)),
    ],
    ids=lambda value: str(value) if isinstance(value, Tab | Why) else "",
)
def test_list_says_what_keeps_a_row_out(tab, row, why, day) -> None:
    assert kept_out(tab, row, TODAY) == KeptOut(why, day)


@pytest.mark.parametrize(
    ("tab", "row"),
    [
        (Tab.OVERDUE, owed(target=-9, latest=-1)),
        (Tab.DUE, owed(target=-1, latest=0)),
        (Tab.SOON, owed(target=0)),
        (Tab.SOON, owed(target=30)),
        (Tab.ORDER, owed(lead=replace(FAR, order_by=in_days(14)))),
        (Tab.BOOK, owed(30, 60, 90, lead=FAR)),
        (Tab.BOOK, owed(31, 60, 90, lead=replace(FAR, book_by=in_days(14)))),
        (Tab.ESCALATED, owed(is_escalated=True)),
        (Tab.DECIDE, owed(kind=ObligationKind.REVIEW)),
        (Tab.UNREACHABLE, owed(is_reachable=False)),
        (Tab.SNOOZED, owed(snoozed_until=in_days(1))),
        (Tab.MINE, owed(is_mine=True)),
        (Tab.TEAM, owed(is_teams=True)),
        (Tab.ALL, owed(snoozed_until=TODAY)),
    ],
    ids=lambda value: str(value) if isinstance(value, Tab) else "",
)
def test_list_shows_what_belongs_there(tab, row) -> None:
    assert kept_out(tab, row, TODAY) is None


days = st.integers(-400, 400)


@given(
    first=days,
    spans=st.tuples(st.integers(0, 200), st.integers(0, 200)),
    kind=st.sampled_from(ObligationKind),
    booked=st.none() | days,
    snoozed=st.none() | days,
)
def test_nothing_that_is_owed_is_in_no_list(first, spans, kind, booked, snoozed) -> None:
    """It is among all that is owed, or put aside: never neither, never both."""
    target, latest = first + spans[0], first + sum(spans)
    row = owed(
        first,
        target,
        latest,
        kind=kind,
        booked_for=None if booked is None else in_days(booked),
        snoozed_until=None if snoozed is None else in_days(snoozed),
    )

    shown = [tab for tab in (Tab.ALL, Tab.SNOOZED) if kept_out(tab, row, TODAY) is None]

    assert len(shown) == 1


RULED = LesionEnd(is_signed=False, is_ruled=True, on=in_days(-9))
SIGNED = LesionEnd(is_signed=True, is_ruled=False, on=in_days(-3))
LOST = LesionEnd(is_signed=False, is_ruled=False, on=None)


@pytest.mark.parametrize(
    ("facts", "ended"),
    [
        ({"is_merged": True, "status": "DECEASED"}, (Ended.MERGED, None)),
        ({"status": "DECEASED", "lesions": (RULED,)}, (Ended.DECEASED, None)),
        ({"status": "TRANSFERRED_ACKNOWLEDGED"}, (Ended.TRANSFERRED, None)),
        ({"status": "SURVEILLANCE_NOT_APPROPRIATE"}, (Ended.NOT_APPROPRIATE, None)),
        ({}, (Ended.NO_LESION, None)),
        ({"lesions": (RULED,)}, (Ended.BY_RULE, 0)),
        ({"lesions": (RULED, SIGNED)}, (Ended.SIGNED, 1)),
        ({"lesions": (RULED, LOST, SIGNED)}, (Ended.UNACCOUNTED, 1)),
        ({"status": "DECLINED", "lesions": (SIGNED,)}, (Ended.SIGNED, 0)),
    ],
)
def test_the_reason_that_says_most_is_given(facts, ended) -> None:
    values: dict[str, Any] = {"is_merged": False, "status": "ACTIVE", "lesions": ()}

    assert why_nothing_is_owed(**values | facts) == ended
