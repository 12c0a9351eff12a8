"""What waits becomes a print run: one letter per patient, each in one run only."""

from datetime import date, timedelta
from typing import Any

import pytest

from patients.models import AuditEvent, PatientStatus, Tri
from surveillance.models import (
    Letter,
    LetterBatch,
    LetterBatchStatus,
    MessageTemplateUse,
    MessageTemplateVersion,
    Notification,
    NotificationChannel,
    NotificationStatus,
)
from surveillance.protocol.mailing import digest_of
from surveillance.workflows import prepare_letter_batch as preparing
from surveillance.workflows.deliver import deliver
from surveillance.workflows.discard_letter_batch import discard_letter_batch
from surveillance.workflows.prepare_letter_batch import (
    NoLettersWaiting,
    SiteHasNoPhone,
    prepare_letter_batch,
)
from tests.factories import UserFactory
from tests.surveillance.chase.scenes import Clinic, a_follow_up
from tests.surveillance.letters.scenes import (
    NOW,
    a_clinic_with_phone,
    a_letter_to,
    at_home,
    over,
    prepared,
    waiting,
)

pytestmark = pytest.mark.django_db


def test_deliver_leaves_letters_to_the_print_run(clinic: Clinic) -> None:
    [message] = waiting(clinic, "Moor")

    done = deliver(now=NOW)

    message.refresh_from_db()
    assert (done.sent, done.failed, message.status, message.attempts) == (0, 0, "PENDING", 0)


def test_run_holds_every_letter_in_order_of_names(clinic: Clinic) -> None:
    messages = waiting(clinic, "Moor", "Heath")

    batch = prepared(clinic)

    assert (batch.size, batch.status) == (2, LetterBatchStatus.PREPARED)
    assert (batch.prepared_by, batch.prepared_at) == (clinic.navigator, NOW)
    heath, moor = batch.letters.order_by("sequence")
    assert (heath.recipient, moor.recipient) == ("Alex Heath", "Alex Moor")
    assert heath.address == "1 Example Street\nExampleton ZZ9 9ZZ"
    assert [one.pk for one in moor.notifications.all()] == [messages[0].pk]
    assert moor.digest == digest_of(moor.content)
    event = AuditEvent.objects.get(action="letter_batch_prepared")
    assert event.detail == {"letters": 2, "digest": batch.digest}
    assert Notification.objects.waiting().count() == 2


def test_several_reminders_of_one_patient_are_one_letter(clinic: Clinic) -> None:
    patient = at_home(clinic)
    to_book = a_letter_to(patient, a_follow_up(clinic, patient=patient))
    day = date(2026, 12, 24)
    visit = a_follow_up(clinic, patient=patient, label="L2", booked_for=day)
    booked = a_letter_to(patient, visit)

    [letter] = prepared(clinic).letters.all()

    assert {one.pk for one in letter.notifications.all()} == {to_book.pk, booked.pk}
    assert letter.subject == "Please call us about your next visit"
    assert "on Thursday 24 December 2026" in letter.body
    assert letter.body.count("Hello,") == 1


def test_second_call_makes_no_second_run(clinic: Clinic) -> None:
    waiting(clinic, "Moor")
    prepared(clinic)

    with pytest.raises(NoLettersWaiting):
        prepared(clinic)

    assert LetterBatch.objects.count() == 1


def test_what_does_not_fit_waits_for_the_next_run(clinic: Clinic) -> None:
    waiting(clinic, "Heath", "Moor", "Tarn")

    first = prepare_letter_batch(site=clinic.site, by=None, now=NOW, most=2)
    second = prepare_letter_batch(site=clinic.site, by=None, now=NOW, most=2)

    assert [one.recipient for one in first.letters.order_by("sequence")] == [
        "Alex Heath",
        "Alex Moor",
    ]
    assert [one.recipient for one in second.letters.all()] == ["Alex Tarn"]


