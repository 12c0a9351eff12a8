"""A part of a message could not be taken in: it waits for a person."""

from django.db import transaction

from surveillance.models import IntakeItem, ItemStatus

LONGEST_CODE = 60


@transaction.atomic
def leave_item_waiting(*, item: IntakeItem, code: str, reason: str) -> IntakeItem:
    """Note why it waits. Nothing of it was recorded; one that is done meanwhile stays so."""
    rows = IntakeItem.objects.filter(pk=item.pk, status=ItemStatus.RECEIVED)
    rows.update(
        status=ItemStatus.WAITING,
        code=code[:LONGEST_CODE],
        reason=reason,
        attempts=item.attempts + 1,
        finished_at=None,
    )
    item.refresh_from_db()
    return item
