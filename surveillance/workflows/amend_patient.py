"""Who a person is turns out otherwise; a corrected birth date changes which rules apply."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from patients.models import Patient
from patients.workflows.amend_demographics import amend_demographics
from surveillance.models import Lesion
from surveillance.record_locks import lock_records
from surveillance.workflows.assess_lesions import assess_lesions

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@transaction.atomic
def amend_patient(
    *, patient: Patient, changes: Mapping[str, object], by: "User | None", now: datetime
) -> Patient:
    """Correct identity or contact details; a new birth date decides again about all lesions.

    Lesions are known by record number and label, so they follow a corrected number. Equal values
    change nothing. Refused: what `amend_demographics` refuses.
    """
    survivor = lock_records([patient.pk])[patient.pk]
    before = Patient.objects.get(pk=patient.pk)
    stored = amend_demographics(patient=patient, changes=dict(changes), by=by, now=now)
    if stored.mrn != before.mrn:
        theirs = Lesion.objects.filter(patient=survivor, origin_mrn=before.mrn)
        theirs.update(origin_mrn=stored.mrn)
    if stored.birth_date != before.birth_date:
        lesions = Lesion.objects.filter(patient=stored)
        assess_lesions(lesions=lesions, cause="birth_date_corrected", by=by, now=now)
    return stored
