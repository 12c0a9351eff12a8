"""What has been tried, on the site's clock, and the next step of the ladder as the limit."""

from datetime import UTC, date, datetime, timedelta

import pytest

from surveillance.contact_plan import contact_plan
from surveillance.models import ContactAttempt
from surveillance.protocol.reaching import NextTry, Tried
from surveillance.protocol.terms import ContactOutcome, DayPart
from tests.surveillance.chase.scenes import Clinic, a_clinic, a_follow_up, a_patient, at

pytestmark = pytest.mark.django_db

DAY = date(2027, 1, 27)
T1 = date(2027, 1, 29)


@pytest.fixture
def clinic() -> Clinic:
    return a_clinic()


def test_attempts_are_read_on_the_sites_clock() -> None:
    tokyo = a_clinic(time_zone="Asia/Tokyo")
    patient = a_patient(tokyo)
    ContactAttempt.objects.create(
        patient=patient,
        channel="PHONE",
        outcome="NO_ANSWER",
        attempted_at=datetime(2027, 1, 26, 20, tzinfo=UTC),
    )

    plan = contact_plan(patient, at(DAY))

    assert plan.tried == (
        Tried(date(2027, 1, 27), DayPart.MORNING, "PHONE", ContactOutcome.NO_ANSWER),
    )


def test_next_step_of_the_ladder_is_the_limit(clinic: Clinic) -> None:
    follow_up = a_follow_up(clinic)

    plan = contact_plan(follow_up.patient, at(DAY))

    assert plan.not_after == T1
    assert plan.after(ContactOutcome.LETTER_SENT, "LETTER", at(DAY)) == NextTry(T1, DayPart.MORNING)


def test_what_is_booked_in_time_sets_no_limit(clinic: Clinic) -> None:
    follow_up = a_follow_up(clinic, booked_for=date(2027, 2, 20))

    assert contact_plan(follow_up.patient, at(DAY)).not_after is None


def test_closed_days_are_passed_over() -> None:
    clinic = a_clinic(holiday_calendar="IE")
    friday = date(2027, 1, 29)

    again = contact_plan(a_patient(clinic), at(friday)).after(
        ContactOutcome.NO_ANSWER, "PHONE", at(friday)
    )

    # 1 February 2027 is Saint Brigid's Day; the first weekday untried is the Tuesday after it
    assert again == NextTry(date(2027, 2, 2), DayPart.AFTERNOON)


def test_the_limit_is_that_of_the_most_urgent(clinic: Clinic) -> None:
    first = a_follow_up(clinic)
    a_follow_up(clinic, patient=first.patient, label="L2", owed_since=DAY - timedelta(days=60))

    assert contact_plan(first.patient, at(T1)).not_after == date(2027, 2, 14)
