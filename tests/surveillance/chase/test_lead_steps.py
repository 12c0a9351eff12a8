"""The order is chased first, the booking next, the patient after that, and each only while missing.

The window of clinical.md 8.11 with the protocol's lead times for MRI: order by 3 December 2026,
book by the 17th, speak to the patient by the 24th. The ladder begins on 29 January.
"""

from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from patients.models import PatientStatus
from patients.workflows.save_site import save_site
from surveillance.models import (
    TEMPLATES_OF_PROMPTS,
    ContactChannel,
    ContactOutcome,
    Escalation,
    FollowUp,
    Notification,
    NotificationStatus,
    NotificationTemplate,
    unsettled,
)
from surveillance.protocol.recommendation import Window
from surveillance.protocol.terms import EscalationClass
from surveillance.workflows.acknowledge_escalation import acknowledge_escalation
from surveillance.workflows.book_follow_up import book_follow_up
from surveillance.workflows.cancel_order import cancel_order
from surveillance.workflows.deliver import deliver
from surveillance.workflows.log_contact import log_contact
from surveillance.workflows.mark_read import mark_read
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
    rows = Notification.objects.filter(template__in=TEMPLATES_OF_PROMPTS, channel="IN_APP")
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


def test_lesions_of_one_patient_are_one_message_with_a_line_each(clinic: Clinic) -> None:
    patient, other = (a_patient(clinic, reachable=True) for _ in range(2))
    for label in ("L1", "L2"):
        mri(clinic, patient=patient, label=label)
    mri(clinic, patient=other)

    sweep_on(ORDER_BY, ORDER_BY)
    deliver(now=at(ORDER_BY))
    deliver(now=at(ORDER_BY))

    told = Notification.objects.inbox_of(clinic.navigator)
    assert told.filter(patient=patient, status="SENT").count() == 1
    [line] = told.filter(status="DIGESTED")
    assert (line.patient, line.digest) == (patient, told.get(patient=patient, status="SENT"))
    assert told.filter(status="SENT").count() == 2


def test_order_of_one_lesion_leaves_the_other_to_be_ordered(clinic: Clinic) -> None:
    patient = a_patient(clinic, reachable=True)
    first, other = (mri(clinic, patient=patient, label=label) for label in ("L1", "L2"))
    sweep_on(ORDER_BY)
    ordered(first, ORDER_BY)

    deliver(now=at(ORDER_BY))

    told = unsettled(Notification.objects.inbox_of(clinic.navigator), ORDER_BY)
    assert [row.follow_up for row in told] == [other]


def test_what_was_read_carries_nothing_that_comes_later(clinic: Clinic) -> None:
    mri(clinic, patient=a_patient(clinic, reachable=True))
    sweep_on(ORDER_BY)
    deliver(now=at(ORDER_BY))
    first = Notification.objects.inbox_of(clinic.navigator).get()
    mark_read(notifications=[first.pk], by=clinic.navigator, now=at(ORDER_BY))

    sweep_on(BOOK_BY)
    deliver(now=at(BOOK_BY))

    booking = Notification.objects.get(template="BOOKING_MISSING")
    assert (booking.status, booking.digest, booking.read_at) == ("SENT", None, None)


URGENT = Window(date(2026, 9, 1), date(2026, 9, 7), date(2026, 9, 14))


def test_whoever_is_told_of_the_escalation_is_not_prompted_as_well(clinic: Clinic) -> None:
    """An urgent exam is escalated and must be ordered on the day on which it opens."""
    opened = date(2026, 9, 1)
    mri(clinic, window=URGENT, ladder=EscalationClass.URGENT, owed_since=opened)

    sweep_on(opened, opened)

    assert Escalation.objects.get().owner == clinic.navigator
    assert said() == []
    assert Notification.objects.filter(template="ESCALATION_RAISED", channel="IN_APP").count() == 1


def test_whoever_has_taken_the_case_on_is_not_prompted_either(clinic: Clinic) -> None:
    opened = date(2026, 9, 1)
    mri(clinic, window=URGENT, ladder=EscalationClass.URGENT, owed_since=opened)
    sweep_on(opened)
    acknowledge_escalation(
        escalation=Escalation.objects.get(),
        next_action="call",
        until=opened + 5 * DAY,
        by=clinic.navigator,
        now=at(opened),
    )

    sweep_on(*(opened + number * DAY for number in range(1, 5)))

    assert [(template, who) for template, _day, who in said()] == [
        ("ORDER_MISSING", clinic.lead.pk),
        ("ORDER_MISSING", clinic.clinician.pk),
    ]


