"""Patient data leaves the system: somebody downloads the list behind a number."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from patients.audit import Deed, record_events
from patients.models import Patient
from surveillance.models import FollowUp

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def record_list_export(
    *, rows: Iterable[FollowUp | Patient], name: str, form: str, by: "User", now: datetime
) -> None:
    """Append who took which list out, and whose data it was: one event per patient. One INSERT.

    `rows` come with site and patient; `name` says which list, `form` which file: csv or xlsx.
    """
    first_of = {_patient_of(row): row for row in reversed(list(rows))}
    detail = {"form": form, "list": name}
    deeds = [
        Deed("downloaded", row.site, row, patient, detail) for patient, row in first_of.items()
    ]
    record_events(deeds, by=by, now=now)


def _patient_of(row: FollowUp | Patient) -> Patient:
    return row if isinstance(row, Patient) else row.patient
