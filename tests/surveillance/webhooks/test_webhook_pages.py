"""An administrator adds another system, sees what it took, and sends again."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from patients.models import AuditEvent
from surveillance.delivery.webhook_signature import secret_of
from surveillance.models import WebhookDelivery, WebhookEndpoint
from surveillance.workflows.deliver_webhooks import deliver_webhooks
from tests.factories import NOW
from tests.surveillance.webhooks.receiver import Receiver


@pytest.fixture
def page(client: Client, administrator: User) -> Client:
    client.force_login(administrator)
    return client


def act(page: Client, endpoint: WebhookEndpoint, **sent: str) -> Any:
    return page.post(reverse("webhook_act", args=[endpoint.pk]), sent, follow=True)


def test_the_secret_is_shown_when_it_is_made_and_never_again(page: Client) -> None:
    sent = {"name": "Portal", "url": "https://portal.example.org/in", "events": ["CLOSED"]}

    made = page.post(reverse("webhooks"), sent).content.decode()

    endpoint = WebhookEndpoint.objects.get()
    [shown] = re.findall(r"<code>(whsec_[^<]+)</code>", made)
    assert shown == secret_of(endpoint)
    for address in (reverse("webhooks"), reverse("webhook", args=[endpoint.pk])):
        assert "whsec_" not in page.get(address).content.decode()
    assert AuditEvent.objects.filter(action="webhook_added").exists()


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"url": "http://portal.example.org/"}, "https://"),
        ({"url": "https://me:word@example.org/"}, "no password"),
        ({"url": "https://example.org:99999/"}, "https://"),
        ({"url": "https://example.org/", "events": []}, "Choose what it is told"),
    ],
)
def test_what_cannot_be_told_is_said_at_the_form(
    page: Client, sent: dict[str, Any], words: str, settings: Any
) -> None:
    settings.WEBHOOK_ALLOW_PRIVATE = False
    whole = {"name": "Portal", "events": ["CLOSED"]} | sent

    answer = page.post(reverse("webhooks"), whole)

    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_the_same_address_twice_is_refused(page: Client, endpoint: WebhookEndpoint) -> None:
    sent = {"name": "Again", "url": endpoint.url, "events": ["CLOSED"]}

    answer = page.post(reverse("webhooks"), sent)

    assert answer.status_code == 422
    assert "already" in answer.content.decode()


def test_a_trial_that_failed_is_shown_and_sent_again(
    page: Client, endpoint: WebhookEndpoint, receiver: Receiver
) -> None:
    act(page, endpoint, act="try")
    trial = WebhookDelivery.objects.get()
    WebhookDelivery.objects.update(state="FAILED", finished_at=NOW, attempts=9, answered=500)

    shown = page.get(reverse("webhook", args=[endpoint.pk])).content.decode()
    act(page, endpoint, act="replay", delivery=str(trial.pk))
    deliver_webhooks(now=WebhookDelivery.objects.get().not_before)

    assert "Given up" in shown
    assert "500" in shown
    assert [one.id for one in receiver.received] == [str(trial.pk)]


def test_it_is_switched_and_gets_a_new_secret(page: Client, endpoint: WebhookEndpoint) -> None:
    act(page, endpoint, act="off")
    endpoint.refresh_from_db()
    assert not endpoint.is_active
    before = secret_of(endpoint)

    shown = act(page, endpoint, act="secret").content.decode()

    endpoint.refresh_from_db()
    assert before not in shown
    assert secret_of(endpoint) in shown
