"""Nothing is lost on the way to another system, and what comes twice can be known by its id."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from surveillance.delivery import webhook_post
from surveillance.delivery.webhook_post import NotTaken, post_webhook
from surveillance.delivery.webhook_signature import secret_of
from surveillance.models import WebhookDelivery, WebhookEndpoint, WebhookState
from surveillance.workflows import deliver_webhooks as module
from surveillance.workflows.administrators_only import NotAnAdministrator
from surveillance.workflows.deliver_webhooks import PAUSES, deliver_webhooks
from surveillance.workflows.replay_webhooks import replay_webhooks
from surveillance.workflows.rotate_webhook_secret import BOTH_COUNT_FOR, rotate_webhook_secret
from surveillance.workflows.try_webhook_endpoint import try_webhook_endpoint
from tests.factories import NOW, UserFactory
from tests.surveillance.webhooks.receiver import Receiver


@pytest.fixture
def trial(endpoint: WebhookEndpoint, administrator: User) -> WebhookDelivery:
    return try_webhook_endpoint(endpoint=endpoint, by=administrator, now=NOW)


def test_it_arrives_signed_and_is_marked(
    trial: WebhookDelivery, endpoint: WebhookEndpoint, receiver: Receiver
) -> None:
    done = deliver_webhooks(now=NOW)

    [got] = receiver.received
    assert done.sent == 1
    assert got.is_signed_with(secret_of(endpoint))
    assert json.loads(got.body) == trial.body
    assert got.headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    trial.refresh_from_db()
    assert (trial.state, trial.answered, trial.finished_at) == ("SENT", 204, NOW)


def test_both_secrets_sign_for_a_day_after_a_new_one(
    endpoint: WebhookEndpoint, administrator: User, receiver: Receiver
) -> None:
    old = secret_of(endpoint)
    rotated = rotate_webhook_secret(endpoint=endpoint, by=administrator, now=NOW)
    new = secret_of(rotated)
    for moment in (NOW, NOW + BOTH_COUNT_FOR):
        try_webhook_endpoint(endpoint=endpoint, by=administrator, now=moment)
        deliver_webhooks(now=moment)

    during, after = receiver.received
    assert old != new
    assert during.is_signed_with(old)
    assert during.is_signed_with(new)
    assert after.is_signed_with(new)
    assert not after.is_signed_with(old)


def test_a_sender_that_dies_after_sending_loses_nothing_and_keeps_the_id(
    trial: WebhookDelivery, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: Any, **__: Any) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(module, "_mark", die)
        with pytest.raises(KeyboardInterrupt):
            deliver_webhooks(now=NOW)
    assert deliver_webhooks(now=NOW).sent == 0  # the dead one's lease still runs
    WebhookDelivery.objects.update(lease_until=NOW - timedelta(days=900))

    deliver_webhooks(now=NOW)

    assert [one.id for one in receiver.received] == [str(trial.pk)] * 2
    assert WebhookDelivery.objects.get().state == WebhookState.SENT


def test_who_lost_the_lease_marks_nothing(trial: WebhookDelivery) -> None:
    slow = module._claim(trial.pk)
    assert slow is not None
    WebhookDelivery.objects.update(lease_owner="another")

    assert module._mark(slow, state=WebhookState.FAILED, finished_at=NOW) == 0
    assert WebhookDelivery.objects.get().state == WebhookState.PENDING


def test_it_is_tried_for_days_then_given_up_and_can_be_replayed(
    trial: WebhookDelivery, endpoint: WebhookEndpoint, administrator: User, receiver: Receiver
) -> None:
    receiver.answers = [500, 301, 404, *[500] * (len(PAUSES) - 2)]
    moment, tries = NOW, 0
    while trial.state == WebhookState.PENDING:
        tries += 1
        deliver_webhooks(now=moment)
        trial.refresh_from_db()
        endpoint.refresh_from_db()
        moment = max(moment, trial.not_before)

    assert (tries, trial.state, trial.answered) == (len(PAUSES) + 1, "FAILED", 500)
    assert endpoint.failing_since == NOW
    assert moment - NOW > timedelta(days=2)

    assert replay_webhooks(endpoint=endpoint, by=administrator, now=moment) == 1
    deliver_webhooks(now=moment)

    assert WebhookDelivery.objects.get().state == WebhookState.SENT
    assert WebhookEndpoint.objects.get().failing_since is None
    assert {one.id for one in receiver.received} == {str(trial.pk)}


def test_an_endpoint_that_is_down_is_asked_once_in_a_call(
    endpoint: WebhookEndpoint, administrator: User, receiver: Receiver
) -> None:
    receiver.answers = [503]
    for _ in range(3):
        try_webhook_endpoint(endpoint=endpoint, by=administrator, now=NOW)

    done = deliver_webhooks(now=NOW)

    assert (done.retried, len(receiver.received)) == (1, 1)
    assert deliver_webhooks(now=NOW).sent == 2


def test_private_addresses_are_refused_where_they_are_not_allowed(
    trial: WebhookDelivery, receiver: Receiver, settings: Any
) -> None:
    settings.WEBHOOK_ALLOW_PRIVATE = False

    deliver_webhooks(now=NOW)

    trial.refresh_from_db()
    assert (trial.remark, receiver.received) == ("private_address", [])


@contextmanager
def dripping() -> Iterator[str]:
    """A receiver whose answer never ends: one letter after the other, each in time."""
    server = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def drip() -> None:
        line, _address = server.accept()
        with line, suppress(OSError):
            line.sendall(b"HTTP/1.1 200 OK\r\nX-A: ")
            while not stop.wait(0.05):
                line.sendall(b"a")

    thread = threading.Thread(target=drip)
    thread.start()
    yield f"http://127.0.0.1:{server.getsockname()[1]}/"
    stop.set()
    thread.join()
    server.close()


def test_who_answers_drop_by_drop_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook_post, "SECONDS", 0.3)
    begun = time.monotonic()

    with dripping() as url, pytest.raises(NotTaken):
        post_webhook(url, b"{}", {}, private_allowed=True)

    assert time.monotonic() - begun < 5


def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    receiver.answers = [302]

    with pytest.raises(webhook_post.NotTaken, match="http_302"):
        webhook_post.post_webhook(receiver.url, b"{}", {}, private_allowed=True)
    assert len(receiver.received) == 1


@pytest.mark.parametrize("act", [try_webhook_endpoint, rotate_webhook_secret, replay_webhooks])
def test_only_administrators_act(act: Any, endpoint: WebhookEndpoint) -> None:
    with pytest.raises(NotAnAdministrator):
        act(endpoint=endpoint, by=UserFactory(), now=NOW)
