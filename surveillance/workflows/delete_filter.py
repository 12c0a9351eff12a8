"""A saved filter leaves the menu."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from surveillance.models import SavedFilter
from surveillance.workflows.change_saved_filter import note, refuse_stranger, standing_filter

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@transaction.atomic
def delete_filter(*, saved: SavedFilter, by: "User", now: datetime) -> SavedFilter:
    """Take it out of every menu, its owner's and the team's. Twice changes nothing.

    Refused: a colleague's.
    """
    row = standing_filter(saved)
    if row.owner_id == by.pk and row.removed_at is not None:
        return row
    refuse_stranger(row, by)
    row.removed_at = now
    row.is_shared = False
    row.save(update_fields=["removed_at", "is_shared"])
    note("filter_deleted", row, by, now)
    return row
