"""An event of a lesion turns out to be wrong: it stays visible and no longer counts."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from patients.audit import record_event
from surveillance.models import Lesion, LesionAssessment, LesionEvent
from surveillance.record_locks import lock_records
from surveillance.workflows.assess_lesions import assess_lesions
from surveillance.workflows.retract_row import retract_row

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@transaction.atomic
def retract_lesion_event(
    *, event: LesionEvent, reason: str, by: "User | None", now: datetime
) -> list[LesionAssessment]:
    """Retract `event` and decide again about all lesions of its patient.

    Retracting twice changes nothing. Refused: no reason given.
    """
    patient_id = event.lesion.patient_id
    patient = lock_records([patient_id])[patient_id]
    if not retract_row(row=event, reason=reason, by=by, now=now):
        return []
    record_event(
        "lesion_event_retracted",
        site=patient.site,
        subject=event,
        patient=patient,
        by=by,
        now=now,
        detail={"lesion": str(event.lesion_id), "kind": event.kind},
    )
    lesions = Lesion.objects.filter(patient=patient)
    return assess_lesions(lesions=lesions, cause="lesion_event_retracted", by=by, now=now)
