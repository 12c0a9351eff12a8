"""A site with an administrator and another system that wants to hear everything."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from patients.models import Role, Site
from surveillance.models import WebhookEndpoint, WebhookEvent
from surveillance.workflows.add_webhook_endpoint import add_webhook_endpoint
from tests.factories import NOW, MembershipFactory, SiteFactory, UserFactory
from tests.surveillance.webhooks.receiver import Receiver

ALL = [one for one in WebhookEvent if one != WebhookEvent.TRIED]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    started = Receiver().start()
    yield started
    started.stop()


@pytest.fixture
def site(db: None) -> Site:
    return SiteFactory(slug="north")


@pytest.fixture
def administrator(site: Site) -> User:
    user: User = UserFactory()
    MembershipFactory(user=user, site=site, role=Role.ADMINISTRATOR)
    return user


@pytest.fixture
def endpoint(site: Site, administrator: User, receiver: Receiver) -> WebhookEndpoint:
    return add_webhook_endpoint(
        site=site,
        name="Portal",
        url=receiver.url,
        events=ALL,
        by=administrator,
        now=NOW - timedelta(hours=1),
    )
