"""Pathology, an MDT decision, a waiver, a treatment or symptoms become known."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction

from surveillance.models import Lesion, LesionEvent, LesionEventKind
from surveillance.workflows.append_lesion_events import NewLesionEvent, append_lesion_events
from surveillance.workflows.assess_lesions import assess_lesions
from surveillance.workflows.errors import WorkflowRefused

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@transaction.atomic
def record_lesion_event(
    *,
    lesion: Lesion,
    kind: LesionEventKind,
    value: str,
    occurred_on: date,
    author: str,
    evidence: str = "",
    by: "User | None",
    now: datetime,
) -> LesionEvent:
    """Put an event of `lesion` on file and decide again about all lesions of the patient.

    The same event again changes nothing. Refused: a value that this kind of event does not know,
    a date in the future or before birth, no author (see `append_lesion_events`).
    """
    new = NewLesionEvent(
        lesion=lesion,
        kind=kind,
        value=value,
        occurred_on=occurred_on,
        author=author,
        evidence=evidence,
    )
    [answer] = append_lesion_events(new=[new], by=by, now=now)
    if isinstance(answer, WorkflowRefused):
        raise answer
    if answer.created:
        lesions = Lesion.objects.filter(patient__lesions=lesion)
        assess_lesions(lesions=lesions, cause="lesion_event_recorded", by=by, now=now)
    return answer.event
