"""Taking an attempt back: it stays, it counts no more, and nothing half-done remains."""

from datetime import timedelta

import pytest

from patients.models import AuditEvent, PatientStatus
from surveillance.contact_plan import contact_plan
from surveillance.models import ContactAttempt, ContactChannel
from surveillance.workflows import retract_contact as module
from surveillance.workflows.log_contact import log_contact
from surveillance.workflows.retract_contact import AttemptProvesLoss, retract_contact
from surveillance.workflows.retract_row import RetractionWithoutReason
from tests.factories import NOW, PatientFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def nurse(db):
    return UserFactory()


@pytest.fixture
def patient(db):
    return PatientFactory()


def call(patient, by, outcome="NO_ANSWER", minutes=0) -> ContactAttempt:
    now = NOW + timedelta(minutes=minutes)
    return log_contact(
        patient=patient,
        follow_ups=[],
        channel=ContactChannel.PHONE,
        outcome=outcome,
        by=by,
        now=now,
    )


def test_the_one_before_counts_again(patient, nurse) -> None:
    call(patient, nurse, "VOICEMAIL")
    mistaken = call(patient, nurse, "NO_ANSWER", minutes=5)

    retract_contact(attempt=mistaken, reason="Wrong row.", by=nurse, now=NOW)

    patient.refresh_from_db()
    mistaken.refresh_from_db()
    assert (patient.last_contact_at, patient.last_contact_outcome) == (NOW, "VOICEMAIL")
    assert [each.outcome for each in contact_plan(patient, NOW).tried] == ["VOICEMAIL"]
    assert (mistaken.retracted_by, mistaken.retracted_reason) == (nurse, "Wrong row.")
    event = AuditEvent.objects.get(action="contact_retracted")
    assert (event.subject_id, event.patient_id) == (str(mistaken.pk), str(patient.pk))
    assert event.detail == {}


def test_twice_is_once(patient, nurse) -> None:
    mistaken = call(patient, nurse)

    retract_contact(attempt=mistaken, reason="Wrong row.", by=nurse, now=NOW)
    retract_contact(attempt=mistaken, reason="Again.", by=None, now=NOW + timedelta(days=1))

    mistaken.refresh_from_db()
    assert mistaken.retracted_reason == "Wrong row."
    assert AuditEvent.objects.filter(action="contact_retracted").count() == 1


def test_without_a_reason_it_is_refused(patient, nurse) -> None:
    mistaken = call(patient, nurse)

    with pytest.raises(RetractionWithoutReason):
        retract_contact(attempt=mistaken, reason=" ", by=nurse, now=NOW)


def test_proof_of_a_signed_loss_stays(patient, nurse) -> None:
    counted = call(patient, nurse)
    patient.status, patient.status_on = PatientStatus.LOST_TO_FOLLOW_UP, NOW.date()
    patient.save()

    with pytest.raises(AttemptProvesLoss):
        retract_contact(attempt=counted, reason="Wrong row.", by=nurse, now=NOW)

    counted.refresh_from_db()
    assert counted.retracted_at is None


def test_nothing_is_half_done(patient, nurse, monkeypatch) -> None:
    """The audit event fails: the retraction and the last contact are as before."""
    mistaken = call(patient, nurse)

    def fail(*_args, **_kwargs):
        raise RuntimeError("audit")

    monkeypatch.setattr(module, "record_event", fail)
    with pytest.raises(RuntimeError):
        retract_contact(attempt=mistaken, reason="Wrong row.", by=nurse, now=NOW)

    mistaken.refresh_from_db()
    patient.refresh_from_db()
    assert mistaken.retracted_at is None
    assert patient.last_contact_outcome == "NO_ANSWER"
