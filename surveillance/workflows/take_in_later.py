"""The database was busy with something else: the part of a message is tried again, not for ever."""

from typing import Final

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from surveillance.models import IntakeItem
from surveillance.workflows.leave_item_waiting import leave_item_waiting

MOST_ATTEMPTS: Final = 5
FAULT: Final = "fault"


@transaction.atomic
def take_in_later(*, item: IntakeItem) -> IntakeItem:
    """Count the attempt; after the last one it waits for a person. Nothing of it was recorded."""
    if item.attempts + 1 >= MOST_ATTEMPTS:
        words = _("The database refused it again and again. The log names the fault.")
        return leave_item_waiting(item=item, code=FAULT, reason=words)
    IntakeItem.objects.filter(pk=item.pk).update(attempts=F("attempts") + 1)
    item.refresh_from_db()
    return item
