"""What an e-mail provider says became of our messages, read by django-anymail.

Anymail checks the secret and turns each provider's words into one vocabulary. Its own views tell
Django signals; here its reader is asked directly, so that nothing happens out of sight.
"""

from collections.abc import Iterator
from datetime import datetime
from importlib import import_module
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest

from surveillance.models import Report

MEANING: Final = {
    "delivered": Report.DELIVERED,
    "bounced": Report.UNDELIVERABLE,
    "rejected": Report.UNDELIVERABLE,
    "failed": Report.UNDELIVERABLE,
    "complained": Report.COMPLAINED,
    "unsubscribed": Report.COMPLAINED,
}
"""Anymail's event types; others (opened, clicked, deferred) say nothing that we act on."""
OUR_ID: Final = "notification_id"
"""The metadata with which a message leaves, and which comes back with its reports."""


class NotTheProvider(Exception):
    """Somebody else called the hook, or sent what its provider never sends."""


class MailReport(NamedTuple):
    """What became of one message."""

    provider_message_id: str
    our_id: str
    address: str
    report: Report
    at: datetime | None


def read_reports(request: HttpRequest) -> list[MailReport]:
    """The reports in one call of the provider; NotTheProvider when it is none."""
    view = _reader()
    try:
        view.run_validators(request)
        events = view.parse_events(request)
    except (SuspiciousOperation, ValueError, KeyError, TypeError, AttributeError):
        raise NotTheProvider from None
    return list(_understood(events))


def _reader() -> Any:
    name = settings.EMAIL_PROVIDER
    module = import_module(f"anymail.webhooks.{name.lower()}")
    return getattr(module, f"{name}TrackingWebhookView")()


def _understood(events: list[Any]) -> Iterator[MailReport]:
    for event in events:
        report = MEANING.get(event.event_type)
        if report is not None:
            ours = (event.metadata or {}).get(OUR_ID, "")
            yield MailReport(
                provider_message_id=str(event.message_id or ""),
                our_id=str(ours),
                address=str(event.recipient or "").lower(),
                report=report,
                at=event.timestamp,
            )
