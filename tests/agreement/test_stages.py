"""The stage of a window is stated twice, in Python and in SQL: both must say the same."""

from datetime import date, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from surveillance.models import FollowUp
from surveillance.models.follow_up_states import is_due, is_due_soon
from surveillance.protocol.recommendation import Window
from surveillance.protocol.terms import Stage
from surveillance.protocol.timeliness import overdue_days, stage_on
from tests.surveillance.factories import FollowUpFactory

pytestmark = pytest.mark.django_db

DAYS = st.dates(date(2024, 1, 1), date(2028, 12, 31))


def agree(window: Window, day: date) -> None:
    row = FollowUpFactory(
        earliest_on=window.earliest, target_on=window.target, latest_on=window.latest
    )
    mine = FollowUp.objects.filter(pk=row.pk)
    stage = stage_on(window, day)

    assert mine.overdue(day).exists() is (stage is Stage.OVERDUE) is (overdue_days(window, day) > 0)
    assert mine.filter(is_due(day)).exists() is (stage is Stage.DUE)
    soon = mine.filter(is_due_soon(day, within_days=3650)).exists()
    assert soon is (stage in (Stage.NOT_YET, Stage.OPEN))


@settings(max_examples=min(settings().max_examples, 200))
@given(days=st.lists(DAYS, min_size=3, max_size=3), day=DAYS)
@example(days=[date(2024, 2, 29)] * 3, day=date(2024, 2, 29))
@example(days=[date(2026, 8, 31), date(2026, 12, 31), date(2027, 2, 28)], day=date(2027, 3, 1))
def test_python_and_sql_agree_on_any_window_and_day(days, day):
    agree(Window(*sorted(days)), day)


@pytest.mark.parametrize("offset", [-1, 0, 1])
@pytest.mark.parametrize("edge", ["earliest", "target", "latest"])
def test_python_and_sql_agree_on_the_day_before_the_day_and_the_day_after(edge, offset):
    window = Window(date(2026, 11, 30), date(2026, 12, 31), date(2027, 2, 28))

    agree(window, getattr(window, edge) + timedelta(days=offset))


def test_closed_follow_up_is_never_overdue():
    FollowUpFactory(
        earliest_on=date(2026, 1, 1),
        target_on=date(2026, 1, 1),
        latest_on=date(2026, 1, 1),
        closed_at="2026-02-01T09:00Z",
        outcome="NO_LONGER_OWED",
    )

    assert not FollowUp.objects.overdue(date(2026, 3, 1)).exists()
