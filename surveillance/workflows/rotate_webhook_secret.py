"""An endpoint gets a new secret; the old one counts for a day more."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction

from patients.audit import record_event
from surveillance.models import WebhookEndpoint
from surveillance.workflows.administrators_only import administrators_only

if TYPE_CHECKING:
    from django.contrib.auth.models import User

BOTH_COUNT_FOR: Final = timedelta(hours=24)


@transaction.atomic
def rotate_webhook_secret(
    *, endpoint: WebhookEndpoint, by: "User", now: datetime
) -> WebhookEndpoint:
    """The next secret signs from now on, and for a day the one before it beside it.

    Refused: whoever does not administer the site.
    """
    administrators_only(by=by, site=endpoint.site)
    current = WebhookEndpoint.objects.select_for_update().get(pk=endpoint.pk)
    current.secret_generation += 1
    current.previous_until = now + BOTH_COUNT_FOR
    current.save(update_fields=["secret_generation", "previous_until"])
    record_event("webhook_secret_rotated", site=endpoint.site, subject=current, by=by, now=now)
    return current