def test_letters_of_another_site_and_of_later_stay(clinic: Clinic) -> None:
    other = a_clinic_with_phone()
    waiting(other, "Elsewhere")
    patient = at_home(clinic)
    follow_up = a_follow_up(clinic, patient=patient)
    a_letter_to(patient, follow_up, now=NOW + timedelta(days=1))

    with pytest.raises(NoLettersWaiting):
        prepared(clinic)

    assert Notification.objects.letters_to_print().count() == 2


@pytest.mark.parametrize(
    ("change", "code", "is_handed_on"),
    [
        pytest.param({"consent_letter": Tri.NO}, "consent_withdrawn", True, id="refused"),
        pytest.param({"address": ""}, "no_address", True, id="no address"),
        pytest.param(
            {"address_returned_on": NOW.date()}, "address_came_back", True, id="came back"
        ),
        pytest.param(
            {"status": PatientStatus.DECLINED, "status_on": NOW.date()},
            "consent_withdrawn",
            True,
            id="declined",
        ),
        pytest.param(
            {"status": PatientStatus.DECEASED, "status_on": NOW.date()},
            "patient_is_quiet",
            False,
            id="deceased",
        ),
    ],
)
def test_unwanted_letter_is_cancelled_and_takes_another_way(
    clinic: Clinic, change, code: str, is_handed_on: bool
) -> None:
    [message] = waiting(clinic, "Moor")
    patient = message.patient
    assert patient is not None
    for name, value in change.items():
        setattr(patient, name, value)
    patient.save()

    with pytest.raises(NoLettersWaiting):
        prepared(clinic)

    message.refresh_from_db()
    assert (message.status, message.last_error) == (NotificationStatus.CANCELLED, code)
    calls = Notification.objects.filter(channel=NotificationChannel.IN_APP)
    assert [one.recipient for one in calls] == ([clinic.navigator] if is_handed_on else [])


def test_letter_about_what_is_over_is_not_printed(clinic: Clinic) -> None:
    [message] = waiting(clinic, "Moor")
    over(message.follow_up)

    with pytest.raises(NoLettersWaiting):
        prepared(clinic)


def test_spanish_reader_and_parents_are_addressed_as_such(clinic: Clinic) -> None:
    waiting(clinic, "Nunez", language="es-MX")
    waiting(clinic, "Young", child=True)

    spanish, guardian = prepared(clinic).letters.order_by("sequence")

    assert (spanish.language, spanish.subject) == ("es", "Llame para hacer su próxima cita")
    assert spanish.body.startswith("2 de noviembre de 2026\n\nHola:\n\n")
    assert guardian.recipient == "The parent or guardian of Alex Young"
    assert "for the parent or guardian of Alex Young." in guardian.body


def test_site_s_own_words_are_printed_and_their_version_kept(clinic: Clinic) -> None:
    by = UserFactory()
    kind: dict[str, Any] = {
        "site": clinic.site,
        "template": "PATIENT_REMINDER",
        "medium": "LETTER",
        "language": "en",
        "number": 1,
    }
    version = MessageTemplateVersion.objects.create(
        **kind, subject="Ring us", body="Ring {phone}.", written_at=NOW, written_by=by
    )
    MessageTemplateUse.objects.create(**kind, version=version, since=NOW, chosen_by=by)
    [message] = waiting(clinic, "Moor")

    batch = prepared(clinic)

    assert batch.letters.get().body == "2 November 2026\n\nRing 020 555 0100."
    message.refresh_from_db()
    assert message.template_version == version
    discard_letter_batch(batch=batch, reason="jam", by=by, now=NOW)
    message.refresh_from_db()
    assert message.template_version is None


def test_site_that_cannot_be_called_prints_nothing(clinic: Clinic) -> None:
    mute = a_clinic_with_phone(phone="")
    waiting(mute, "Moor")

    with pytest.raises(SiteHasNoPhone):
        prepared(mute)


def test_nothing_is_claimed_when_the_letters_cannot_be_written(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The audit event is the last write: the run, its letters and the claims must go with it."""
    waiting(clinic, "Moor")
    monkeypatch.setattr(preparing, "record_event", lambda *_a, **_k: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        prepared(clinic)

    assert not LetterBatch.objects.exists()
    assert not Letter.objects.exists()
    assert Notification.objects.letters_to_print().count() == 1
