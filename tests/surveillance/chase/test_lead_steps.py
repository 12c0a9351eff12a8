"""The order is chased first, the booking next, the patient after that, and each only while missing.

The window of clinical.md 8.11 with the protocol's lead times for MRI: order by 3 December 2026,
book by the 17th, speak to the patient by the 24th. The ladder begins on 29 January.
"""

from datetime import date, timedelta
from typing import Any

import pytest

from patients.models import PatientStatus
from patients.workflows.save_site import save_site
from surveillance.models import (
    Escalation,
    FollowUp,
    Notification,
    NotificationStatus,
    NotificationTemplate,
)
from surveillance.outreach import LEAD_STEPS
from surveillance.workflows.book_follow_up import book_follow_up
from surveillance.workflows.cancel_order import cancel_order
from surveillance.workflows.deliver import deliver
from surveillance.workflows.record_order import record_order
from surveillance.workflows.sweep import sweep
from tests.factories import NOW, TODAY
from tests.surveillance.chase.scenes import SANITY, Clinic, a_clinic, a_follow_up, a_patient, at
from tests.surveillance.web import scenes as web

pytestmark = pytest.mark.django_db

ORDER_BY, BOOK_BY, CONTACT_BY = date(2026, 12, 3), date(2026, 12, 17), date(2026, 12, 24)
WEEK = timedelta(days=7)
DAY = timedelta(days=1)
LADDER = date(2027, 1, 29)


@pytest.fixture
def clinic() -> Clinic:
    return a_clinic()


def mri(clinic: Clinic, **fields: Any) -> FollowUp:
    return a_follow_up(clinic, **{"advised_modality": "MRI_HEPATOBILIARY"} | fields)


def sweep_on(*days: date) -> None:
    for day in days:
        sweep(now=at(day))


def sweep_around(*days: date) -> None:
    """On the day before, the day, and the day after."""
    for day in days:
        sweep_on(day - DAY, day, day + DAY)


def said() -> list[tuple[str, date, int | None]]:
    """Inside the application: what, on which day, to whom."""
    rows = Notification.objects.filter(template__in=LEAD_STEPS, channel="IN_APP")
    found = [(row.template, row.created_at.date(), row.recipient_id) for row in rows]
    return sorted(found, key=lambda one: (one[1], one[0], one[2] or 0))


def ordered(follow_up: FollowUp, day: date) -> None:
    follow_up.refresh_from_db()
    record_order(follow_up=follow_up, order_number="O-1", ordered_on=day, by=None, now=at(day))


def test_whole_chase_comes_before_the_ladder_and_looks_on_its_days(clinic: Clinic) -> None:
    """Nobody tells the sweep when to look: the hint on the row brings it there."""
    follow_up = mri(clinic)
    sweep_on(ORDER_BY - 30 * DAY)

    sweep_around(ORDER_BY, ORDER_BY + WEEK, BOOK_BY, CONTACT_BY, LADDER)

    navigator, lead = clinic.navigator.pk, clinic.lead.pk
    assert said() == [
        ("ORDER_MISSING", ORDER_BY, navigator),
        ("ORDER_MISSING", ORDER_BY + WEEK, lead),
        ("BOOKING_MISSING", BOOK_BY, navigator),
        ("ORDER_MISSING", ORDER_BY + 2 * WEEK, clinic.clinician.pk),
        ("CONTACT_PATIENT", CONTACT_BY, navigator),
    ]
    [escalation] = Escalation.objects.all()
    assert (escalation.tier, escalation.raised_at) == (1, at(LADDER))
    follow_up.refresh_from_db()
    assert follow_up.owner == clinic.navigator


def test_hint_of_a_row_that_a_decision_opens_knows_the_order_by_day(clinic: Clinic) -> None:
    mri(clinic, next_look_on=date(2026, 11, 15))

    sweep_on(date(2026, 11, 15))

    assert FollowUp.objects.get().next_look_on == ORDER_BY


def test_sweeping_twice_says_it_once(clinic: Clinic) -> None:
    mri(clinic)

    sweep_on(ORDER_BY, ORDER_BY, ORDER_BY + DAY)

    assert len(said()) == 1


def test_order_silences_the_order_and_not_the_booking(clinic: Clinic) -> None:
    follow_up = mri(clinic)
    sweep_on(ORDER_BY)
    ordered(follow_up, ORDER_BY + DAY)

    sweep_on(ORDER_BY + WEEK, ORDER_BY + 2 * WEEK, BOOK_BY)

    assert [(template, day) for template, day, _ in said()] == [
        ("ORDER_MISSING", ORDER_BY),
        ("BOOKING_MISSING", BOOK_BY),
    ]


