"""E-mail over SMTP: one connection per batch, and what each answer of a server means."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from hepcalc_site.mail import SMTP_BACKEND
from surveillance.delivery.channels import ChannelDown, DeliveryFailed
from surveillance.delivery.email import EmailChannel
from surveillance.models import Notification, NotificationChannel, NotificationStatus
from surveillance.workflows.deliver import OUTCOME_UNKNOWN, deliver
from surveillance.workflows.sweep import sweep
from tests.faults.smtp_sink import SmtpSink
from tests.surveillance.chase.scenes import a_clinic, a_follow_up, a_patient, at

pytestmark = pytest.mark.django_db

NOW = at(date(2026, 11, 2))


@pytest.fixture
def sink(settings: Any) -> Iterator[SmtpSink]:
    with SmtpSink() as server:
        settings.EMAIL_BACKEND = SMTP_BACKEND
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        yield server


def queue(messages: int) -> list[Notification]:
    clinic = a_clinic()
    for _ in range(messages):
        a_follow_up(clinic, patient=a_patient(clinic, reachable=True))
    sweep(now=NOW)
    rows = Notification.objects.filter(channel=NotificationChannel.EMAIL)
    return list(rows.select_related("site", "patient"))


def test_a_batch_goes_over_one_connection(sink: SmtpSink) -> None:
    messages = queue(5)

    assert deliver(now=NOW).sent == 5

    assert sink.connections == 1
    assert set(sink.taken) == {f"<{message.pk}@localhost>" for message in messages}


def test_the_receipt_is_the_message_id(sink: SmtpSink) -> None:
    [message] = queue(1)

    deliver(now=NOW)

    message.refresh_from_db()
    assert message.provider_message_id == f"<{message.pk}@localhost>"


@pytest.mark.parametrize(
    ("answer", "code", "permanent"),
    [
        pytest.param(b"550 no such user", "smtp_550", True, id="address refused"),
        pytest.param(b"451 try later", "smtp_451", False, id="greylisted"),
    ],
)
def test_a_refused_recipient(sink: SmtpSink, answer: bytes, code: str, permanent: bool) -> None:
    [message] = queue(1)
    sink.answer_to_recipient = answer

    with pytest.raises(DeliveryFailed) as failure:
        EmailChannel().send(message)

    assert (failure.value.reason, failure.value.permanent) == (code, permanent)
    assert "example.org" not in str(failure.value)


@pytest.mark.parametrize(
    ("answer", "permanent"),
    [
        pytest.param(b"554 refused", True, id="content refused"),
        pytest.param(b"452 full", False, id="server full"),
    ],
)
def test_a_refused_message(sink: SmtpSink, answer: bytes, permanent: bool) -> None:
    [message] = queue(1)
    sink.answer_to_data = answer

    with pytest.raises(DeliveryFailed) as failure:
        EmailChannel().send(message)

    assert failure.value.permanent is permanent


def test_a_server_that_refuses_us_is_down_and_no_message_is_blamed(sink: SmtpSink) -> None:
    [message] = queue(1)
    sink.answer_to_sender = b"530 sign in first"

    with pytest.raises(ChannelDown):
        EmailChannel().send(message)


def test_a_server_that_is_not_there_is_down(settings: Any) -> None:
    [message] = queue(1)
    settings.EMAIL_BACKEND = SMTP_BACKEND
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1

    with pytest.raises(ChannelDown):
        EmailChannel().send(message)


def test_a_connection_that_drops_after_the_data_is_tried_again_with_the_same_id(
    sink: SmtpSink,
) -> None:
    [message] = queue(1)
    sink.drops_after_data = True
    assert deliver(now=NOW).retried == 1
    sink.drops_after_data = False
    message.refresh_from_db()

    assert deliver(now=message.not_before).sent == 1

    assert sink.taken == {f"<{message.pk}@localhost>": 2}


def test_who_drops_after_the_data_twice_gets_no_third_copy(sink: SmtpSink) -> None:
    [message] = queue(1)
    sink.drops_after_data = True
    deliver(now=NOW)
    message.refresh_from_db()

    assert deliver(now=message.not_before).failed == 1

    message.refresh_from_db()
    assert (message.status, message.last_error) == (NotificationStatus.FAILED, OUTCOME_UNKNOWN)
    assert sink.taken == {f"<{message.pk}@localhost>": 2}


def test_a_connection_that_drops_before_the_data_has_sent_nothing(sink: SmtpSink) -> None:
    [message] = queue(1)
    sink.drops_at_recipient = True
    for _ in range(4):
        message.refresh_from_db()
        assert deliver(now=max(NOW, message.not_before)).retried == 1
    sink.drops_at_recipient = False
    message.refresh_from_db()

    assert deliver(now=message.not_before).sent == 1

    assert sink.taken == {f"<{message.pk}@localhost>": 1}


def test_after_a_failure_the_rest_of_the_batch_goes_over_a_new_connection(sink: SmtpSink) -> None:
    messages = queue(3)
    Notification.objects.filter(pk=messages[0].pk).update(not_before=NOW.replace(hour=1))
    messages[0].patient.email = "not an address\nBcc: somebody@example.org"  # type: ignore[union-attr]
    messages[0].patient.save()  # type: ignore[union-attr]

    done = deliver(now=NOW)

    assert (done.sent, done.failed) == (3, 1)  # the third sending is the task that replaces it
    messages[0].refresh_from_db()
    assert messages[0].status == NotificationStatus.FAILED
    assert messages[0].last_error == "address_cannot_be_written"


def test_staff_are_led_to_the_patient_where_there_is_no_escalation(sink: SmtpSink) -> None:
    [message] = queue(1)
    message.recipient = a_clinic().lead

    channel = EmailChannel()

    channel.send(message)
    channel.close()

    [raw] = sink.messages
    assert f"http://localhost/patients/{message.patient_id}/".encode() in raw


def test_without_an_address_nothing_is_sent(sink: SmtpSink) -> None:
    [message] = queue(1)
    assert message.patient is not None
    message.patient.email = ""

    with pytest.raises(DeliveryFailed, match="no_address"):
        EmailChannel().send(message)

    assert sink.connections == 0


def test_the_message_is_plain_text_without_anything_clinical(sink: SmtpSink) -> None:
    [message] = queue(1)

    deliver(now=NOW)

    [raw] = sink.messages
    assert b"Content-Type: text/plain" in raw
    assert b"Auto-Submitted: auto-generated" in raw
    assert b"Content-Language: en" in raw
    assert message.patient is not None
    assert message.patient.family_name.encode() not in raw
