"""What an endpoint did not take, or lost, is sent again."""

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from patients.audit import record_event
from surveillance.models import WebhookEndpoint, WebhookState
from surveillance.workflows.administrators_only import administrators_only

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@transaction.atomic
def replay_webhooks(
    *, endpoint: WebhookEndpoint, only: UUID | None = None, by: "User", now: datetime
) -> int:
    """Send one delivery again, taken or not; without `only`, all that were given up. How many.

    They keep their `webhook-id`. Refused: whoever does not administer the site.
    """
    administrators_only(by=by, site=endpoint.site)
    ended = endpoint.deliveries.exclude(state=WebhookState.PENDING)
    wanted = ended.filter(pk=only) if only else ended.filter(state=WebhookState.FAILED)
    count = wanted.update(state=WebhookState.PENDING, finished_at=None, attempts=0, not_before=now)
    if count:
        record_event(
            "webhook_replayed",
            site=endpoint.site,
            subject=endpoint,
            by=by,
            now=now,
            detail={"count": count},
        )
    return count
