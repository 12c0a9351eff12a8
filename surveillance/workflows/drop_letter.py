"""A letter that waits is not wanted any more."""

from datetime import datetime

from surveillance.models import Notification, NotificationStatus
from surveillance.outreach import ANOTHER_WAY
from surveillance.workflows.fall_back import fall_back


def drop_letter(*, message: Notification, why: str, now: datetime) -> None:
    """Cancel it with the code `why`; where only paper is impossible, it takes another way."""
    dropped = Notification.objects.waiting().filter(pk=message.pk)
    ended = dropped.update(
        status=NotificationStatus.CANCELLED, finished_at=now, last_error=why, lease_owner=""
    )
    if ended and why in ANOTHER_WAY:
        fall_back(message=message, why=why, now=now)
