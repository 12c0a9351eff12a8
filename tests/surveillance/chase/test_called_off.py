"""An appointment that is lifted or moved: who was told of it is told, once, by the same channel."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core import mail
from icalendar import Calendar

from patients.models import Tri
from surveillance.models import FollowUp, Notification, NotificationTemplate
from surveillance.workflows import book_follow_up as booking
from surveillance.workflows.book_follow_up import book_follow_up
from surveillance.workflows.deliver import deliver
from surveillance.workflows.sweep import sweep
from tests.surveillance.chase.scenes import Clinic, a_clinic, a_follow_up, a_patient, at

pytestmark = pytest.mark.django_db

VISIT = date(2026, 12, 14)
TOLD = at(VISIT - timedelta(days=7))
LIFTED = TOLD + timedelta(days=1)
OFF = NotificationTemplate.APPOINTMENT_CANCELLED


@pytest.fixture
def clinic() -> Clinic:
    return a_clinic(phone="020 555 0100")


@pytest.fixture
def follow_up(clinic: Clinic) -> FollowUp:
    """Its patient has the appointment in the calendar."""
    follow_up = a_follow_up(
        clinic, patient=a_patient(clinic, reachable=True, language="es"), booked_for=VISIT
    )
    sweep(now=TOLD)
    assert deliver(now=TOLD).sent == 1
    return follow_up


def booked(follow_up: FollowUp, day: date | None, now: Any = LIFTED, **said: Any) -> None:
    reason = "" if day else "scanner down"
    book_follow_up(follow_up=follow_up, booked_for=day, reason=reason, by=None, now=now, **said)


def entry(message: Any) -> tuple[str, Any]:
    """The method of the attached calendar and its only event."""
    [_text, part] = message.message().get_payload()
    calendar = Calendar.from_ical(part.get_payload(decode=True))
    [event] = calendar.walk("VEVENT")
    assert part.get_param("method") == calendar["method"]
    return str(calendar["method"]), event


@pytest.mark.parametrize("day", [None, VISIT + timedelta(days=3)], ids=["lifted", "moved"])
def test_the_entry_is_cancelled_and_the_patient_told_once(
    follow_up: FollowUp, day: date | None
) -> None:
    booked(follow_up, day)
    booked(follow_up, day)

    assert deliver(now=LIFTED).sent == 1

    told, off = mail.outbox
    assert off.to == told.to
    assert "lunes 14 de diciembre de 2026" in off.body
    assert "no venga ese día" in off.body
    (_, before), (method, event) = entry(told), entry(off)
    assert (method, event["status"], event["sequence"]) == ("CANCEL", "CANCELLED", 1)
    assert event["uid"] == before["uid"]
    assert event.decoded("dtstart") == VISIT
    assert deliver(now=LIFTED).sent == 0


def test_who_was_never_told_hears_nothing(clinic: Clinic) -> None:
    follow_up = a_follow_up(clinic, patient=a_patient(clinic, reachable=True), booked_for=VISIT)

    booked(follow_up, None)

    assert not Notification.objects.exists()


def test_patient_who_comes_that_day_for_another_lesion_is_not_sent_away(
    clinic: Clinic, follow_up: FollowUp
) -> None:
    other = a_follow_up(clinic, patient=follow_up.patient, label="L2", booked_for=VISIT)

    booked(follow_up, None)
    assert not Notification.objects.filter(template=OFF).exists()

    booked(other, None)
    assert Notification.objects.get(template=OFF).follow_up == other


def test_one_appointment_for_several_is_called_off_once(
    clinic: Clinic, follow_up: FollowUp
) -> None:
    other = a_follow_up(clinic, patient=follow_up.patient, label="L2", booked_for=VISIT)

    booked(follow_up, VISIT + timedelta(days=3), also=[other])

    assert Notification.objects.filter(template=OFF).count() == 1


def test_booked_again_for_that_day_before_it_leaves_is_not_said(follow_up: FollowUp) -> None:
    night = LIFTED.replace(hour=22)
    booked(follow_up, None, night)
    assert deliver(now=night).sent == 0

    booked(follow_up, VISIT, night)

    assert deliver(now=LIFTED + timedelta(days=1)).cancelled == 1
    assert len(mail.outbox) == 1


def test_on_again_and_off_again_raise_the_sequence(follow_up: FollowUp) -> None:
    booked(follow_up, None)
    deliver(now=LIFTED)
    booked(follow_up, VISIT, LIFTED + timedelta(hours=1))
    last_reminder = at(VISIT - timedelta(days=1))
    sweep(now=last_reminder)
    deliver(now=last_reminder)
    booked(follow_up, None, last_reminder)
    deliver(now=last_reminder)

    found = [entry(message) for message in mail.outbox]

    assert [(method, int(event["sequence"])) for method, event in found] == [
        ("PUBLISH", 0),
        ("CANCEL", 1),
        ("PUBLISH", 2),
        ("CANCEL", 3),
    ]


def test_off_and_on_again_without_a_word_in_between_is_off_once(follow_up: FollowUp) -> None:
    """Nobody told the patient that it was on again: there is nothing to take back."""
    booked(follow_up, None)
    deliver(now=LIFTED)
    booked(follow_up, VISIT, LIFTED + timedelta(hours=1))

    booked(follow_up, None, LIFTED + timedelta(hours=2))

    assert Notification.objects.filter(template=OFF).count() == 1


def test_consent_withdrawn_makes_it_a_call(clinic: Clinic, follow_up: FollowUp) -> None:
    booked(follow_up, None)
    follow_up.patient.consent_email = Tri.NO
    follow_up.patient.save()

    deliver(now=LIFTED)

    call = Notification.objects.get(template=OFF, channel="IN_APP")
    assert (call.recipient, call.cause) == (clinic.navigator, "consent_withdrawn")
    deliver(now=LIFTED)
    call.refresh_from_db()
    assert (call.status, call.subject) == ("SENT", "Call the patient: the visit is off")
    assert len(mail.outbox) == 1


def test_a_day_that_is_over_is_not_called_off(follow_up: FollowUp) -> None:
    booked(follow_up, VISIT + timedelta(days=20), at(VISIT + timedelta(days=1)))

    assert not Notification.objects.filter(template=OFF).exists()


@pytest.mark.parametrize(
    ("days_before", "channel"), [(13, "LETTER"), (2, "EMAIL")], ids=["in time", "too late"]
)
def test_what_a_letter_told_a_letter_takes_back_where_it_is_fast_enough(
    clinic: Clinic, days_before: int, channel: str
) -> None:
    follow_up = by_letter(clinic, reachable=True)

    booked(follow_up, None, at(VISIT - timedelta(days=days_before)))

    assert Notification.objects.get(template=OFF).channel == channel


def test_where_no_way_is_fast_enough_the_owner_calls(clinic: Clinic) -> None:
    booked(by_letter(clinic), None, at(VISIT - timedelta(days=2)))

    assert Notification.objects.get(template=OFF).recipient == clinic.navigator


def test_where_nobody_is_in_post_the_booking_is_lifted_all_the_same(clinic: Clinic) -> None:
    follow_up = by_letter(clinic)
    clinic.site.memberships.all().delete()

    booked(follow_up, None, at(VISIT - timedelta(days=2)))

    follow_up.refresh_from_db()
    assert follow_up.booked_for is None
    assert not Notification.objects.filter(template=OFF).exists()


def by_letter(clinic: Clinic, **patient: Any) -> FollowUp:
    """A patient whom a letter told of the appointment."""
    follow_up = a_follow_up(
        clinic,
        patient=a_patient(
            clinic, address="1 Example Street", city="Exampleton", postal_code="ZZ9 9ZZ", **patient
        ),
        booked_for=VISIT,
    )
    sent = at(VISIT - timedelta(days=20))
    Notification.objects.create(
        site=clinic.site,
        channel="LETTER",
        template="APPOINTMENT_REMINDER",
        dedupe_key=f"appointment:{follow_up.patient_id}:{VISIT}:by hand",
        patient=follow_up.patient,
        follow_up=follow_up,
        created_at=sent,
        not_before=sent,
        status="SENT",
        finished_at=sent,
    )
    return follow_up


def test_nothing_is_lifted_when_the_message_cannot_be_queued(
    follow_up: FollowUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(booking, "call_off_visit", lambda **_said: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        booked(follow_up, None)

    follow_up.refresh_from_db()
    assert follow_up.booked_for == VISIT
