"""A trial for an endpoint: does it take what we send?"""

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from django.db import transaction

from patients.audit import record_event
from surveillance.models import WebhookDelivery, WebhookEndpoint, WebhookEvent
from surveillance.webhook_news import wire_name
from surveillance.workflows.administrators_only import administrators_only

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@transaction.atomic
def try_webhook_endpoint(
    *, endpoint: WebhookEndpoint, by: "User", now: datetime
) -> WebhookDelivery:
    """Queue an event that is about nobody. Refused: whoever does not administer the site."""
    administrators_only(by=by, site=endpoint.site)
    trial = WebhookDelivery.objects.create(
        endpoint=endpoint,
        event=WebhookEvent.TRIED,
        dedupe_key=f"{WebhookEvent.TRIED.value}:{uuid4()}",
        body={
            "type": wire_name(WebhookEvent.TRIED),
            "timestamp": now.isoformat(),
            "data": {"site": endpoint.site.slug},
        },
        created_at=now,
        not_before=now,
    )
    record_event("webhook_tried", site=endpoint.site, subject=endpoint, by=by, now=now)
    return trial
