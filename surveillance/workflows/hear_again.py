"""What was kept about somebody can be taken in now: a number became known, or a need arose."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db import transaction
from django.db.models import Max, Q

from patients.models import Patient, Site
from surveillance.arrivals import ArrivalKind
from surveillance.models import FollowUp, IntakeItem, ItemStatus
from surveillance.protocol.terms import ObligationKind
from surveillance.said_before import (
    HEARD,
    Said,
    heard_about,
    newest_of_each,
    numbers_of,
    records_of_person,
)
from surveillance.workflows.taken_in import NOTHING_IT_SERVES, STANDS

ARRANGEMENTS = (ArrivalKind.ORDER, ArrivalKind.APPOINTMENT)
AGAIN = {"status": ItemStatus.RECEIVED, "finished_at": None}


@transaction.atomic
def hear_again(*, site: Site, mrn: str) -> int:
    """Let what was about nobody be taken in after all, since this number is known now.

    Returns how many parts of messages wait for their turn thereby. Twice changes nothing, and what
    was emptied since says nothing any more.
    """
    about = Q(mrn=mrn) | Q(kind=ArrivalKind.MERGE, key=mrn)
    rows = IntakeItem.objects.filter(about, site=site, status=ItemStatus.NOT_FOLLOWED)
    return rows.filter(message__raw_purged_at=None).update(**AGAIN)


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
