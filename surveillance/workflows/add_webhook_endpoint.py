"""Another system of a site wants to be told."""

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from patients.audit import record_event
from patients.models import Site
from surveillance.models import WebhookEndpoint, WebhookEvent
from surveillance.workflows.administrators_only import administrators_only
from surveillance.workflows.errors import WorkflowRefused

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class WebhookRefused(WorkflowRefused):
    """The address cannot be used, is there already, or nothing is to be told."""

    code = "webhook_refused"


def add_webhook_endpoint(
    *, site: Site, name: str, url: str, events: Collection[WebhookEvent], by: "User", now: datetime
) -> WebhookEndpoint:
    """Tell `url` what happens at the site from now on.

    Refused: whoever does not administer the site, an address that is not https (http only where
    private addresses are allowed), one with a password in it, one that the site has, no events.
    """
    administrators_only(by=by, site=site)
    _refuse(url, events)
    try:
        with transaction.atomic():
            endpoint = WebhookEndpoint.objects.create(
                site=site, name=name, url=url, events=sorted(events), created_at=now,
                looked_until=now,
            )  # fmt: skip
            record_event("webhook_added", site=site, subject=endpoint, by=by, now=now)
    except IntegrityError as error:
        raise WebhookRefused(
            _("The site has an endpoint with this address already."), field="url"
        ) from error
    return endpoint


def _refuse(url: str, events: Collection[WebhookEvent]) -> None:
    if not _can_be_called(url):
        raise WebhookRefused(
            _("Give an address that begins with https:// and names no password."), field="url"
        )
    if not set(events) - {WebhookEvent.TRIED}:
        raise WebhookRefused(_("Choose what it is to be told."), field="events")


def _can_be_called(url: str) -> bool:
    schemes = {"https", "http"} if settings.WEBHOOK_ALLOW_PRIVATE else {"https"}
    try:
        parts = urlsplit(url)
        is_port = parts.port is None or parts.port > 0
    except ValueError:
        return False
    is_plain = url.isascii() and url.isprintable() and " " not in url
    is_named = bool(parts.hostname) and "@" not in parts.netloc
    return parts.scheme in schemes and is_named and is_port and is_plain
