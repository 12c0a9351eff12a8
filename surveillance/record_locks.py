"""One writer at a time per patient, and always to the record that survives.

On PostgreSQL the patient rows are locked until the transaction ends, in the order of their keys,
so that two decisions about one patient cannot pass each other. On SQLite the whole transaction
already excludes other writers (`transaction_mode` IMMEDIATE).
"""

from collections.abc import Iterable
from uuid import UUID

from patients.models import Patient
from patients.prepared import Prepared, slots


def lock_records(patient_ids: Iterable[UUID]) -> dict[UUID, Patient]:
    """Lock the patients and, where a record was merged, its survivor.

    Returns for each id asked for the surviving patient as it is now, with its site. Call it
    inside a transaction, before the first write.
    """
    wanted = set(patient_ids)
    found = _locked(wanted)
    while missing := {row.merged_into_id for row in found.values()} - {None, *found}:
        found |= _locked(missing)
    return {pk: _survivor(found[pk], found) for pk in wanted}


def _locked(patient_ids: Iterable[UUID | None]) -> dict[UUID, Patient]:
    return {row.pk: row for row in _LOCKED.ask(ids=list(patient_ids))}


_LOCKED = Prepared(
    lambda: (
        Patient.objects.select_for_update(of=("self",), no_key=True)
        .select_related("site")
        .filter(pk__in=slots(Patient, "pk", "ids"))
        .order_by("pk")
    )
)


def _survivor(patient: Patient, found: dict[UUID, Patient]) -> Patient:
    while patient.merged_into_id is not None:
        patient = found[patient.merged_into_id]
    return patient