@pytest.mark.parametrize("settle", ["ordered", "booked", "called", "closed"])
def test_prompt_that_was_settled_before_it_was_read_is_gone(clinic: Clinic, settle: str) -> None:
    """Derived, so that a prompt is back when what settled it is lost."""
    day, is_ordered = (ORDER_BY, None) if settle == "ordered" else (CONTACT_BY, ORDER_BY)
    patient = a_patient(clinic, reachable=True)
    follow_up = mri(clinic, patient=patient, ordered_on=is_ordered)
    sweep_on(day)
    deliver(now=at(day))
    inbox = Notification.objects.inbox_of(clinic.navigator).unread()
    assert unsettled(inbox, day).count() == 1
    follow_up.refresh_from_db()

    if settle == "ordered":
        ordered(follow_up, day)
    elif settle == "booked":
        when = date(2027, 1, 20)
        book_follow_up(follow_up=follow_up, booked_for=when, by=None, now=at(day))
    elif settle == "called":
        log_contact(
            patient=follow_up.patient,
            follow_ups=[follow_up],
            channel=ContactChannel.PHONE,
            outcome=ContactOutcome.NO_ANSWER,
            by=clinic.navigator,
            now=at(day + DAY),
        )
    else:
        row = FollowUp.objects.filter(pk=follow_up.pk)
        row.update(closed_at=at(day), outcome="ENTERED_IN_ERROR")

    assert unsettled(inbox, day).count() == 0
    if settle == "booked":
        assert unsettled(inbox, date(2027, 1, 21)).count() == 1


def test_what_came_back_above_is_a_line_of_the_digest_below(clinic: Clinic) -> None:
    mri(clinic, ordered_on=ORDER_BY)
    for day, who in ((date(2027, 3, 1), clinic.lead), (date(2027, 3, 7), clinic.clinician)):
        sweep_on(day)
        deliver(now=at(day))
        acknowledge_escalation(
            escalation=Escalation.objects.unresolved().get(owner=who),
            next_action="call",
            until=day + DAY,
            by=who,
            now=at(day),
        )

    sweep_on(date(2027, 3, 9))
    deliver(now=at(date(2027, 3, 9)))

    returned = Notification.objects.filter(template="ESCALATION_RETURNED")
    found = returned.values_list("recipient", "channel", "status")
    assert sorted(found) == sorted(
        [
            (clinic.lead.pk, "EMAIL", "DIGESTED"),
            (clinic.clinician.pk, "EMAIL", "SENT"),
            (clinic.clinician.pk, "IN_APP", "SENT"),
        ]
    )


def test_what_came_back_is_told_when_nobody_above_is_in_post(clinic: Clinic) -> None:
    mri(clinic, ordered_on=ORDER_BY)
    sweep_on(date(2027, 3, 1))
    acknowledge_escalation(
        escalation=Escalation.objects.unresolved().get(),
        next_action="call",
        until=date(2027, 3, 6),
        by=clinic.lead,
        now=at(date(2027, 3, 1)),
    )
    User.objects.filter(pk__in=[clinic.clinician.pk, clinic.director.pk]).update(is_active=False)

    sweep_on(date(2027, 3, 7))

    told = Notification.objects.filter(template="ESCALATION_RETURNED", recipient=clinic.lead)
    assert sorted(told.values_list("channel", flat=True)) == ["EMAIL", "IN_APP"]


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


def test_above_the_navigator_the_digest_tells_it_and_nothing_of_the_patient(
    clinic: Clinic, mailoutbox: list[Any]
) -> None:
    patients = [a_patient(clinic, family_name="Okafor", given_name=name) for name in ("Ada", "Bo")]
    for patient in patients:
        mri(clinic, patient=patient)
    sweep_on(ORDER_BY, ORDER_BY + WEEK)

    deliver(now=at(ORDER_BY + WEEK))
    assert not mailoutbox
    deliver(now=at(ORDER_BY + WEEK + DAY))

    [mail] = mailoutbox
    assert mail.to == [clinic.lead.email]
    assert "- 2 orders are missing" in mail.body
    assert "/inbox/" in mail.body
    said_of = [patient.mrn for patient in patients] + ["Okafor", "Ada", str(patients[0].pk)]
    assert not [word for word in said_of if word in mail.subject + mail.body]


def test_digest_of_orders_that_were_placed_meanwhile_is_not_sent(
    clinic: Clinic, mailoutbox: list[Any]
) -> None:
    follow_up = mri(clinic)
    sweep_on(ORDER_BY, ORDER_BY + WEEK)
    deliver(now=at(ORDER_BY + WEEK))
    ordered(follow_up, ORDER_BY + WEEK)

    deliver(now=at(ORDER_BY + WEEK + DAY))

    assert not mailoutbox
    digest = Notification.objects.get(template="DAILY_DIGEST")
    assert (digest.status, digest.last_error) == ("CANCELLED", "nothing_left_to_tell")


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
