"""An exam turns out to be wrong: it stays visible and no longer counts."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from patients.audit import record_event
from surveillance.models import ImagingExam, Lesion, LesionAssessment
from surveillance.record_locks import lock_records
from surveillance.workflows.assess_lesions import assess_lesions
from surveillance.workflows.retract_row import retract_row

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@transaction.atomic
def retract_exam(
    *, exam: ImagingExam, reason: str, by: "User | None", now: datetime
) -> list[LesionAssessment]:
    """Retract `exam` and decide again about all lesions of its patient.

    What the exam had completed is owed again, as a new follow-up. Retracting twice changes
    nothing. Refused: no reason given.
    """
    patient = lock_records([exam.patient_id])[exam.patient_id]
    if not retract_row(row=exam, reason=reason, by=by, now=now):
        return []
    record_event("exam_retracted", site=patient.site, subject=exam, patient=patient, by=by, now=now)
    lesions = Lesion.objects.filter(patient=patient)
    return assess_lesions(lesions=lesions, cause="exam_retracted", by=by, now=now)
