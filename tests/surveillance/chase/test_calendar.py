"""A step that falls on a closed day happens on the working day before, once, and never after."""

from datetime import date, timedelta

import pytest

from patients.workflows.close_site_days import close_site_days
from surveillance.models import Escalation, Notification
from surveillance.workflows.sweep import sweep
from tests.surveillance.chase.scenes import Clinic, a_clinic, a_follow_up, a_patient, at

pytestmark = pytest.mark.django_db
# The window of clinical.md 8.11: T1 on Friday 29 January 2027, T2 on Sunday 14 February, overdue
# from Monday 1 March, T3 on Sunday 7 March, T4 on Sunday 21 March.
FRIDAY, SUNDAY, MONDAY = date(2027, 2, 12), date(2027, 2, 14), date(2027, 2, 15)


@pytest.fixture
def clinic() -> Clinic:
    return a_clinic(holiday_calendar="GB-ENG")


def sweep_daily(first: date, last: date) -> None:
    for number in range((last - first).days + 1):
        sweep(now=at(first + timedelta(days=number)))


def raised() -> dict[int, date]:
    return {row.tier: row.raised_at.date() for row in Escalation.objects.order_by("tier")}


def test_every_tier_is_raised_on_a_working_day_not_after_its_own(clinic: Clinic) -> None:
    a_follow_up(clinic)

    sweep_daily(date(2026, 12, 1), date(2027, 3, 31))

    assert raised() == {
        1: date(2027, 1, 29),
        2: FRIDAY,
        3: date(2027, 3, 5),
        4: date(2027, 3, 19),
    }


def test_ladder_that_the_site_tightened_keeps_to_working_days_too(clinic: Clinic) -> None:
    """A day earlier: T1 on a Thursday, T2 on a Saturday, T3 and T4 on Saturdays."""
    clinic.site.ladder_days_earlier = 1
    clinic.site.save()
    a_follow_up(clinic)

    sweep_daily(date(2027, 1, 27), date(2027, 2, 15))
    sweep_daily(date(2027, 3, 4), date(2027, 3, 7))
    sweep_daily(date(2027, 3, 18), date(2027, 3, 21))

    assert raised() == {
        1: date(2027, 1, 28),
        2: FRIDAY,
        3: date(2027, 3, 5),
        4: date(2027, 3, 19),
    }


def test_nothing_is_said_twice_over_a_weekend(clinic: Clinic) -> None:
    a_follow_up(clinic)
    sweep_daily(date(2027, 2, 1), FRIDAY)
    before = Notification.objects.count()

    sweep_daily(FRIDAY, MONDAY)

    assert Notification.objects.count() == before


def test_a_site_that_works_on_sundays_is_told_on_sunday() -> None:
    a_follow_up(a_clinic())

    sweep_daily(date(2027, 2, 1), MONDAY)

    assert raised()[2] == SUNDAY


def test_a_closure_brings_the_step_forward(clinic: Clinic) -> None:
    a_follow_up(clinic)
    close_site_days(
        site=clinic.site,
        first_on=date(2027, 2, 10),
        last_on=date(2027, 2, 12),
        reason="new scanner",
        by=None,
        now=at(date(2027, 1, 1)),
    )

    sweep_daily(date(2027, 2, 1), MONDAY)

    assert raised()[2] == date(2027, 2, 9)


def test_a_sweep_that_was_down_on_friday_makes_up_for_it_on_the_weekend(clinic: Clinic) -> None:
    a_follow_up(clinic)
    sweep(now=at(FRIDAY - timedelta(days=1)))

    sweep(now=at(SUNDAY - timedelta(days=1)))

    assert raised()[2] == SUNDAY - timedelta(days=1)


def test_reminders_of_a_weekend_are_sent_on_friday(clinic: Clinic) -> None:
    a_follow_up(clinic, patient=a_patient(clinic, reachable=True))

    sweep_daily(date(2026, 10, 1), date(2026, 11, 10))

    # earliest - 30 days is Saturday 31 October 2026
    [reminder] = Notification.objects.filter(template="PATIENT_REMINDER")
    assert reminder.created_at.date() == date(2026, 10, 30)
