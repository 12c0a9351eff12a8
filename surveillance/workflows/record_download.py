"""Patient data leaves the system: somebody downloads letters or an appointment."""

from datetime import datetime
from typing import TYPE_CHECKING

from patients.audit import Deed, record_events
from surveillance.models import FollowUp, LetterBatch

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def record_download(
    *, subject: LetterBatch | FollowUp, form: str, by: "User", now: datetime
) -> None:
    """Append who took what out, and whose data it was: one event per patient. One INSERT.

    `form` says which file: pdf, csv or ics.
    """
    if isinstance(subject, FollowUp):
        patients = [subject.patient]
    else:
        patients = [one.patient for one in subject.letters.select_related("patient")]
    detail = {"form": form}
    deeds = [Deed("downloaded", subject.site, subject, patient, detail) for patient in patients]
    record_events(deeds, by=by, now=now)
