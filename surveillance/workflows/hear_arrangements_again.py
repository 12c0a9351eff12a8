"""What is owed to somebody has changed: orders and appointments are looked at again."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Max

from patients.models import Patient
from surveillance.arrivals import ArrivalKind
from surveillance.models import FollowUp, IntakeItem
from surveillance.protocol.terms import ObligationKind
from surveillance.said_before import (
    HEARD,
    Said,
    heard_about,
    newest_of_each,
    numbers_of,
    records_of_person,
)
from surveillance.workflows.hear_again import AGAIN
from surveillance.workflows.taken_in import NOTHING_IT_SERVES, STANDS

ARRANGEMENTS: Final = (ArrivalKind.ORDER, ArrivalKind.APPOINTMENT)


@transaction.atomic
def hear_arrangements_again(
    *, patient: Patient, kinds: Iterable[ArrivalKind] = ARRANGEMENTS, all_that_stand: bool = False
) -> int:
    """Let orders and appointments of this person be looked at again: what is owed has changed.

    Those for which nothing was owed, and those which still stand where imaging is owed since they
    were taken in (`all_that_stand`: wherever imaging is owed, since two records are one now, or
    another arrangement fell away). What a person arranged otherwise for what was owed already
    stays. Returns how many wait for their turn thereby.
    """
    opened = FollowUp.objects.open().filter(patient=patient, kind=ObligationKind.IMAGING)
    newest = opened.aggregate(at=Max("opened_at"))["at"]
    if newest is None:
        return 0
    numbers = numbers_of(records_of_person(patient))
    again = [
        row.pk
        for kind in kinds
        for row in _to_hear(heard_about(patient.site, kind, numbers), newest, all_that_stand)
    ]
    return IntakeItem.objects.filter(pk__in=again, status__in=HEARD).update(**AGAIN)


def _to_hear(heard: list[Said], newest: datetime, all_that_stand: bool) -> Iterator[IntakeItem]:
    standing = {said.item.pk for said in newest_of_each(heard)}
    for item, arrival in heard:
        if arrival is None:
            continue
        if item.code == NOTHING_IT_SERVES:
            yield item
        elif item.code in STANDS and item.pk in standing:
            is_older = item.finished_at is None or item.finished_at <= newest
            if all_that_stand or is_older:
                yield item
