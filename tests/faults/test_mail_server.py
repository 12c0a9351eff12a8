"""Mail servers that are down, slow, full, strict or rude, and a disk without room: every message is
sent or becomes somebody's task, and whoever waits in the queue is served meanwhile.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.mail.backends.filebased import EmailBackend as FileBackend

from hepcalc_site.mail import BACKENDS, SMTP_BACKEND
from surveillance.models import Notification, NotificationChannel, NotificationStatus
from surveillance.workflows.deliver import MOST_ATTEMPTS, deliver
from surveillance.workflows.sweep import sweep
from tests.faults.scale import count, times
from tests.faults.smtp_sink import SmtpSink
from tests.surveillance.chase.scenes import a_clinic, a_follow_up, a_patient, at

pytestmark = [pytest.mark.faults, pytest.mark.django_db]

NOW = at(date(2026, 11, 2))
MESSAGES = times(4)


@pytest.fixture
def sink(settings: Any) -> Iterator[SmtpSink]:
    with SmtpSink() as server:
        settings.EMAIL_BACKEND = SMTP_BACKEND
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_TIMEOUT = 0.2
        yield server


def reminders_queued() -> None:
    clinic = a_clinic()
    for _ in range(MESSAGES):
        a_follow_up(clinic, patient=a_patient(clinic, reachable=True))
    sweep(now=NOW)


def emails(status: NotificationStatus) -> int:
    return Notification.objects.filter(channel=NotificationChannel.EMAIL, status=status).count()


def calls_to_make() -> int:
    """Tasks for the navigator: this patient could not be reached by e-mail."""
    told = Notification.objects.filter(channel=NotificationChannel.IN_APP)
    return told.exclude(patient=None).count()


def after_every_pause(since: datetime) -> Iterator[datetime]:
    """Wake-ups, each when all pauses are over, in the hours for messages to patients."""
    moment = since
    for _ in range(MOST_ATTEMPTS + 1):
        yield moment
        moment += timedelta(days=1)


def refuses(answer: bytes) -> Callable[[SmtpSink], None]:
    def misbehave(sink: SmtpSink) -> None:
        sink.answer_to_recipient = answer

    return misbehave


def drops_after_data(sink: SmtpSink) -> None:
    sink.drops_after_data = True


def drops_before_data(sink: SmtpSink) -> None:
    sink.drops_at_recipient = True


def is_slow(sink: SmtpSink) -> None:
    sink.seconds_each = 0.5  # longer than we wait: it takes the message, and we do not hear it


def is_full(sink: SmtpSink) -> None:
    sink.answer_to_data = b"452 no room"


@pytest.mark.parametrize(
    ("misbehave", "most_copies"),
    [
        pytest.param(refuses(b"451 try later"), 0, id="4xx"),
        pytest.param(refuses(b"550 nobody here"), 0, id="5xx"),
        pytest.param(is_full, 0, id="full"),
        pytest.param(drops_before_data, 0, id="drops before DATA"),
        pytest.param(drops_after_data, 2, id="drops after DATA"),
    ],
)
def test_whatever_a_server_never_takes_is_a_persons_task(
    sink: SmtpSink, misbehave: Callable[[SmtpSink], None], most_copies: int
) -> None:
    reminders_queued()
    misbehave(sink)

    for moment in after_every_pause(NOW):
        deliver(now=moment)

    assert emails(NotificationStatus.PENDING) == 0
    assert emails(NotificationStatus.FAILED) == calls_to_make() == MESSAGES
    assert max(sink.taken.values(), default=0) == most_copies


@pytest.mark.parametrize(
    ("misbehave", "most_copies"),
    [
        pytest.param(refuses(b"451 try later"), 1, id="4xx"),
        pytest.param(is_full, 1, id="full"),
        pytest.param(drops_before_data, 1, id="drops before DATA"),
        pytest.param(drops_after_data, 2, id="drops after DATA"),
        pytest.param(is_slow, 2, id="slow"),
    ],
)
def test_a_server_that_recovers_gets_every_message(
    sink: SmtpSink, misbehave: Callable[[SmtpSink], None], most_copies: int
) -> None:
    reminders_queued()
    misbehave(sink)
    deliver(now=NOW)
    sink.behave()

    for moment in after_every_pause(NOW):
        deliver(now=moment)

    expected = Notification.objects.filter(channel=NotificationChannel.EMAIL)
    lost = {f"<{pk}@localhost>" for pk in expected.values_list("pk", flat=True)} - set(sink.taken)
    count("Mail server recovers", messages=MESSAGES, lost=len(lost), copies=most_copies)
    assert not lost
    assert emails(NotificationStatus.SENT) == MESSAGES
    assert max(sink.taken.values()) <= most_copies


def test_a_server_that_is_down_for_a_day_costs_nothing_but_the_day(settings: Any) -> None:
    reminders_queued()
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = SMTP_BACKEND, "127.0.0.1"
    settings.EMAIL_PORT = 1
    for hour in range(24):
        deliver(now=NOW + timedelta(hours=hour))

    with SmtpSink() as sink:
        settings.EMAIL_PORT = sink.port
        done = deliver(now=NOW + timedelta(hours=24))

    assert (done.sent, len(sink.taken)) == (MESSAGES, MESSAGES)


def test_a_mailbox_without_room_keeps_nobody_from_being_told(
    settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    reminders_queued()
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = BACKENDS["filemail"], str(tmp_path)
    monkeypatch.setattr(FileBackend, "_get_filename", lambda _self: "/dev/full")
    first = deliver(now=NOW)
    monkeypatch.undo()

    for moment in after_every_pause(NOW):
        deliver(now=moment)

    assert (first.sent, first.retried) == (0, MESSAGES)
    assert emails(NotificationStatus.SENT) == MESSAGES
    assert sum(path.read_text().count("Message-ID:") for path in tmp_path.iterdir()) == MESSAGES
