"""One part of a message is taken in: as a whole or not at all."""

from datetime import datetime

from django.db import transaction

from surveillance.arrivals import ReportArrival
from surveillance.arrivals_json import arrival_from_json
from surveillance.models import IntakeItem, ItemStatus
from surveillance.workflows.take_in_report import take_in_report


@transaction.atomic
def take_in_item(*, item: IntakeItem, now: datetime) -> IntakeItem:
    """Take in what `item` says and note what became of it. Twice changes nothing."""
    arrival = arrival_from_json(item.content)
    if isinstance(arrival, ReportArrival):
        done = take_in_report(item=item, arrival=arrival, now=now)
    else:
        raise NotImplementedError
    item.status, item.code, item.reason = done.status, done.code, done.reason
    item.patient, item.exam = done.patient, done.exam
    item.finished_at = None if done.status == ItemStatus.WAITING else now
    item.attempts += 1
    item.save()
    return item
