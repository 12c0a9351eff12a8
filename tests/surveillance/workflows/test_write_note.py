"""A note for the next colleague."""

import pytest

from patients.models import AuditEvent
from surveillance.models import PatientNote
from surveillance.workflows import write_note as module
from surveillance.workflows.write_note import NoteWithoutWords, write_note
from tests.factories import NOW, PatientFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_note_is_on_file_with_who_and_when() -> None:
    patient, nurse = PatientFactory(), UserFactory()

    note = write_note(patient=patient, text=" Prefers mornings. ", by=nurse, now=NOW)

    assert (note.text, note.written_at, note.written_by) == ("Prefers mornings.", NOW, nurse)
    event = AuditEvent.objects.get(action="note_written")
    assert (event.patient_id, event.detail) == (str(patient.pk), {})


def test_same_words_again_are_the_same_note_but_not_of_somebody_else() -> None:
    patient, nurse, other = PatientFactory(), UserFactory(), UserFactory()

    first = write_note(patient=patient, text="Prefers mornings.", by=nurse, now=NOW)
    again = write_note(patient=patient, text="Prefers mornings.", by=nurse, now=NOW)
    theirs = write_note(patient=patient, text="Prefers mornings.", by=other, now=NOW)

    assert again == first
    assert theirs != first


def test_note_without_words_is_refused() -> None:
    with pytest.raises(NoteWithoutWords):
        write_note(patient=PatientFactory(), text=" \n", by=None, now=NOW)


def test_nothing_is_half_done(monkeypatch) -> None:
    """The audit event fails: there is no note."""

    def fail(*_args, **_kwargs):
        raise RuntimeError("audit")

    monkeypatch.setattr(module, "record_event", fail)
    with pytest.raises(RuntimeError):
        write_note(patient=PatientFactory(), text="Prefers mornings.", by=None, now=NOW)

    assert not PatientNote.objects.exists()
