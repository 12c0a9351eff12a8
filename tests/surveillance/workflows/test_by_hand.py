"""What a navigator does to an open follow-up: book, put aside, reassign, log a contact."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from patients.models import AuditEvent, Role
from patients.workflows.save_site import save_site
from surveillance.models import ContactAttempt, ContactChannel, ContactOutcome, FollowUp
from surveillance.workflows.book_follow_up import BookingImpossible, book_follow_up
from surveillance.workflows.change_follow_up import (
    FollowUpAlreadyClosed,
    FollowUpChangedMeanwhile,
)
from surveillance.workflows.log_contact import ContactImpossible, log_contact
from surveillance.workflows.reassign import OwnerNotInPost, reassign
from surveillance.workflows.refuse_impossible_order import OrderImpossible
from surveillance.workflows.snooze_follow_up import SnoozeRefused, snooze_follow_up
from tests.factories import NOW, TODAY, MembershipFactory, PatientFactory
from tests.surveillance.factories import FollowUpFactory, LesionFactory

TOMORROW, YESTERDAY = TODAY + timedelta(days=1), TODAY - timedelta(days=1)


@pytest.fixture
def follow_up(ward):
    return FollowUpFactory(lesion=ward.lesion, next_look_on=date(2026, 12, 1))


def booked(ward, follow_up, booked_for, **said):
    return book_follow_up(
        follow_up=follow_up, booked_for=booked_for, by=ward.navigator, now=NOW, **said
    )


def snoozed(ward, follow_up, until, reason="on holiday", **said):
    return snooze_follow_up(
        follow_up=follow_up, until=until, reason=reason, by=ward.navigator, now=NOW, **said
    )


def logged(ward, *follow_ups, **said):
    values: dict[str, Any] = {"channel": "PHONE", "outcome": "NO_ANSWER", "now": NOW} | said
    return log_contact(patient=ward.cirrhotic, follow_ups=follow_ups, by=ward.navigator, **values)


def test_booking_is_noted_and_looked_at_today(ward, follow_up):
    booked(ward, follow_up, date(2026, 12, 1), order_number="O-7", ordered_on=TODAY)

    stored = FollowUp.objects.get()
    assert (stored.booked_for, stored.order_number, stored.ordered_on) == (
        date(2026, 12, 1),
        "O-7",
        TODAY,
    )
    assert (stored.version, stored.next_look_on) == (2, TODAY)
    assert stored.latest_on == follow_up.latest_on
    assert AuditEvent.objects.get().detail == {"booked_for": "2026-12-01"}


def test_order_without_a_day_is_of_today(ward, follow_up):
    booked(ward, follow_up, date(2026, 12, 1), order_number="O-7")

    assert FollowUp.objects.get().ordered_on == TODAY


def test_one_appointment_serves_several_lesions(ward, follow_up):
    other = FollowUpFactory(lesion=LesionFactory(patient=ward.cirrhotic))

    booked(ward, follow_up, TOMORROW, also=[other])

    assert {row.booked_for for row in FollowUp.objects.all()} == {TOMORROW}


def test_booking_past_the_last_day_is_noted(ward, follow_up):
    booked(ward, follow_up, follow_up.latest_on + timedelta(days=1))

    assert FollowUp.objects.get().booked_for > follow_up.latest_on


def test_same_booking_again_changes_nothing(ward, follow_up):
    booked(ward, follow_up, TOMORROW)
    booked(ward, follow_up, TOMORROW, expected_version=1)

    assert FollowUp.objects.get().version == 2
    assert AuditEvent.objects.count() == 1


def test_appointment_is_cancelled_with_a_reason(ward, follow_up):
    booked(ward, follow_up, TOMORROW, order_number="O-7")

    booked(ward, follow_up, None, reason="patient is ill")

    stored = FollowUp.objects.get()
    assert (stored.booked_for, stored.order_number) == (None, "O-7")
    assert AuditEvent.objects.filter(action="follow_up_booking_cancelled").count() == 1


@pytest.mark.parametrize(
    ("said", "field"),
    [
        pytest.param({"booked_for": YESTERDAY}, "booked_for", id="past"),
        pytest.param({"booked_for": date(9999, 12, 31)}, "booked_for", id="a slip of the year"),
    ],
)
def test_impossible_booking_is_refused(ward, follow_up, said, field):
    with pytest.raises(BookingImpossible) as refused:
        booked(ward, follow_up, **said)

    assert refused.value.details["field"] == field
    assert FollowUp.objects.get().version == 1


@pytest.mark.parametrize(
    ("order", "field"),
    [
        pytest.param({"order_number": "O-7", "ordered_on": TOMORROW}, "ordered_on", id="tomorrow"),
        pytest.param(
            {"order_number": "O-7", "ordered_on": TODAY - timedelta(days=3)},
            "ordered_on",
            id="before the need",
        ),
        pytest.param({"order_number": " ", "ordered_on": TODAY}, "order_number", id="no number"),
    ],
)
def test_a_booking_takes_no_order_that_recording_it_would_refuse(ward, order, field):
    follow_up = FollowUpFactory(lesion=ward.lesion, owed_since=TODAY - timedelta(days=2))

    with pytest.raises(OrderImpossible) as refused:
        booked(ward, follow_up, TOMORROW, **order)

    assert refused.value.details["field"] == field
    follow_up.refresh_from_db()
    assert (follow_up.version, follow_up.booked_for) == (1, None)


def test_a_booking_may_repeat_the_order_on_file_and_an_appointment_needs_none(ward):
    """The form offers the order on file; one that a successor took over may be older than it."""
    taken_over = {"order_number": "O-7", "ordered_on": TODAY - timedelta(days=30)}
    follow_up = FollowUpFactory(lesion=ward.lesion, owed_since=TODAY, **taken_over)
    other = FollowUpFactory(lesion=LesionFactory(patient=ward.cirrhotic), owed_since=TODAY)

    assert booked(ward, follow_up, TOMORROW, **taken_over).booked_for == TOMORROW
    with pytest.raises(OrderImpossible, match="earlier exam"):
        booked(ward, follow_up, TOMORROW, also=[other], **taken_over)

    booked(ward, follow_up, TOMORROW, also=[other])
    other.refresh_from_db()
    assert (other.booked_for, other.ordered_on) == (TOMORROW, None)


def test_booking_for_today_is_taken(ward, follow_up):
    assert booked(ward, follow_up, TODAY).booked_for == TODAY


def test_cancelling_without_a_reason_is_refused(ward, follow_up):
    booked(ward, follow_up, TOMORROW)

    with pytest.raises(BookingImpossible):
        booked(ward, follow_up, None)


def test_booking_for_two_patients_is_refused_and_none_is_booked(ward, follow_up):
    with pytest.raises(BookingImpossible):
        booked(ward, follow_up, TOMORROW, also=[FollowUpFactory()])

    assert {row.booked_for for row in FollowUp.objects.all()} == {None}


def test_none_is_booked_when_one_of_them_was_closed(ward, follow_up):
    closed = FollowUpFactory(
        lesion=LesionFactory(patient=ward.cirrhotic), closed_at=NOW, outcome="NO_LONGER_OWED"
    )

    with pytest.raises(FollowUpAlreadyClosed):
        booked(ward, follow_up, TOMORROW, also=[closed])

    assert FollowUp.objects.get(pk=follow_up.pk).booked_for is None


def test_change_of_somebody_else_meanwhile_is_not_overwritten(ward, follow_up):
    booked(ward, follow_up, TOMORROW)

    with pytest.raises(FollowUpChangedMeanwhile) as refused:
        snoozed(ward, follow_up, TOMORROW, expected_version=1)

    assert refused.value.code == "follow_up_changed_meanwhile"
    assert FollowUp.objects.get().snoozed_until is None


def test_follow_up_is_put_aside_with_a_reason(ward, follow_up):
    snoozed(ward, follow_up, TOMORROW)

    stored = FollowUp.objects.get()
    assert (stored.snoozed_until, stored.snooze_reason) == (TOMORROW, "on holiday")
    assert stored not in FollowUp.objects.awake(TODAY)
    assert AuditEvent.objects.get().action == "follow_up_snoozed"


@pytest.mark.parametrize(
    "trait", [pytest.param({}, id="at risk"), pytest.param({"urgent": True}, id="urgent")]
)
def test_at_risk_follow_up_is_never_put_aside_past_its_last_day(ward, trait):
    follow_up = FollowUpFactory(lesion=ward.lesion, **trait)

    with pytest.raises(SnoozeRefused) as refused:
        snoozed(ward, follow_up, follow_up.latest_on + timedelta(days=1))

    assert refused.value.details["latest"] == follow_up.latest_on
    assert snoozed(ward, follow_up, follow_up.latest_on).snoozed_until == follow_up.latest_on


def test_low_class_is_put_aside_for_thirty_days_at_most(ward):
    follow_up = FollowUpFactory(lesion=ward.lesion, low=True)

    with pytest.raises(SnoozeRefused):
        snoozed(ward, follow_up, TODAY + timedelta(days=31))

    assert snoozed(ward, follow_up, TODAY + timedelta(days=30)).snoozed_until


def test_overdue_at_risk_follow_up_cannot_be_put_aside(ward):
    follow_up = FollowUpFactory(
        lesion=ward.lesion, earliest_on=YESTERDAY, target_on=YESTERDAY, latest_on=YESTERDAY
    )

    with pytest.raises(SnoozeRefused):
        snoozed(ward, follow_up, TOMORROW)


@pytest.mark.parametrize(
    ("until", "reason"),
    [
        pytest.param(TODAY, "holiday", id="today"),
        pytest.param(YESTERDAY, "holiday", id="past"),
        pytest.param(TOMORROW, " ", id="no reason"),
    ],
)
def test_snooze_needs_a_later_day_and_a_reason(ward, follow_up, until, reason):
    with pytest.raises(SnoozeRefused):
        snoozed(ward, follow_up, until, reason)


@pytest.mark.parametrize(
    "role", [Role.NURSE_NAVIGATOR, Role.LEAD_NAVIGATOR, Role.CLINICIAN, Role.MEDICAL_DIRECTOR]
)
def test_follow_up_is_reassigned_to_somebody_in_post(ward, follow_up, role):
    colleague = MembershipFactory(site=ward.site, role=role).user

    reassign(follow_up=follow_up, owner=colleague, by=ward.navigator, now=NOW)
    reassign(follow_up=follow_up, owner=colleague, by=ward.navigator, now=NOW)

    stored = FollowUp.objects.get()
    assert (stored.owner, stored.version) == (colleague, 2)
    assert AuditEvent.objects.get().detail["owner"] == f"user:{colleague.pk}"


@pytest.mark.parametrize(
    "membership",
    [
        pytest.param({"role": Role.AUDITOR}, id="auditor"),
        pytest.param({"ended_on": YESTERDAY}, id="left"),
        pytest.param({"user__is_active": False}, id="cannot sign in"),
    ],
)
def test_somebody_not_in_post_cannot_answer(ward, follow_up, membership):
    stranger = MembershipFactory(**{"site": ward.site} | membership).user

    with pytest.raises(OwnerNotInPost):
        reassign(follow_up=follow_up, owner=stranger, by=ward.navigator, now=NOW)


def test_somebody_of_another_site_cannot_answer(ward, follow_up):
    with pytest.raises(OwnerNotInPost):
        reassign(follow_up=follow_up, owner=MembershipFactory().user, by=ward.navigator, now=NOW)


def promise(moment):
    return {"outcome": "CALL_BACK", "call_back_at": moment}


def test_contact_is_on_file_and_on_the_patients_row(ward, follow_up):
    attempt = logged(ward, follow_up, note="voicemail full", next_try_on=TOMORROW)

    stored = ContactAttempt.objects.get()
    ward.cirrhotic.refresh_from_db()
    assert stored == attempt
    assert (stored.attempted_by, stored.attempted_at) == (ward.navigator, NOW)
    assert list(stored.follow_ups.all()) == [follow_up]
    assert (ward.cirrhotic.last_contact_at, ward.cirrhotic.last_contact_outcome) == (
        NOW,
        "NO_ANSWER",
    )
    assert FollowUp.objects.open().exists()


def test_audit_of_a_contact_keeps_no_note(ward, follow_up):
    logged(ward, follow_up, note="neighbour says she moved")

    assert AuditEvent.objects.get().detail == {"channel": "PHONE", "outcome": "NO_ANSWER"}


def test_older_contact_logged_later_does_not_hide_the_newest(ward, follow_up):
    logged(ward, follow_up, outcome="AGREED")

    logged(ward, follow_up, attempted_at=NOW - timedelta(days=3))

    ward.cirrhotic.refresh_from_db()
    assert ward.cirrhotic.last_contact_outcome == "AGREED"
    assert ContactAttempt.objects.count() == 2


def test_next_try_follows_from_the_outcome(ward, follow_up):
    attempt = logged(ward, follow_up, outcome="VOICEMAIL")

    assert (attempt.next_try_on, attempt.next_try_part) == (date(2026, 9, 2), "AFTERNOON")


def test_what_a_person_wants_comes_before_what_is_computed(ward, follow_up):
    attempt = logged(ward, follow_up, next_try_on=TOMORROW)

    assert (attempt.next_try_on, attempt.next_try_part) == (TOMORROW, "")


def test_a_promised_moment_is_the_next_try(ward, follow_up):
    promised = NOW + timedelta(days=3, hours=4)

    attempt = logged(ward, follow_up, outcome="CALL_BACK", call_back_at=promised)

    assert (attempt.next_try_on, attempt.next_try_part) == (date(2026, 9, 3), "AFTERNOON")
    assert attempt.call_back_at == promised


def test_same_contact_again_changes_nothing(ward, follow_up):
    assert logged(ward, follow_up) == logged(ward, follow_up)
    assert ContactAttempt.objects.count() == 1


def test_contact_with_a_merged_record_belongs_to_the_survivor(ward, follow_up):
    merged = PatientFactory(site=ward.site, merged_into=ward.cirrhotic)

    attempt = log_contact(
        patient=merged,
        follow_ups=[follow_up],
        channel=ContactChannel.PHONE,
        outcome=ContactOutcome.AGREED,
        by=ward.navigator,
        now=NOW,
    )

    assert attempt.patient == ward.cirrhotic


@pytest.mark.parametrize(
    ("said", "field"),
    [
        pytest.param({"attempted_at": NOW + timedelta(minutes=1)}, "attempted_at", id="future"),
        pytest.param({"next_try_on": YESTERDAY}, "next_try_on", id="next try in the past"),
        pytest.param({"call_back_at": NOW}, "call_back_at", id="call back not promised"),
        pytest.param(
            {"outcome": "CALL_BACK", "call_back_at": NOW}, "call_back_at", id="call back now"
        ),
        pytest.param(promise(datetime(2026, 9, 2, 3, tzinfo=UTC)), "call_back_at", id="at night"),
        pytest.param(promise(datetime(2026, 9, 2, 21, tzinfo=UTC)), "call_back_at", id="too late"),
        pytest.param(promise(datetime.max.replace(tzinfo=UTC)), "call_back_at", id="far call"),
        pytest.param({"next_try_on": date(2099, 1, 1)}, "next_try_on", id="far next try"),
        pytest.param(
            {"attempted_at": datetime(1, 1, 1, tzinfo=ZoneInfo("Asia/Tokyo"))},
            "attempted_at",
            id="long ago",
        ),
        pytest.param(
            {"outcome": "VOICEMAIL", "channel": ContactChannel.LETTER}, "channel", id="misfit"
        ),
    ],
)
def test_impossible_contact_is_refused(ward, follow_up, said, field):
    with pytest.raises(ContactImpossible) as refused:
        logged(ward, follow_up, **said)

    assert refused.value.details["field"] == field


def test_a_call_on_a_closed_day_is_not_promised(ward, follow_up):
    ward.site.holiday_calendar = "GB-ENG"
    save_site(site=ward.site, by=None, now=NOW)

    with pytest.raises(ContactImpossible, match="closed on 2026-12-25"):
        logged(ward, follow_up, **promise(datetime(2026, 12, 25, 9, tzinfo=UTC)))


def test_contact_about_another_patients_follow_up_is_refused(ward):
    with pytest.raises(ContactImpossible):
        logged(ward, FollowUpFactory())

    assert not ContactAttempt.objects.exists()
