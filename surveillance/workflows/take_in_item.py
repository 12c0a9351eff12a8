"""One part of a message is taken in: as a whole or not at all."""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from patients.audit import record_event
from patients.kept_words import in_the_language_of_records
from surveillance.arrivals import (
    AppointmentArrival,
    Arrival,
    ConditionArrival,
    LaboratoryArrival,
    MergeArrival,
    OrderArrival,
    PatientArrival,
    ReportArrival,
    ReportState,
)
from surveillance.arrivals_json import arrival_from_json
from surveillance.models import IntakeItem, ItemStatus
from surveillance.record_locks import lock_records
from surveillance.workflows.hear_arrangements_again import hear_arrangements_again
from surveillance.workflows.take_in_appointment import take_in_appointment
from surveillance.workflows.take_in_condition import take_in_condition
from surveillance.workflows.take_in_laboratory import take_in_laboratory
from surveillance.workflows.take_in_merge import take_in_merge
from surveillance.workflows.take_in_order import take_in_order
from surveillance.workflows.take_in_patient import take_in_patient
from surveillance.workflows.take_in_report import take_in_report
from surveillance.workflows.taken_in import TakenIn


@transaction.atomic
def take_in_item(*, item: IntakeItem, now: datetime) -> IntakeItem:
    """Take in what `item` says and note what became of it. Twice changes nothing.

    Whoever else takes it in at this moment waits, and then finds it done. Refused: what the
    workflow of its kind refuses; then nothing is changed, and the caller leaves it waiting.
    """
    claimed = IntakeItem.objects.filter(pk=item.pk, status=ItemStatus.RECEIVED)
    if not claimed.update(attempts=F("attempts") + 1):
        item.refresh_from_db()
        return item
    item = IntakeItem.objects.select_related("site", "message__feed").get(pk=item.pk)
    arrival = arrival_from_json(item.content)
    with in_the_language_of_records():
        done = _taken_in(item, arrival, now)
    item.status, item.code, item.reason = done.status, done.code, done.reason
    item.patient, item.exam = done.patient, done.exam
    item.is_cancellation = _is_cancellation(arrival)
    item.finished_at = None if done.status == ItemStatus.WAITING else now
    item.save()
    if isinstance(arrival, ReportArrival) and done.status == ItemStatus.APPLIED and done.patient:
        # What the exam left owed may be arranged already.
        hear_arrangements_again(patient=lock_records([done.patient.pk])[done.patient.pk])
    _audit(item, now)
    return item


def _is_cancellation(arrival: Arrival) -> bool:
    return isinstance(arrival, ReportArrival) and arrival.state is ReportState.CANCELLED


def _taken_in(item: IntakeItem, arrival: Arrival, now: datetime) -> TakenIn:
    match arrival:
        case PatientArrival():
            return take_in_patient(item=item, arrival=arrival, now=now)
        case MergeArrival():
            return take_in_merge(item=item, arrival=arrival, now=now)
        case ReportArrival():
            return take_in_report(item=item, arrival=arrival, now=now)
        case OrderArrival():
            return take_in_order(item=item, arrival=arrival, now=now)
        case AppointmentArrival():
            return take_in_appointment(item=item, arrival=arrival, now=now)
        case ConditionArrival():
            return take_in_condition(item=item, arrival=arrival, now=now)
        case LaboratoryArrival():
            return take_in_laboratory(item=item, arrival=arrival, now=now)


def _audit(item: IntakeItem, now: datetime) -> None:
    """Beside what the workflows noted: from which feed it came, or who sent it."""
    if item.status != ItemStatus.APPLIED:
        return
    record_event(
        "message_taken_in",
        site=item.site,
        subject=item,
        patient=item.patient,
        by=item.settled_by,
        now=now,
        detail={"kind": item.kind, "feed": item.message.feed.name, "code": item.code},
    )