def test_booking_in_time_silences_everything(clinic: Clinic) -> None:
    follow_up = mri(clinic)
    book_follow_up(follow_up=follow_up, booked_for=SANITY.latest, by=None, now=at(ORDER_BY - DAY))

    sweep_on(ORDER_BY, BOOK_BY, CONTACT_BY)

    assert said() == []


def test_booking_after_the_last_day_counts_as_none(clinic: Clinic) -> None:
    follow_up = mri(clinic, ordered_on=ORDER_BY - DAY)
    late = SANITY.latest + DAY
    book_follow_up(follow_up=follow_up, booked_for=late, by=None, now=at(ORDER_BY))

    sweep_on(BOOK_BY)

    assert [template for template, *_ in said()] == ["BOOKING_MISSING"]


def test_cancelled_order_is_chased_anew_and_so_is_a_second_one(clinic: Clinic) -> None:
    follow_up = mri(clinic)
    sweep_on(ORDER_BY)
    ordered(follow_up, ORDER_BY + DAY)
    for day in (ORDER_BY + 2 * DAY, ORDER_BY + 5 * DAY):
        cancel_order(follow_up=follow_up, reason="refused", by=None, now=at(day))
        sweep_on(day, day)
        ordered(follow_up, day)

    assert [day for _, day, _ in said()] == [ORDER_BY + n * DAY for n in (0, 2, 5)]


def test_cancelled_appointment_brings_the_last_word_again(clinic: Clinic) -> None:
    follow_up = mri(clinic, ordered_on=ORDER_BY - DAY)
    sweep_on(CONTACT_BY)
    when, gone = CONTACT_BY + DAY, CONTACT_BY + 3 * DAY
    book_follow_up(follow_up=follow_up, booked_for=date(2027, 1, 20), by=None, now=at(when))
    sweep_on(when)
    follow_up.refresh_from_db()
    book_follow_up(follow_up=follow_up, booked_for=None, reason="ill", by=None, now=at(gone))

    sweep_on(gone, gone)

    assert [(template, day) for template, day, _ in said()] == [
        ("CONTACT_PATIENT", CONTACT_BY),
        ("CONTACT_PATIENT", gone),
    ]


def test_ladder_is_the_same_with_and_without_an_order(clinic: Clinic) -> None:
    mri(clinic)
    mri(clinic, ordered_on=ORDER_BY)
    mri(clinic, kind="REFERRAL")

    sweep_on(ORDER_BY, LADDER, date(2027, 2, 14), date(2027, 3, 7))

    tiers = Escalation.objects.order_by("follow_up", "tier").values_list("tier", "raised_at")
    assert sorted(tiers) == sorted(
        [(1, at(LADDER)), (2, at(date(2027, 2, 14))), (3, at(date(2027, 3, 7)))] * 3
    )


def test_after_the_last_day_only_the_ladder_speaks(clinic: Clinic) -> None:
    mri(clinic)

    sweep_on(SANITY.latest + DAY, SANITY.latest + 9 * DAY)

    assert said() == []
    assert Escalation.objects.unresolved().exists()


def test_lesions_of_one_window_are_one_message(clinic: Clinic) -> None:
    patient = a_patient(clinic)
    for label in ("L1", "L2"):
        mri(clinic, patient=patient, label=label)

    sweep_on(ORDER_BY)

    assert len(said()) == 1


@pytest.mark.parametrize(
    "status", [PatientStatus.DECEASED, PatientStatus.SURVEILLANCE_NOT_APPROPRIATE]
)
def test_nobody_is_asked_to_order_for_the_quiet(clinic: Clinic, status: PatientStatus) -> None:
    mri(clinic, patient=a_patient(clinic, status=status, status_on=ORDER_BY))

    sweep_on(ORDER_BY, BOOK_BY, CONTACT_BY)

    assert said() == []


def test_closed_day_brings_the_step_forward_and_never_after(clinic: Clinic) -> None:
    """Christmas Day 2026 is a Friday, and the Monday after it a holiday."""
    closed = a_clinic(holiday_calendar="GB-ENG")
    closed.site.booking_lead_days = 6  # book and contact by 25 December
    save_site(site=closed.site, by=None, now=at(date(2026, 9, 1)))
    mri(closed, ordered_on=ORDER_BY)

    sweep_on(*(date(2026, 12, day) for day in (18, 22, 23, 24, 25, 26, 28, 29)))

    assert [(template, day) for template, day, _ in said()] == [
        ("CONTACT_PATIENT", date(2026, 12, 24))
    ]


