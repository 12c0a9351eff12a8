"""Which e-mail interrupts, and when the others are told."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveillance.protocol.alerts import (
    Alert,
    Occasion,
    budget_of,
    is_interruptive,
    next_digest,
)
from surveillance.protocol.parameters import alerts
from surveillance.protocol.parameters.parameter import Authority
from surveillance.protocol.terms import EscalationClass

BUDGET = alerts.ALERTS_PER_WEEK.value
DANGEROUS = [EscalationClass.AT_RISK, EscalationClass.URGENT]
alerts_of_any_kind = st.builds(
    Alert, st.sampled_from(EscalationClass), st.booleans(), st.sampled_from(Occasion)
)


@given(sent=st.integers(0, 20), budget=st.integers(0, 10))
def test_a_new_urgent_case_interrupts_within_the_budget_only(sent, budget):
    new = Alert(EscalationClass.URGENT, is_overdue=False)

    assert is_interruptive(new, sent, budget) == (sent < budget)


@pytest.mark.parametrize("kind", [EscalationClass.AT_RISK, EscalationClass.LOW])
def test_a_step_weeks_before_the_last_day_is_told_in_the_morning(kind):
    assert not is_interruptive(Alert(kind, is_overdue=False), 0, BUDGET)


@given(sent=st.integers(0, 100))
@pytest.mark.parametrize("occasion", [Occasion.RAISED, Occasion.RETURNED])
@pytest.mark.parametrize("kind", DANGEROUS)
def test_a_breach_in_a_dangerous_class_always_interrupts(kind, occasion, sent):
    assert is_interruptive(Alert(kind, True, occasion), sent, budget=0)


@pytest.mark.parametrize("kind", EscalationClass)
@pytest.mark.parametrize("occasion", [Occasion.PROMPT, Occasion.RETURNED_BELOW])
def test_a_prompt_and_what_another_has_above_never_interrupt(kind, occasion):
    assert not is_interruptive(Alert(kind, True, occasion), 0, BUDGET)


@given(alert=alerts_of_any_kind, sent=st.integers(0, 20), budget=st.integers(0, 10))
def test_whoever_has_had_more_is_never_interrupted_sooner(alert, sent, budget):
    if is_interruptive(alert, sent + 1, budget):
        assert is_interruptive(alert, sent, budget)


@pytest.mark.parametrize("kind", [EscalationClass.LOW, EscalationClass.NONE])
def test_what_is_overdue_without_danger_waits_once_the_budget_is_spent(kind):
    assert not is_interruptive(Alert(kind, is_overdue=True), BUDGET, BUDGET)


@pytest.mark.parametrize(
    ("site", "budget"),
    [
        pytest.param(None, BUDGET, id="the site says nothing"),
        pytest.param(2, 2, id="tighter"),
        pytest.param(0, 0, id="none at all"),
        pytest.param(BUDGET + 10, BUDGET, id="never looser"),
    ],
)
def test_a_site_may_tighten_the_budget_and_never_loosen_it(site, budget):
    assert budget_of(site) == budget


def is_weekend(day: date) -> bool:
    return day.isoweekday() > 5


@pytest.mark.parametrize(
    ("after", "morning"),
    [
        pytest.param(datetime(2027, 2, 15, 0, 10, tzinfo=UTC), 15, id="just after midnight"),
        pytest.param(datetime(2027, 2, 15, 7, 0, tzinfo=UTC), 16, id="at the hour itself"),
        pytest.param(datetime(2027, 2, 15, 10, tzinfo=UTC), 16, id="during the day"),
        pytest.param(datetime(2027, 2, 12, 10, tzinfo=UTC), 15, id="Friday"),
        pytest.param(datetime(2027, 2, 13, 0, 5, tzinfo=UTC), 15, id="Saturday"),
    ],
)
def test_the_digest_goes_in_the_morning_of_a_working_day(after, morning):
    assert next_digest(after, is_weekend) == datetime(2027, 2, morning, 7, tzinfo=UTC)


def test_the_hour_is_that_of_the_site_on_the_day_the_clocks_change():
    berlin = ZoneInfo("Europe/Berlin")
    saturday = datetime(2027, 3, 27, 12, tzinfo=berlin)

    digest = next_digest(saturday, lambda _day: False)

    assert digest == datetime(2027, 3, 28, 7, tzinfo=berlin)
    assert digest.astimezone(UTC).hour == 5


@given(moment=st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1)))
def test_the_digest_lies_ahead_within_the_closed_days(moment):
    after = moment.replace(tzinfo=UTC)

    digest = next_digest(after, is_weekend)

    assert after < digest <= after + timedelta(days=3)
    assert not is_weekend(digest.date())


def test_a_site_that_seems_closed_for_ever_is_told_tomorrow():
    monday = datetime(2027, 2, 15, 10, tzinfo=UTC)

    assert next_digest(monday, lambda _day: True) == datetime(2027, 2, 16, 7, tzinfo=UTC)


@pytest.mark.parametrize("number", [alerts.ALERTS_PER_WEEK, alerts.ALERT_WEEK, alerts.DIGEST_HOUR])
def test_the_numbers_are_our_own_judgement_and_say_so(number):
    assert number.authority is Authority.OURS
    assert number.unit
    assert number.note
