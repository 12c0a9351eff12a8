"""A saved filter gets another name."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from surveillance.models import SavedFilter
from surveillance.workflows.change_saved_filter import (
    free_name,
    note,
    refuse_stranger,
    standing_filter,
)

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@transaction.atomic
def rename_filter(*, saved: SavedFilter, name: str, by: "User", now: datetime) -> SavedFilter:
    """Call it `name`. The same name again changes nothing.

    Refused: a colleague's or a deleted one; a name that is taken, missing or too long.
    """
    row = standing_filter(saved)
    refuse_stranger(row, by)
    said = free_name(name, by, beside=row)
    if said == row.name:
        return row
    row.name = said
    row.save(update_fields=["name"])
    note("filter_renamed", row, by, now)
    return row
