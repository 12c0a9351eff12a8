"""A message is read by another mapping: what waits of it is replaced by what it says now."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from patients.audit import record_event
from surveillance.arrivals import Arrival, Unmapped
from surveillance.models import IntakeItem, IntakeMessage, ItemStatus
from surveillance.workflows.keep_message import item_of

if TYPE_CHECKING:
    from django.contrib.auth.models import User

REPLACED = (
    "kind", "key", "mrn", "said_at", "content", "status", "code", "where",
    "reason", "settled_by",
)  # fmt: skip


@transaction.atomic
def replay_message(
    *,
    message: IntakeMessage,
    parts: Sequence[Arrival | Unmapped],
    by: "User | None",
    now: datetime,
) -> list[IntakeItem]:
    """Put `parts` in the place of those that wait, by their place in the message.

    What was taken in, set aside or is about nobody stays as it is; so does, unless a person asks,
    what a person gave to a patient: if one asks, whose it is has to be said anew. A part at a place
    that had none is added; one that waits at a place that has none any more goes on waiting.
    Returns the parts that wait for their turn or a person now.
    """
    IntakeMessage.objects.select_for_update(no_key=True).get(pk=message.pk)
    IntakeMessage.objects.filter(pk=message.pk).update(read_again_at=now)
    old = {row.position: row for row in message.items.all()}
    read = [_row(message, position, part, now) for position, part in enumerate(parts)]
    added = [row for row in read if row.position not in old]
    replaced = [
        _replaced(old[row.position], row)
        for row in read
        if row.position in old and _may_replace(old[row.position], by)
    ]
    IntakeItem.objects.bulk_create(added)
    if replaced:
        IntakeItem.objects.bulk_update(replaced, [*REPLACED, "attempts"])
    record_event(
        "message_read_again",
        site=message.site,
        subject=message,
        by=by,
        now=now,
        detail={"rows": len(added) + len(replaced)},
    )
    return [*replaced, *added]


def _may_replace(old: IntakeItem, by: "User | None") -> bool:
    return old.status == ItemStatus.WAITING and (by is not None or old.settled_by_id is None)


def _row(
    message: IntakeMessage, position: int, part: Arrival | Unmapped, now: datetime
) -> IntakeItem:
    """The part as a row, not yet saved."""
    new = item_of(message.pk, message.site_id, position, part, message.received_at)._asdict()
    return IntakeItem(**new | {"content": json.loads(new["content"]), "created_at": now})


def _replaced(old: IntakeItem, new: IntakeItem) -> IntakeItem:
    for name in REPLACED:
        setattr(old, name, getattr(new, name))
    old.attempts = 0
    return old
