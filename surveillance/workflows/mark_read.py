"""Mark what somebody was told in the application as read."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from surveillance.models import Notification

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def mark_read(*, notifications: Iterable[UUID], by: "User", now: datetime) -> int:
    """Mark those of `notifications` that were addressed to `by` and are unread; return how many.

    Nobody can mark another person's messages, and the first reading is the one that is kept.
    Reading a message changes nothing about what is owed, so no audit event is written.
    """
    own = Notification.objects.inbox_of(by).unread().filter(pk__in=list(notifications))
    return own.update(read_at=now)
