"""Other systems that asked to be told: do they take what is sent?"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils.translation import gettext_noop

from surveillance.failsafe.finding import TECHNICAL, Check, subjects
from surveillance.models import WebhookDelivery, WebhookEndpoint

FAILING_FOR = timedelta(hours=6)
LATE = timedelta(minutes=30)


def _failing(now: datetime) -> Iterable[object]:
    failing = WebhookEndpoint.objects.filter(is_active=True, failing_since__lt=now - FAILING_FOR)
    return subjects(failing)


def _stuck(now: datetime) -> Iterable[object]:
    """Due for long, and never tried: an endpoint that is down was tried."""
    waiting = WebhookDelivery.objects.due(now).filter(attempts=0, not_before__lt=now - LATE)
    return subjects(waiting.filter(endpoint__failing_since=None), "endpoint__site")


CHECKS = (
    Check(
        "webhook_failing",
        gettext_noop("Another system has taken nothing of what it asked to be told for hours."),
        gettext_noop(
            "Open Webhooks, see what it answers, and tell whoever runs it; switch it off if it is "
            "gone. Afterwards replay what was given up."
        ),
        _failing,
        owners=TECHNICAL,
    ),
    Check(
        "webhooks_stuck",
        gettext_noop("What another system is to be told has waited for more than half an hour."),
        gettext_noop("See whether the worker runs."),
        _stuck,
        owners=TECHNICAL,
    ),
)
