"""The outbox: queued once, claimed by lease, looked at again before sending, marked while ours."""

import contextlib
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core import mail
from django.db import InterfaceError, OperationalError, connection
from django.db.models import F
from django.db.models.functions import Now

from patients.models import Patient, PatientStatus, Tri
from surveillance.delivery.channels import ChannelDown, DeliveryFailed, ProviderReceipt
from surveillance.delivery.texts import text_of
from surveillance.models import (
    Escalation,
    FollowUp,
    Notification,
    NotificationChannel,
    NotificationStatus,
    NotificationTemplate,
)
from surveillance.protocol.message_terms import MessageMedium
from surveillance.protocol.terms import EscalationClass
from surveillance.workflows import deliver as outbox
from surveillance.workflows.deactivate_account import deactivate_account
from surveillance.workflows.deliver import FIRST_PAUSE, MOST_ATTEMPTS, deliver
from surveillance.workflows.notify import notify
from surveillance.workflows.sweep import sweep
from tests.factories import UserFactory
from tests.surveillance.chase.scenes import Clinic, a_clinic, a_follow_up, a_patient, at

pytestmark = pytest.mark.django_db

DAY = date(2026, 11, 2)
"""earliest - 28 days: the first reminder is due."""
NOW = at(DAY)


class FakeProvider:
    """The world outside: takes messages, or answers as told. Does something `while_sending`."""

    def __init__(self) -> None:
        self.taken: list[UUID] = []
        self.answers: list[Exception] = []
        self.while_sending: Any = None

    def send(self, message: Notification) -> ProviderReceipt:
        if self.answers:
            raise self.answers.pop(0)
        self.taken.append(message.pk)
        if self.while_sending:
            self.while_sending(message)
        return ProviderReceipt(f"provider-{message.pk}", text_of(message, MessageMedium.EMAIL))

    def close(self) -> None:
        pass


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> FakeProvider:
    fake = FakeProvider()
    monkeypatch.setitem(outbox.MAKERS, NotificationChannel.EMAIL, lambda: fake)
    return fake


@pytest.fixture
def clinic() -> Clinic:
    return a_clinic()


@pytest.fixture
def reminder(clinic: Clinic) -> Notification:
    """A reminder by e-mail, queued and not yet sent."""
    return a_reminder(clinic)


def a_reminder(clinic: Clinic) -> Notification:
    follow_up = a_follow_up(clinic, patient=a_patient(clinic, reachable=True))
    return notify(
        site=clinic.site,
        channel=NotificationChannel.EMAIL,
        template=NotificationTemplate.PATIENT_REMINDER,
        dedupe_key=f"reminder:{follow_up.pk}",
        patient=follow_up.patient,
        follow_up=follow_up,
        now=NOW,
    )


def test_the_same_key_is_queued_once(clinic: Clinic, reminder: Notification) -> None:
    again = notify(
        site=clinic.site,
        channel=NotificationChannel.IN_APP,
        template=NotificationTemplate.PATIENT_REMINDER,
        dedupe_key=reminder.dedupe_key,
        recipient=clinic.navigator,
        now=NOW,
    )

    assert again == reminder
    assert Notification.objects.get().channel == NotificationChannel.EMAIL


def test_a_reminder_is_sent_once_however_often_we_deliver(reminder: Notification) -> None:
    first, second = deliver(now=NOW), deliver(now=NOW)

    reminder.refresh_from_db()
    assert (first.sent, second.sent) == (1, 0)
    assert reminder.status == NotificationStatus.SENT
    assert reminder.finished_at == NOW
    assert reminder.lease_owner == ""
    [sent] = mail.outbox
    assert sent.to == ["patient@example.org"]
    assert sent.extra_headers["Message-ID"] == f"<{reminder.pk}@localhost>"


