"""Missed appointments (clinical.md 8.2): still owed, counted, contacted, twice is T2 at once."""

from datetime import date

import pytest

from patients.models import AuditEvent, Membership
from surveillance.models import Escalation, FollowUp, Notification
from surveillance.protocol.recommendation import Obligation, Window
from surveillance.protocol.terms import EscalationClass, ObligationKind, RecommendationKind
from surveillance.workflows.book_follow_up import book_follow_up
from surveillance.workflows.change_follow_up import FollowUpAlreadyClosed, FollowUpChangedMeanwhile
from surveillance.workflows.record_missed_appointment import (
    NoAppointmentToMiss,
    record_missed_appointment,
)
from surveillance.workflows.schedule_follow_ups import NewFollowUp, schedule_follow_ups
from surveillance.workflows.sweep import sweep
from tests.surveillance.chase.scenes import SANITY, Clinic, a_clinic, a_follow_up, at

pytestmark = pytest.mark.django_db

FIRST, SECOND, THIRD = date(2026, 12, 10), date(2026, 12, 17), date(2026, 12, 29)
"""All before the first step of the ladder (29 January 2027)."""


@pytest.fixture
def clinic() -> Clinic:
    return a_clinic()


def miss(follow_up: FollowUp, day: date, clinic: Clinic) -> None:
    """Book for `day`, do not come, and have it recorded on the day itself."""
    FollowUp.objects.filter(pk=follow_up.pk).update(booked_for=day)
    record_missed_appointment(follow_up=follow_up, by=clinic.navigator, now=at(day))


def test_missed_appointment_stays_owed_and_is_counted(clinic: Clinic) -> None:
    follow_up = a_follow_up(clinic, order_number="ORD-1", ordered_on=date(2026, 11, 1))

    miss(follow_up, FIRST, clinic)

    assert follow_up.closed_at is None
    assert (follow_up.booked_for, follow_up.missed_appointments) == (None, 1)
    assert (follow_up.order_number, follow_up.twice_missed_on) == ("ORD-1", None)
    assert follow_up.next_look_on == FIRST
    event = AuditEvent.objects.get(action="missed_appointment_recorded")
    assert event.detail == {"booked_for": "2026-12-10", "missed_appointments": 1}


def test_owner_is_asked_to_contact_the_patient(clinic: Clinic) -> None:
    follow_up = a_follow_up(clinic)

    miss(follow_up, FIRST, clinic)

    task = Notification.objects.get()
    assert (task.template, task.channel) == ("MISSED_APPOINTMENT", "IN_APP")
    assert (task.recipient, task.patient) == (clinic.navigator, follow_up.patient)
    sweep(now=at(FIRST))
    assert not Escalation.objects.exists()


def test_with_nobody_in_post_it_is_counted_and_nobody_is_asked(clinic: Clinic) -> None:
    follow_up = a_follow_up(clinic)
    Membership.objects.all().delete()

    miss(follow_up, SECOND, clinic)

    assert follow_up.missed_appointments == 1
    assert not Notification.objects.exists()


def test_what_replaces_it_keeps_the_count_and_is_looked_at_at_once(clinic: Clinic) -> None:
    follow_up = a_follow_up(clinic)
    miss(follow_up, FIRST, clinic)
    miss(follow_up, SECOND, clinic)

    new = NewFollowUp(
        lesion=follow_up.lesion,
        patient=follow_up.patient,
        assessment=follow_up.assessment,
        obligation=Obligation(
            ObligationKind.IMAGING,
            RecommendationKind.SURVEILLANCE_IMAGING,
            Window(THIRD, THIRD, SANITY.latest),
            EscalationClass.AT_RISK,
            None,
            "because",
        ),
        replaces=follow_up,
    )
    [successor] = schedule_follow_ups(new=[new], by=None, now=at(SECOND))

    assert (successor.missed_appointments, successor.twice_missed_on) == (2, SECOND)
    assert successor.next_look_on == SECOND


@pytest.mark.parametrize("ladder", [EscalationClass.LOW, EscalationClass.AT_RISK])
def test_second_one_goes_to_the_lead_navigator_at_once(clinic: Clinic, ladder) -> None:
    follow_up = a_follow_up(clinic, ladder=ladder)

    miss(follow_up, FIRST, clinic)
    miss(follow_up, SECOND, clinic)
    sweep(now=at(SECOND))

    raised = Escalation.objects.get()
    assert (raised.tier, raised.step, raised.owner) == (2, "DNA2", clinic.lead)
    assert (follow_up.missed_appointments, follow_up.twice_missed_on) == (2, SECOND)
    assert Notification.objects.filter(template="MISSED_APPOINTMENT").count() == 2


def test_a_booking_in_time_ends_it_and_a_third_one_raises_it_again(clinic: Clinic) -> None:
    follow_up = a_follow_up(clinic)
    miss(follow_up, FIRST, clinic)
    miss(follow_up, SECOND, clinic)
    sweep(now=at(SECOND))

    book_follow_up(follow_up=follow_up, booked_for=THIRD, by=None, now=at(SECOND))
    sweep(now=at(SECOND))
    assert Escalation.objects.get().resolution == "BOOKED_IN_TIME"

    record_missed_appointment(follow_up=follow_up, by=None, now=at(THIRD))
    sweep(now=at(THIRD))
    raised = Escalation.objects.get()
    assert (raised.tier, raised.resolution, raised.raised_at) == (2, "", at(THIRD))
    assert follow_up.missed_appointments == 3


def test_later_steps_of_the_ladder_still_come(clinic: Clinic) -> None:
    follow_up = a_follow_up(clinic)
    miss(follow_up, FIRST, clinic)
    miss(follow_up, SECOND, clinic)

    for day in (SECOND, date(2027, 1, 29), date(2027, 3, 7)):
        sweep(now=at(day))

    open_tiers = Escalation.objects.unresolved().values_list("tier", flat=True)
    assert sorted(open_tiers) == [2, 3]


@pytest.mark.parametrize(
    "booked_for", [pytest.param(None, id="nothing"), pytest.param(SECOND, id="still to come")]
)
def test_what_was_not_booked_or_is_to_come_cannot_be_missed(clinic: Clinic, booked_for) -> None:
    follow_up = a_follow_up(clinic, booked_for=booked_for)

    with pytest.raises(NoAppointmentToMiss):
        record_missed_appointment(follow_up=follow_up, by=None, now=at(FIRST))

    follow_up.refresh_from_db()
    assert (follow_up.booked_for, follow_up.missed_appointments) == (booked_for, 0)
    assert not Notification.objects.exists()


def test_closed_and_changed_follow_ups_are_refused(clinic: Clinic) -> None:
    closed = a_follow_up(clinic, closed_at=at(FIRST), outcome="NO_LONGER_OWED", booked_for=FIRST)
    changed = a_follow_up(clinic, booked_for=FIRST, version=3)

    with pytest.raises(FollowUpAlreadyClosed):
        record_missed_appointment(follow_up=closed, by=None, now=at(FIRST))
    with pytest.raises(FollowUpChangedMeanwhile):
        record_missed_appointment(follow_up=changed, expected_version=2, by=None, now=at(FIRST))

    assert not Notification.objects.exists()


def test_lapsed_booking_that_nobody_recorded_stays_as_it_is(clinic: Clinic) -> None:
    follow_up = a_follow_up(clinic, booked_for=FIRST)

    sweep(now=at(SECOND))

    follow_up.refresh_from_db()
    assert (follow_up.booked_for, follow_up.missed_appointments) == (FIRST, 0)
