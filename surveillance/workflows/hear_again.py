"""A record number became known: what was kept about it can be taken in now."""

from typing import Any, Final

from django.db import transaction
from django.db.models import Q

from patients.models import Site
from surveillance.arrivals import ArrivalKind
from surveillance.models import IntakeItem, ItemStatus

AGAIN: Final[dict[str, Any]] = {"status": ItemStatus.RECEIVED, "finished_at": None}


@transaction.atomic
def hear_again(*, site: Site, mrn: str) -> int:
    """Let what was about nobody be taken in after all, since this number is known now.

    Returns how many parts of messages wait for their turn thereby. Twice changes nothing, and what
    was emptied since says nothing any more.
    """
    about = Q(mrn=mrn) | Q(kind=ArrivalKind.MERGE, key=mrn)
    rows = IntakeItem.objects.filter(about, site=site, status=ItemStatus.NOT_FOLLOWED)
    return rows.filter(message__raw_purged_at=None).update(**AGAIN)
