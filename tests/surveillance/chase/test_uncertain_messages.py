"""However sendings end, and whoever dies over them: never more than two copies, nothing lost."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db.models.functions import Now
from django.test import override_settings
from hypothesis import given, settings
from hypothesis import strategies as st

from surveillance.delivery.channels import ChannelDown, DeliveryFailed, ProviderReceipt
from surveillance.delivery.texts import Text
from surveillance.models import (
    Notification,
    NotificationChannel,
    NotificationStatus,
    SendingDoubt,
)
from surveillance.workflows import deliver as outbox
from surveillance.workflows.deliver import MOST_ATTEMPTS, OUTCOME_UNKNOWN, deliver
from surveillance.workflows.sweep import sweep
from tests.surveillance.chase.scenes import a_clinic, a_follow_up, a_patient, at

pytestmark = pytest.mark.django_db

NOW = at(date(2026, 11, 2))
ENDS = [
    "taken",
    "refused for now",
    "dropped after the text",
    "channel down",
    "killed before the text",
    "killed after the text",
]


class Killed(BaseException):
    """The sender is gone: nothing behind this point runs."""


class Provider:
    """Takes copies, and ends each sending as told."""

    def __init__(self, ends: list[str]) -> None:
        self.ends = ends
        self.copies: list[UUID] = []

    def send(self, message: Notification) -> ProviderReceipt:
        end = self.ends.pop(0) if self.ends else "taken"
        if end == "channel down":
            raise ChannelDown("down")
        if end == "refused for now":
            raise DeliveryFailed("smtp_451", permanent=False)
        if end == "killed before the text":
            raise Killed
        self.copies.append(message.pk)
        if end == "dropped after the text":
            raise DeliveryFailed("SMTPServerDisconnected", permanent=False, unheard=True)
        if end == "killed after the text":
            raise Killed
        return ProviderReceipt("taken", Text("subject", "body"))

    def close(self) -> None:
        pass


def a_reminder_by_email() -> Notification:
    clinic = a_clinic()
    a_follow_up(clinic, patient=a_patient(clinic, reachable=True))
    sweep(now=NOW)
    return Notification.objects.get(channel=NotificationChannel.EMAIL, site=clinic.site)


def deliver_until_it_ends(message: Notification, provider: Provider) -> None:
    """Wake-ups, each after every lease and pause has run out."""
    outbox.MAKERS[NotificationChannel.EMAIL] = lambda: provider
    moment = NOW
    for _ in range(2 * MOST_ATTEMPTS):
        try:
            deliver(now=moment)
        except Killed:
            Notification.objects.exclude(lease_until=None).update(
                lease_until=Now() - timedelta(seconds=1)
            )
        message.refresh_from_db()
        moment = max(moment, message.not_before)
        if message.status != NotificationStatus.PENDING:
            return


@pytest.fixture(autouse=True)
def makers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "MAKERS", dict(outbox.MAKERS))


@given(ends=st.lists(st.sampled_from(ENDS), max_size=6), parks=st.booleans())
@settings(max_examples=40)
def test_no_message_is_lost_nor_sent_more_than_twice(ends: list[str], parks: bool) -> None:
    message, provider = a_reminder_by_email(), Provider([*ends])

    with override_settings(PARK_UNCERTAIN_MESSAGES=parks):
        deliver_until_it_ends(message, provider)

    assert len(provider.copies) <= (1 if parks else 2)
    if message.status == NotificationStatus.SENT:
        assert provider.copies
    else:
        assert (message.status, message.last_error) == (NotificationStatus.FAILED, OUTCOME_UNKNOWN)
        call = Notification.objects.exclude(pk=message.pk).get(site=message.site)
        assert call.patient == message.patient, "somebody is to call the patient"


@pytest.mark.parametrize(
    ("parks", "ends", "copies", "status"),
    [
        pytest.param(False, ["killed after the text"], 2, "SENT", id="once is repeated"),
        pytest.param(
            False,
            ["killed after the text"] * 2,
            2,
            "FAILED",
            id="twice is a person's, no third copy",
        ),
        pytest.param(
            False,
            ["dropped after the text", "refused for now", "channel down", "taken"],
            2,
            "SENT",
            id="a clear refusal does not count as a repeat",
        ),
        pytest.param(False, ["refused for now"] * 5, 1, "SENT", id="clear refusals leave no doubt"),
        pytest.param(True, ["killed after the text"], 1, "FAILED", id="parked at once"),
        pytest.param(True, ["refused for now", "channel down"], 1, "SENT", id="only in doubt"),
    ],
)
def test_a_doubt_ends(
    settings: Any, parks: bool, ends: list[str], copies: int, status: str
) -> None:
    settings.PARK_UNCERTAIN_MESSAGES = parks
    message, provider = a_reminder_by_email(), Provider([*ends])

    deliver_until_it_ends(message, provider)

    assert (len(provider.copies), message.status) == (copies, status)


def test_only_the_message_that_was_begun_is_in_doubt() -> None:
    clinic = a_clinic()
    for _ in range(3):
        a_follow_up(clinic, patient=a_patient(clinic, reachable=True))
    sweep(now=NOW)
    first, *behind = Notification.objects.order_by("not_before", "id")
    provider = Provider(["killed after the text", "killed before the text"])
    outbox.MAKERS[NotificationChannel.EMAIL] = lambda: provider
    for _ in range(2):
        with pytest.raises(Killed):
            deliver(now=NOW)
        Notification.objects.exclude(lease_until=None).update(
            lease_until=Now() - timedelta(seconds=1)
        )

    assert deliver(now=NOW).failed == 1

    first.refresh_from_db()
    assert first.last_error == OUTCOME_UNKNOWN
    for message in behind:
        message.refresh_from_db()
        assert (message.status, message.doubt) == (NotificationStatus.SENT, SendingDoubt.NONE)


def test_a_sender_that_lost_its_lease_does_not_send_the_repeat(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    message, provider = a_reminder_by_email(), Provider([])
    Notification.objects.update(doubt=SendingDoubt.UNHEARD)
    outbox.MAKERS[NotificationChannel.EMAIL] = lambda: provider

    def meanwhile_another_takes_it(_message: Notification, _now: Any) -> str:
        Notification.objects.update(lease_owner="another")
        return ""

    monkeypatch.setattr(outbox, "why_unwanted", meanwhile_another_takes_it)
    deliver(now=NOW)

    message.refresh_from_db()
    assert (provider.copies, message.lease_owner) == ([], "another")
