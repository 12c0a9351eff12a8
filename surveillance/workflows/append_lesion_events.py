"""Writes events of lesions, many in a few statements, without deciding anything.

Only workflows that assess the lesions afterwards, in the same transaction, may call this.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from patients.audit import Deed, record_events
from patients.models import Patient
from surveillance.models import EVENT_VALUES, Lesion, LesionEvent, LesionEventKind
from surveillance.record_locks import lock_records
from surveillance.workflows.errors import WorkflowRefused

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class LesionEventImpossible(WorkflowRefused):
    """The event cannot be right: its value, its date, or nobody stands behind it."""

    code = "lesion_event_impossible"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLesionEvent:
    """Something known of a lesion besides exams; `value` is one of EVENT_VALUES[kind]."""

    lesion: Lesion
    kind: LesionEventKind
    value: str
    occurred_on: date
    author: str
    evidence: str = ""

    @property
    def key(self) -> tuple[UUID, str, str, date, str]:
        """What makes a second event the same event."""
        return (self.lesion.pk, self.kind, self.value, self.occurred_on, self.author)


@dataclass(frozen=True, slots=True)
class AppendedEvent:
    """The event as it is on file; `created` is False when it was there already."""

    event: LesionEvent
    created: bool


@transaction.atomic
def append_lesion_events(
    *, new: Sequence[NewLesionEvent], by: "User | None", now: datetime
) -> list[AppendedEvent | WorkflowRefused]:
    """Add the events that are not yet on file; one answer per event, in order.

    The same event (lesion, kind, value, day and author) again changes nothing. One that is
    refused stands as its refusal in the answer.
    """
    survivors = lock_records(one.lesion.patient_id for one in new)
    lesions = {one.lesion.pk for one in new}
    standing = LesionEvent.objects.standing().filter(lesion__in=lesions)
    known = {
        (row.lesion_id, row.kind, row.value, row.occurred_on, row.author): row for row in standing
    }
    added: list[LesionEvent] = []
    deeds: list[Deed] = []
    answers: list[AppendedEvent | WorkflowRefused] = []
    for one in new:
        patient = survivors[one.lesion.patient_id]
        refusal = _refusal(one, patient, patient.site.local_date(now))
        if refusal is not None:
            answers.append(refusal)
            continue
        created = one.key not in known
        if created:
            known[one.key] = _row(one, by, now)
            added.append(known[one.key])
            deeds.append(_deed(known[one.key], patient))
        answers.append(AppendedEvent(known[one.key], created))
    LesionEvent.objects.bulk_create(added)
    record_events(deeds, by=by, now=now)
    return answers


def _row(one: NewLesionEvent, by: "User | None", now: datetime) -> LesionEvent:
    return LesionEvent(
        lesion=one.lesion,
        kind=one.kind,
        value=one.value,
        occurred_on=one.occurred_on,
        author=one.author,
        evidence=one.evidence,
        recorded_at=now,
        recorded_by=by,
    )


def _deed(event: LesionEvent, patient: Patient) -> Deed:
    detail = {"lesion": str(event.lesion_id), "kind": event.kind, "value": event.value}
    return Deed("lesion_event_recorded", patient.site, event, patient, detail)


def _refusal(one: NewLesionEvent, patient: Patient, today: date) -> LesionEventImpossible | None:
    if one.value not in EVENT_VALUES[LesionEventKind(one.kind)]:
        allowed = ", ".join(EVENT_VALUES[LesionEventKind(one.kind)])
        return LesionEventImpossible(
            _("“{value}” is not a {kind}. Use one of: {allowed}.").format(
                value=one.value, kind=LesionEventKind(one.kind).label.lower(), allowed=allowed
            ),
            field="value",
        )
    if one.occurred_on > today:
        return LesionEventImpossible(
            _("The event is dated {day}, after today ({today}). Correct the date.").format(
                day=one.occurred_on, today=today
            ),
            field="occurred_on",
        )
    if patient.birth_date and one.occurred_on < patient.birth_date:
        return LesionEventImpossible(
            _("The event is dated {day}, before the patient was born. Correct the date.").format(
                day=one.occurred_on
            ),
            field="occurred_on",
        )
    if not one.author.strip():
        return LesionEventImpossible(_("Say who stands behind this: its author."), field="author")
    return None
