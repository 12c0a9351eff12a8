"""Patient data leaves the system: somebody downloads letters, an appointment or a record."""

from datetime import datetime
from typing import TYPE_CHECKING

from patients.audit import Deed, record_events
from patients.models import Patient, Site
from surveillance.models import FollowUp, Lesion, LetterBatch

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Downloaded = LetterBatch | FollowUp | Lesion | Patient


def record_download(*, subject: Downloaded, form: str, by: "User", now: datetime) -> None:
    """Append who took what out, and whose data it was: one event per patient. One INSERT.

    `form` says which file: pdf, csv, json or ics.
    """
    site, patients = _whose(subject)
    detail = {"form": form}
    deeds = [Deed("downloaded", site, subject, patient, detail) for patient in patients]
    record_events(deeds, by=by, now=now)


def _whose(subject: Downloaded) -> tuple[Site, list[Patient]]:
    if isinstance(subject, LetterBatch):
        return subject.site, [one.patient for one in subject.letters.select_related("patient")]
    patient = subject if isinstance(subject, Patient) else subject.patient
    return patient.site, [patient]
