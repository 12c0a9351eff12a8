"""An endpoint is told nothing for a while, or hears again."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from patients.audit import record_event
from surveillance.models import WebhookEndpoint
from surveillance.workflows.administrators_only import administrators_only

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@transaction.atomic
def switch_webhook_endpoint(
    *, endpoint: WebhookEndpoint, is_active: bool, by: "User", now: datetime
) -> WebhookEndpoint:
    """Switch it on or off; switched on, it hears what happened meanwhile. As it is: no change.

    Refused: whoever does not administer the site.
    """
    administrators_only(by=by, site=endpoint.site)
    current = WebhookEndpoint.objects.select_for_update().get(pk=endpoint.pk)
    if current.is_active == is_active:
        return current
    current.is_active, current.failing_since = is_active, None
    current.save(update_fields=["is_active", "failing_since"])
    record_event(
        "webhook_switched",
        site=endpoint.site,
        subject=current,
        by=by,
        now=now,
        detail={"is_active": is_active},
    )
    return current
