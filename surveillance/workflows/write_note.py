"""Somebody leaves a note about a patient for the next colleague."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from patients.audit import record_event
from patients.models import Patient
from surveillance.models import PatientNote
from surveillance.record_locks import lock_records
from surveillance.workflows.errors import WorkflowRefused

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class NoteWithoutWords(WorkflowRefused):
    """A note must say something."""

    code = "note_without_words"


@transaction.atomic
def write_note(*, patient: Patient, text: str, by: "User | None", now: datetime) -> PatientNote:
    """Put a note on file; it changes nothing that is owed.

    The same words as the patient's newest note, from the same person, are that note. Refused: no
    words.
    """
    survivor = lock_records([patient.pk])[patient.pk]
    said = text.strip()
    if not said:
        raise NoteWithoutWords(_("Write what the next colleague must know."), field="text")
    newest = survivor.notes.newest_first().first()
    if newest is not None and (newest.text, newest.written_by) == (said, by):
        return newest
    note = PatientNote.objects.create(patient=survivor, text=said, written_at=now, written_by=by)
    record_event("note_written", site=survivor.site, subject=note, patient=survivor, by=by, now=now)
    return note
