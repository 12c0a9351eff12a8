"""Registers many people at once, in a few statements."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from patients.audit import Deed, record_events
from patients.history import add_many_with_history
from patients.models import Patient, PatientStatus, Site
from patients.workflows.field_rules import refusal, refuse_day_outside_life
from patients.workflows.register_patient import Demographics, refuse_bad_demographics


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPatient:
    """A person with whom no record begins before; `status` if they are followed no longer."""

    site: Site
    demographics: Demographics
    status: PatientStatus = PatientStatus.ACTIVE
    status_on: date | None = None
    status_reason: str = ""


@transaction.atomic
def register_patients(
    *, new: Sequence[NewPatient], by: User | None, now: datetime
) -> list[Patient]:
    """Add patients who have no record at their site yet; as `register_patient` otherwise.

    A status given here is the first one ever recorded; the caller assesses the lesions after it.
    Refused, all together: what `register_patient` refuses, and a status that needs a signature. An
    MRN that is taken raises the database's IntegrityError, since the caller has just looked.
    """
    patients = [_patient(one, now) for one in new]
    for patient in patients:
        today = patient.site.local_date(now)
        refuse_bad_demographics(patient, today=today)
        refuse_day_outside_life(patient, "status_on", patient.status_on, today)
    add_many_with_history(patients, reason="registered", by=by, now=now)
    deeds = [Deed("patient_registered", row.site, row, row) for row in patients]
    deeds += [_status_deed(row) for row in patients if row.status != PatientStatus.ACTIVE]
    record_events(deeds, by=by, now=now)
    return patients


def _patient(one: NewPatient, now: datetime) -> Patient:
    if one.status == PatientStatus.SURVEILLANCE_NOT_APPROPRIATE:
        raise refusal("status", one.status, _("A clinician signs this in the application."))
    return Patient(
        site=one.site,
        created_at=now,
        status=one.status,
        status_on=one.status_on,
        status_reason=one.status_reason,
        **asdict(one.demographics),
    )


def _status_deed(row: Patient) -> Deed:
    on = row.status_on.isoformat() if row.status_on else None
    return Deed("status_recorded", row.site, row, row, {"to": row.status, "on": on})