def test_a_sender_that_lost_a_batch_to_another_goes_on_with_the_next(
    clinic: Clinic, provider: FakeProvider
) -> None:
    lost, next_one = a_reminder(clinic), a_reminder(clinic)
    Notification.objects.filter(pk=next_one.pk).update(not_before=NOW - timedelta(minutes=1))
    Notification.objects.filter(pk=lost.pk).update(not_before=NOW - timedelta(minutes=2))
    rivals = [lost.pk]

    def claim_first(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if rivals and sql.startswith("UPDATE"):
            quicker = Notification.objects.filter(pk=rivals.pop())
            quicker.update(lease_owner="another", lease_until=Now() + timedelta(minutes=5))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(claim_first):
        deliver(now=NOW, batch=1)

    assert not rivals
    assert provider.taken == [next_one.pk]


def test_nothing_is_sent_before_its_time(reminder: Notification) -> None:
    Notification.objects.update(not_before=NOW + timedelta(minutes=1))

    assert deliver(now=NOW).sent == 0
    assert deliver(now=NOW + timedelta(minutes=1)).sent == 1


def test_after_an_outage_the_most_dangerous_leaves_first(
    clinic: Clinic, provider: FakeProvider
) -> None:
    classes = [EscalationClass.LOW, EscalationClass.AT_RISK, EscalationClass.URGENT] * 3
    for ladder in classes:
        a_follow_up(clinic, patient=a_patient(clinic, reachable=True), ladder=ladder)
    sweep(now=at(date(2027, 2, 1)))  # everything at once, a month before the last day

    deliver(now=at(date(2027, 2, 1)), batch=2)

    keys_of = dict(Notification.objects.values_list("pk", "follow_up__sort_key"))
    keys = [keys_of[pk] for pk in provider.taken]
    assert len(set(keys)) > 1
    assert keys == sorted(keys)


@pytest.mark.parametrize(
    ("patient", "follow_up", "why"),
    [
        pytest.param(
            {"status": PatientStatus.DECEASED, "status_on": DAY}, {}, "patient_is_quiet", id="dead"
        ),
        pytest.param({"consent_email": Tri.NO}, {}, "consent_withdrawn", id="consent withdrawn"),
        pytest.param({"email": ""}, {}, "no_address", id="address removed"),
        pytest.param(
            {"status": PatientStatus.DECLINED, "status_on": DAY}, {}, "consent_withdrawn",
            id="declined",
        ),
        pytest.param(
            {}, {"booked_for": date(2026, 12, 1)}, "appointment_changed", id="booked meanwhile"
        ),
        pytest.param(
            {},
            {"closed_at": NOW, "outcome": "NO_LONGER_OWED"},
            "follow_up_closed",
            id="closed meanwhile",
        ),
    ],
)  # fmt: skip
def test_what_is_no_longer_wanted_is_cancelled_and_not_sent(
    reminder: Notification, patient: dict[str, Any], follow_up: dict[str, Any], why: str
) -> None:
    _change_patient(reminder, **patient)
    FollowUp.objects.update(**{"version": F("version") + 1} | follow_up)

    done = deliver(now=NOW)

    reminder.refresh_from_db()
    assert done.cancelled == 1
    assert (reminder.status, reminder.last_error) == (NotificationStatus.CANCELLED, why)
    assert mail.outbox == []


def test_withdrawn_consent_becomes_a_call_of_the_navigator(
    clinic: Clinic, reminder: Notification
) -> None:
    _change_patient(reminder, consent_email=Tri.NO)

    deliver(now=NOW)
    deliver(now=NOW)

    task = Notification.objects.get(channel=NotificationChannel.IN_APP)
    assert task.recipient == clinic.navigator
    assert task.status == NotificationStatus.SENT


def test_closed_between_claim_and_send_is_not_sent(clinic: Clinic, provider: FakeProvider) -> None:
    """While the first of a batch is at the provider, the second's follow-up is closed."""
    first, second = sorted([a_reminder(clinic), a_reminder(clinic)], key=lambda message: message.pk)

    def close_the_second(_message: Notification) -> None:
        assert Notification.objects.get(pk=second.pk).lease_owner  # claimed already
        FollowUp.objects.filter(notifications=second).update(
            closed_at=NOW, outcome="NO_LONGER_OWED"
        )

    provider.while_sending = close_the_second

    deliver(now=NOW)

    assert provider.taken == [first.pk]
    second.refresh_from_db()
    assert second.status == NotificationStatus.CANCELLED


def test_a_living_lease_is_respected_and_a_dead_one_taken_over(
    reminder: Notification, provider: FakeProvider
) -> None:
    Notification.objects.update(lease_owner="other", lease_until=Now() + timedelta(minutes=1))
    assert deliver(now=NOW).sent == 0

    Notification.objects.update(lease_until=Now() - timedelta(seconds=1))
    assert deliver(now=NOW).sent == 1


def test_the_lease_follows_the_databases_clock_not_ours(
    reminder: Notification, provider: FakeProvider
) -> None:
    """A worker whose clock runs ten years ahead takes nothing from a living sender."""
    Notification.objects.update(lease_owner="other", lease_until=Now() + timedelta(minutes=1))

    assert deliver(now=NOW + timedelta(days=3650)).sent == 0


def test_a_sender_that_lost_its_lease_marks_nothing(
    reminder: Notification, provider: FakeProvider
) -> None:
    def lose_it(message: Notification) -> None:
        Notification.objects.filter(pk=message.pk).update(lease_owner="other")

    provider.while_sending = lose_it

    assert deliver(now=NOW).sent == 0
    reminder.refresh_from_db()
    assert reminder.status == NotificationStatus.PENDING


def test_no_sending_is_begun_after_half_the_lease(
    clinic: Clinic, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first sending takes longer than half a lease: the second is put back, not counted."""
    first, second = sorted([a_reminder(clinic), a_reminder(clinic)], key=lambda each: each.pk)
    stopwatch = {"seconds": 0.0}
    monkeypatch.setattr(outbox, "monotonic", lambda: stopwatch["seconds"])

    def take_long(_message: Notification) -> None:
        stopwatch["seconds"] += outbox.TIME_TO_DRAIN

    provider.while_sending = take_long

    done = deliver(now=NOW)

    assert provider.taken == [first.pk]
    second.refresh_from_db()
    assert (done.put_back, second.attempts, second.lease_owner) == (1, 0, "")
    assert second.status == NotificationStatus.PENDING


def test_a_transient_failure_is_tried_again_later_and_later(
    reminder: Notification, provider: FakeProvider
) -> None:
    moment, pauses = NOW, []
    for _ in range(3):
        provider.answers = [DeliveryFailed("smtp_451", permanent=False)]
        assert deliver(now=moment).retried == 1
        reminder.refresh_from_db()
        pauses.append(reminder.not_before - moment)
        moment = reminder.not_before

    assert pauses == [FIRST_PAUSE, FIRST_PAUSE * 2, FIRST_PAUSE * 4]
    assert reminder.last_error == "smtp_451"
    assert deliver(now=moment).sent == 1


def test_the_last_attempt_fails_for_good_and_becomes_a_task(
    clinic: Clinic, reminder: Notification, provider: FakeProvider
) -> None:
    Notification.objects.update(attempts=MOST_ATTEMPTS - 1)
    provider.answers = [DeliveryFailed("smtp_451", permanent=False)]

    assert deliver(now=NOW).failed == 1

    reminder.refresh_from_db()
    assert reminder.status == NotificationStatus.FAILED
    assert Notification.objects.get(channel="IN_APP").recipient == clinic.navigator


def test_a_permanent_failure_is_not_tried_again(
    clinic: Clinic, reminder: Notification, provider: FakeProvider
) -> None:
    provider.answers = [DeliveryFailed("smtp_550", permanent=True)]

    deliver(now=NOW)
    deliver(now=NOW + timedelta(days=2))

    reminder.refresh_from_db()
    assert (reminder.status, reminder.attempts) == (NotificationStatus.FAILED, 1)
    assert provider.taken == []


def test_a_server_that_is_down_costs_no_message_an_attempt(
    clinic: Clinic, provider: FakeProvider
) -> None:
    messages = [a_reminder(clinic), a_reminder(clinic)]
    provider.answers = [ChannelDown("ConnectionRefusedError")]

    done = deliver(now=NOW)

    assert (done.put_back, done.sent, provider.taken) == (2, 0, [])
    assert {row.attempts for row in Notification.objects.all()} == {0}
    assert deliver(now=NOW).sent == len(messages)


def test_a_message_that_crashes_holds_up_nobody(clinic: Clinic, provider: FakeProvider) -> None:
    first, second = sorted([a_reminder(clinic), a_reminder(clinic)], key=lambda each: each.pk)
    provider.answers = [ZeroDivisionError()]

    done = deliver(now=NOW)

    assert (done.retried, provider.taken) == (1, [second.pk])
    first.refresh_from_db()
    assert first.last_error == "ZeroDivisionError"


@pytest.mark.parametrize("park", [True, False])
@pytest.mark.parametrize("fault", [OperationalError, InterfaceError])
def test_a_fault_of_the_database_is_no_fault_of_the_message(
    clinic: Clinic,
    reminder: Notification,
    provider: FakeProvider,
    monkeypatch: pytest.MonkeyPatch,
    settings: Any,
    fault: type[Exception],
    park: bool,
) -> None:
    """It had not left: it is no person's and waits for no pause, only for the end of the lease."""
    settings.PARK_UNCERTAIN_MESSAGES = park
    with monkeypatch.context() as full_disk:
        full_disk.setattr(outbox, "why_unwanted", raising(fault("no space left on device")))
        with pytest.raises(fault):
            deliver(now=NOW)

    reminder.refresh_from_db()
    assert (reminder.status, reminder.doubt, reminder.last_error) == ("PENDING", "", "")
    assert (reminder.not_before, deliver(now=NOW).sent) == (NOW, 0)
    Notification.objects.update(lease_until=Now() - timedelta(seconds=1))
    assert (deliver(now=NOW).sent, provider.taken) == (1, [reminder.pk])


def raising(error: Exception) -> Any:
    def function(*_args: object) -> str:
        raise error

    return function


def test_a_message_over_which_senders_die_is_given_up(
    clinic: Clinic, reminder: Notification, provider: FakeProvider
) -> None:
    Notification.objects.update(attempts=MOST_ATTEMPTS)

    assert deliver(now=NOW).failed == 1

    reminder.refresh_from_db()
    assert (reminder.status, reminder.last_error) == ("FAILED", "too_many_attempts")
    assert provider.taken == []
    assert Notification.objects.get(channel="IN_APP").recipient == clinic.navigator


def test_a_claim_whose_holder_died_over_an_earlier_message_is_no_attempt(
    clinic: Clinic, provider: FakeProvider
) -> None:
    deadly = {a_reminder(clinic).pk for _ in range(MOST_ATTEMPTS + 1)}
    behind = a_reminder(clinic)
    Notification.objects.filter(pk__in=deadly).update(not_before=NOW - timedelta(hours=1))

    def die_at_first(message: Notification) -> None:
        if message.pk in deadly:
            deadly.remove(message.pk)
            raise SystemExit  # as a kill does, it passes every `except Exception`

    provider.while_sending = die_at_first
    for _ in range(MOST_ATTEMPTS + 1):
        with contextlib.suppress(SystemExit):
            deliver(now=NOW)
        Notification.objects.update(lease_until=Now() - timedelta(seconds=1))
    deliver(now=NOW)

    behind.refresh_from_db()
    assert (behind.status, behind.attempts) == (NotificationStatus.SENT, 1)
    assert set(Notification.objects.values_list("status", flat=True)) == {"SENT"}


def test_a_task_of_somebody_who_left_goes_to_whoever_answers_now(clinic: Clinic) -> None:
    follow_up = a_follow_up(clinic)
    sweep(now=NOW)
    deactivate_account(user=clinic.navigator, by=None, now=NOW)

    deliver(now=NOW)

    assert Notification.objects.get(status="FAILED").recipient == clinic.navigator
    [task] = Notification.objects.filter(status="SENT", follow_up=follow_up)
    assert task.recipient == clinic.lead


def test_an_escalation_that_was_resolved_meanwhile_is_not_told(clinic: Clinic) -> None:
    a_follow_up(clinic, kind="REFERRAL")
    sweep(now=at(date(2027, 1, 29)))
    Escalation.objects.update(resolved_at=NOW, resolution="BOOKED_IN_TIME")

    assert deliver(now=at(date(2027, 1, 29))).cancelled == 2
    assert mail.outbox == []


def test_an_appointment_that_passed_is_not_announced(clinic: Clinic) -> None:
    follow_up = a_follow_up(
        clinic, patient=a_patient(clinic, reachable=True), booked_for=date(2026, 12, 10)
    )
    sweep(now=at(date(2026, 12, 9)))
    assert Notification.objects.get().template == NotificationTemplate.APPOINTMENT_REMINDER

    assert deliver(now=at(date(2026, 12, 11))).cancelled == 1
    assert follow_up.booked_for == date(2026, 12, 10)


def test_a_message_that_was_ended_while_another_was_sent_is_left_alone(
    clinic: Clinic, provider: FakeProvider
) -> None:
    first, second = sorted([a_reminder(clinic), a_reminder(clinic)], key=lambda each: each.pk)

    def cancel_the_second(_message: Notification) -> None:
        Notification.objects.filter(pk=second.pk).update(status="CANCELLED", finished_at=NOW)

    provider.while_sending = cancel_the_second

    done = deliver(now=NOW)

    assert (done.sent, done.cancelled, provider.taken) == (1, 0, [first.pk])


def test_a_failure_after_the_lease_was_lost_ends_nothing(
    clinic: Clinic, reminder: Notification, provider: FakeProvider
) -> None:
    class LoseLease(DeliveryFailed):
        def __init__(self) -> None:
            super().__init__("smtp_550", permanent=True)

    def send(message: Notification) -> ProviderReceipt:
        Notification.objects.filter(pk=message.pk).update(lease_owner="other")
        raise LoseLease

    provider.send = send  # type: ignore[method-assign]

    assert deliver(now=NOW).failed == 0
    assert Notification.objects.get().status == NotificationStatus.PENDING


def test_a_message_of_no_follow_up_has_nobody_to_fall_back_on(
    clinic: Clinic, provider: FakeProvider
) -> None:
    patient = a_patient(clinic, reachable=True)
    notify(
        site=clinic.site,
        channel=NotificationChannel.EMAIL,
        template=NotificationTemplate.PATIENT_REMINDER,
        dedupe_key="by hand",
        patient=patient,
        now=NOW,
    )
    provider.answers = [DeliveryFailed("smtp_550", permanent=True)]

    assert deliver(now=NOW).failed == 1
    assert Notification.objects.count() == 1


def test_an_email_to_staff_that_fails_needs_no_task_since_they_are_told_inside(
    clinic: Clinic, provider: FakeProvider
) -> None:
    a_follow_up(clinic, kind="REFERRAL", ordered_on=DAY)
    sweep(now=at(date(2027, 3, 8)))
    provider.answers = [DeliveryFailed("smtp_550", permanent=True)]

    done = deliver(now=at(date(2027, 3, 8)))

    assert (done.failed, done.sent) == (1, 1)
    assert Notification.objects.count() == 2


def test_staff_who_left_get_nothing_and_the_new_owner_does(clinic: Clinic) -> None:
    follow_up = a_follow_up(clinic, ordered_on=DAY)
    sweep(now=at(date(2027, 1, 29)))
    Escalation.objects.filter(follow_up=follow_up).update(owner=UserFactory())

    done = deliver(now=at(date(2027, 1, 29)))

    # The navigator's reminder (call the patient) went out; both escalation messages did not.
    assert done.cancelled == 2
    assert mail.outbox == []


def _change_patient(message: Notification, **fields: Any) -> None:
    patient = Patient.objects.get(notifications=message)
    for name, value in fields.items():
        setattr(patient, name, value)
    patient.save()
