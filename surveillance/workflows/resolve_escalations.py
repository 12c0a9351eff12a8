"""The reason for escalations is gone: resolves them, many in a few statements."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from patients.audit import Deed, record_events
from patients.prepared import Prepared, slots
from surveillance.models import (
    Escalation,
    EscalationResolution,
    FollowUp,
    Notification,
    NotificationStatus,
)

if TYPE_CHECKING:
    from django.contrib.auth.models import User


_RAISED = Prepared(
    lambda: (
        Escalation.objects.unresolved()
        .filter(follow_up__in=slots(Escalation, "follow_up", "follow_ups"))
        .select_related("follow_up__site", "follow_up__patient")
    )
)


@transaction.atomic
def resolve_escalations(
    *,
    follow_ups: Iterable[FollowUp],
    resolution: EscalationResolution,
    by: "User | None" = None,
    now: datetime,
) -> int:
    """Resolve what is still raised for `follow_ups` and cancel its waiting messages.

    Returns how many escalations were resolved; those resolved before stay as they are.
    """
    ids = [follow_up.pk for follow_up in follow_ups]
    raised = _RAISED.ask(follow_ups=ids)
    if not raised:
        return 0
    unresolved = Escalation.objects.unresolved().filter(pk__in=[row.pk for row in raised])
    resolved = unresolved.update(resolved_at=now, resolution=resolution)
    waiting = Notification.objects.waiting().filter(escalation__in=raised)
    waiting.update(status=NotificationStatus.CANCELLED, finished_at=now)
    detail = {"resolution": resolution.value}
    record_events(
        [
            Deed("escalation_resolved", row.follow_up.site, row, row.follow_up.patient, detail)
            for row in raised
        ],
        by=by,
        now=now,
    )
    return resolved
