"""Somebody tried to reach a patient."""

from collections.abc import Collection
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q

from patients.audit import record_event
from patients.models import Patient
from surveillance.models import ContactAttempt, ContactChannel, ContactOutcome, FollowUp
from surveillance.record_locks import lock_records
from surveillance.workflows.errors import WorkflowRefused
from surveillance.workflows.notify import id_from

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class ContactImpossible(WorkflowRefused):
    """The attempt cannot be right: its moment, its next try, or whom it concerns."""

    code = "contact_impossible"


@transaction.atomic
def log_contact(
    *,
    patient: Patient,
    follow_ups: Collection[FollowUp],
    channel: ContactChannel,
    outcome: ContactOutcome,
    note: str = "",
    next_try_on: date | None = None,
    attempted_at: datetime | None = None,
    key: str = "",
    by: "User | None",
    now: datetime,
) -> ContactAttempt:
    """Put an attempt to reach the patient on file; it closes nothing.

    The same attempt again (the `key` of a machine that reports it; else person, moment, channel,
    outcome) changes nothing. Refused: a moment
    in the future, a next try in the past, follow-ups of another patient.
    """
    survivor = lock_records([patient.pk])[patient.pk]
    at = attempted_at or now
    _refuse(survivor, follow_ups, at, next_try_on, now)
    pk = UUID(id_from(key)) if key else uuid4()
    same = {"attempted_by": by, "attempted_at": at, "channel": channel, "outcome": outcome}
    rows = ContactAttempt.objects.filter(pk=pk) if key else ContactAttempt.objects.filter(**same)
    known = rows.filter(patient=survivor).first()
    if known is not None:
        return known
    attempt = ContactAttempt.objects.create(
        id=pk,
        patient=survivor,
        channel=channel,
        outcome=outcome,
        note=note,
        attempted_at=at,
        attempted_by=by,
        next_try_on=next_try_on,
    )
    attempt.follow_ups.add(*follow_ups)
    not_newer = Q(last_contact_at=None) | Q(last_contact_at__lte=at)
    newest = Patient.objects.filter(not_newer, pk=survivor.pk)
    newest.update(last_contact_at=at, last_contact_outcome=outcome)
    record_event(
        "contact_logged",
        site=survivor.site,
        subject=attempt,
        patient=survivor,
        by=by,
        now=now,
        detail={"channel": channel, "outcome": outcome},
    )
    return attempt


def _refuse(
    patient: Patient,
    follow_ups: Collection[FollowUp],
    at: datetime,
    next_try_on: date | None,
    now: datetime,
) -> None:
    if at > now:
        raise ContactImpossible("The attempt lies in the future.", field="attempted_at")
    if next_try_on is not None and next_try_on < patient.site.local_date(now):
        raise ContactImpossible("The next try lies in the past.", field="next_try_on")
    theirs = FollowUp.objects.filter(pk__in=[one.pk for one in follow_ups], patient=patient)
    if theirs.count() != len({one.pk for one in follow_ups}):
        raise ContactImpossible(
            "A follow-up of another patient was named. Reload the page.", field="follow_ups"
        )
