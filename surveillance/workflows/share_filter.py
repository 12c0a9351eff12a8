"""A saved filter is shared with the team of its site, or taken back."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from surveillance.models import SavedFilter
from surveillance.roles import Permission, may
from surveillance.workflows.change_saved_filter import (
    note,
    refuse_sharing,
    refuse_stranger,
    standing_filter,
)

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@transaction.atomic
def share_filter(*, saved: SavedFilter, is_shared: bool, by: "User", now: datetime) -> SavedFilter:
    """Show it to everybody who sees the queue of its site, or to its owner only.

    The same again changes nothing. A lead navigator or director of the site may take back what a
    colleague shares. Refused: others' filters otherwise; a role that does not work the queue; a
    filter for all sites.
    """
    row = standing_filter(saved)
    if is_shared or not may(by, Permission.REASSIGN, row.site):
        refuse_stranger(row, by)
    if row.is_shared == is_shared:
        return row
    if is_shared:
        refuse_sharing(row, by)
    row.is_shared = is_shared
    row.save(update_fields=["is_shared"])
    note("filter_shared" if is_shared else "filter_taken_back", row, by, now)
    return row
