"""Another system that takes nothing, and a worker that sends nothing, are found."""

from datetime import timedelta

import pytest

from patients.models import Site
from surveillance.failsafe.finding import Subject
from surveillance.failsafe.webhooks import CHECKS
from surveillance.models import WebhookDelivery, WebhookEndpoint, WebhookEvent
from tests.factories import NOW, SiteFactory

pytestmark = pytest.mark.django_db
ASK = {check.code: check.ask for check in CHECKS}
LATER = NOW + timedelta(hours=7)


@pytest.fixture
def site() -> Site:
    return SiteFactory()


@pytest.fixture
def endpoint(site: Site) -> WebhookEndpoint:
    url = "https://portal.example.org/in"
    return WebhookEndpoint.objects.create(site=site, url=url, created_at=NOW, looked_until=NOW)


@pytest.fixture
def waiting(endpoint: WebhookEndpoint) -> WebhookDelivery:
    return WebhookDelivery.objects.create(
        endpoint=endpoint, event=WebhookEvent.TRIED, body={}, created_at=NOW, not_before=NOW
    )


def test_one_that_takes_nothing_for_hours_is_found(site: Site, endpoint: WebhookEndpoint) -> None:
    ask = ASK["webhook_failing"]
    WebhookEndpoint.objects.update(failing_since=NOW)

    assert list(ask(NOW + timedelta(hours=6))) == []
    assert list(ask(LATER)) == [Subject(site.pk, endpoint.pk)]

    WebhookEndpoint.objects.update(is_active=False)
    assert list(ask(LATER)) == []


def test_what_waits_without_a_try_is_found(site: Site, waiting: WebhookDelivery) -> None:
    ask = ASK["webhooks_stuck"]

    assert list(ask(NOW + timedelta(minutes=30))) == []
    assert list(ask(LATER)) == [Subject(site.pk, waiting.pk)]

    WebhookEndpoint.objects.update(failing_since=NOW)
    assert list(ask(LATER)) == []