def test_site_with_longer_lead_times_is_asked_sooner_from_the_next_sweep_on(
    clinic: Clinic,
) -> None:
    follow_up = mri(clinic)
    sweep_on(date(2026, 11, 1))
    follow_up.refresh_from_db()
    assert follow_up.next_look_on == ORDER_BY
    clinic.site.authorisation_lead_days = 40
    save_site(site=clinic.site, by=None, now=at(date(2026, 11, 9)))

    sweep_on(date(2026, 11, 10))

    assert [(template, day) for template, day, _ in said()] == [
        ("ORDER_MISSING", date(2026, 11, 10))
    ]


def test_change_of_a_site_wakes_its_follow_ups_once(clinic: Clinic) -> None:
    mri(clinic)
    mri(a_clinic(), next_look_on=date(2027, 1, 1))
    clinic.site.booking_lead_days = 20
    save_site(site=clinic.site, by=None, now=at(date(2026, 11, 9)))

    runs = [sweep(now=at(date(2026, 11, 10)) + n * timedelta(minutes=15)) for n in range(3)]

    assert [run.looked_at for run in runs] == [1, 0, 0]


def test_site_that_tightened_its_ladder_is_told_earlier(clinic: Clinic) -> None:
    follow_up = mri(clinic, ordered_on=ORDER_BY)
    sweep_on(CONTACT_BY)
    clinic.site.ladder_days_earlier = 10
    save_site(site=clinic.site, by=None, now=at(CONTACT_BY))

    expected = {
        1: LADDER - 10 * DAY,
        2: date(2027, 2, 4),
        3: SANITY.latest + 2 * DAY,
        4: date(2027, 3, 11),
    }
    sweep_around(*expected.values())

    assert {row.tier: row.raised_at.date() for row in Escalation.objects.all()} == expected
    assert not Escalation.objects.filter(resolution="SKIPPED").exists()
    follow_up.refresh_from_db()
    assert follow_up.latest_on == SANITY.latest


def test_message_that_is_out_of_date_is_not_sent(clinic: Clinic) -> None:
    follow_up = mri(clinic)
    sweep_on(ORDER_BY)
    ordered(follow_up, ORDER_BY)

    deliver(now=at(ORDER_BY))

    [message] = Notification.objects.filter(template=NotificationTemplate.ORDER_MISSING)
    assert (message.status, message.last_error) == (NotificationStatus.CANCELLED, "order_placed")


def test_booked_meanwhile_is_not_said_either(clinic: Clinic) -> None:
    follow_up = mri(clinic, ordered_on=ORDER_BY)
    sweep_on(BOOK_BY)
    book_follow_up(follow_up=follow_up, booked_for=date(2027, 1, 20), by=None, now=at(BOOK_BY))

    deliver(now=at(BOOK_BY))

    [message] = Notification.objects.filter(template=NotificationTemplate.BOOKING_MISSING)
    assert (message.status, message.last_error) == (NotificationStatus.CANCELLED, "booked_in_time")


def test_death_meanwhile_ends_the_asking(clinic: Clinic) -> None:
    follow_up = mri(clinic)
    sweep_on(ORDER_BY)
    follow_up.patient.status = PatientStatus.DECEASED
    follow_up.patient.status_on = ORDER_BY
    follow_up.patient.save()

    deliver(now=at(ORDER_BY))

    [message] = Notification.objects.filter(template=NotificationTemplate.ORDER_MISSING)
    assert message.last_error == "patient_is_quiet"


def test_email_above_the_navigator_says_nothing_of_the_patient(
    clinic: Clinic, mailoutbox: list[Any]
) -> None:
    follow_up = mri(clinic, patient=a_patient(clinic, family_name="Okafor", given_name="Ada"))
    sweep_on(ORDER_BY, ORDER_BY + WEEK)

    deliver(now=at(ORDER_BY + WEEK))

    [mail] = [one for one in mailoutbox if one.to == [clinic.lead.email]]
    assert mail.subject == "HepCalc: an order is missing"
    assert f"/patients/{follow_up.patient_id}/" in mail.body
    assert "Okafor" not in mail.subject + mail.body
    assert not [one for one in mailoutbox if one.to == [clinic.navigator.email]]


def test_number_of_queries_does_not_grow_with_what_is_missing(
    clinic: Clinic, django_assert_max_num_queries: Any
) -> None:
    for number in range(12):
        mri(clinic, label=f"L{number}")

    with django_assert_max_num_queries(31):
        sweep(now=at(ORDER_BY))

    assert len(said()) == 12


def test_what_must_be_ordered_at_once_is_looked_at_today() -> None:
    clinic = web.a_clinic(booking_lead_days=180, authorisation_lead_days=180)

    follow_up = web.surveyed(clinic, performed_on=TODAY - timedelta(days=14))

    assert follow_up.earliest_on > TODAY + timedelta(days=30)  # nobody is reminded yet
    assert follow_up.next_look_on == TODAY
    sweep(now=NOW)
    assert [template for template, *_ in said()] == ["ORDER_MISSING"]
