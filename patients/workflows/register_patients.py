"""Registers many people at once, in a few statements."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from patients.audit import Deed, record_events
from patients.history import add_many_with_history
from patients.models import Patient, Site
from patients.workflows.register_patient import Demographics, refuse_bad_demographics


@transaction.atomic
def register_patients(
    *, new: Sequence[tuple[Site, Demographics]], by: User | None, now: datetime
) -> list[Patient]:
    """Add patients who have no record at their site yet; as `register_patient` otherwise.

    Refused, all together: what `register_patient` refuses. An MRN that is taken raises the
    database's IntegrityError, since the caller has just looked.
    """
    patients = [Patient(site=site, created_at=now, **asdict(one)) for site, one in new]
    for patient in patients:
        refuse_bad_demographics(patient, today=patient.site.local_date(now))
    add_many_with_history(patients, reason="registered", by=by, now=now)
    record_events(
        [Deed("patient_registered", row.site, row, row) for row in patients], by=by, now=now
    )
    return patients
