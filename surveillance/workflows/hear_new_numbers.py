"""Somebody was registered: what was kept about their number, when nobody followed it, counts."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet

from patients.models import Patient
from surveillance.arrivals import ArrivalKind
from surveillance.models import IntakeItem, ItemStatus
from surveillance.workflows.hear_again import AGAIN

LOOKED_BACK: Final = timedelta(hours=1)
"""Longer than any registration takes to be committed."""
AT_ONCE: Final = 400


@transaction.atomic
def hear_new_numbers(*, now: datetime) -> int:
    """Let what was about nobody be taken in, where its number was registered in the last hour.

    Idle it is one look into the index of registrations. Returns how many parts wait thereby.
    """
    lately = Patient.objects.filter(created_at__gt=now - LOOKED_BACK, created_at__lte=now)
    rows = list(lately.order_by("site").values_list("site", "mrn"))
    return sum(_not_followed(numbers).update(**AGAIN) for numbers in _by_site(rows))


def _by_site(rows: list[tuple[int, str]]) -> Iterator[tuple[int, list[str]]]:
    for site in dict.fromkeys(site for site, _mrn in rows):
        mrns = [mrn for one, mrn in rows if one == site]
        for start in range(0, len(mrns), AT_ONCE):
            yield site, mrns[start : start + AT_ONCE]


def _not_followed(numbers: tuple[int, list[str]]) -> QuerySet[IntakeItem]:
    site, mrns = numbers
    about = Q(mrn__in=mrns) | Q(kind=ArrivalKind.MERGE, key__in=mrns)
    rows = IntakeItem.objects.filter(about, site=site, status=ItemStatus.NOT_FOLLOWED)
    return rows.filter(message__raw_purged_at=None)
