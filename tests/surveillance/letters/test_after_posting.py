"""Certified-mail numbers, letters that come back, and records that are merged meanwhile."""

from datetime import date, timedelta

import pytest

from patients.models import AuditEvent
from patients.workflows.amend_demographics import amend_demographics
from surveillance.models import ContactAttempt, Letter, LetterEvent, Notification
from surveillance.workflows import record_returned_letter as returning
from surveillance.workflows.discard_letter_batch import discard_letter_batch
from surveillance.workflows.merge_patients import merge_patients
from surveillance.workflows.record_certified_number import (
    CertifiedNumberRefused,
    record_certified_number,
)
from surveillance.workflows.record_returned_letter import ReturnRefused, record_returned_letter
from tests.surveillance.chase.scenes import Clinic, a_follow_up, at
from tests.surveillance.letters.scenes import (
    NOW,
    a_letter_to,
    at_home,
    over,
    posted,
    prepared,
    waiting,
)

pytestmark = pytest.mark.django_db

BACK_ON = date(2026, 11, 9)
BACK = at(BACK_ON)


@pytest.fixture
def letter(clinic: Clinic) -> Letter:
    """One letter, posted."""
    waiting(clinic, "Moor")
    return Letter.objects.select_related("batch__site", "patient").get(batch=posted(clinic))


class TestCertifiedNumber:
    def test_number_is_on_file_with_who_and_when(self, clinic: Clinic, letter: Letter) -> None:
        event = record_certified_number(
            letter=letter, number=" RR123 ", by=clinic.navigator, now=NOW
        )

        assert (event.number, event.recorded_by, event.recorded_at) == (
            "RR123",
            clinic.navigator,
            NOW,
        )
        assert AuditEvent.objects.get(action="letter_certified").patient_id == str(
            letter.patient_id
        )

    def test_same_number_again_is_the_first(self, letter: Letter) -> None:
        first = record_certified_number(letter=letter, number="RR123", by=None, now=NOW)
        second = record_certified_number(letter=letter, number="RR123", by=None, now=BACK)

        assert first == second
        assert AuditEvent.objects.filter(action="letter_certified").count() == 1

    @pytest.mark.parametrize("number", ["", "9" * 41, "12", "RR1<b>23", "RR\u202e1234"])
    def test_what_is_no_number_of_a_label_is_refused(self, letter: Letter, number: str) -> None:
        with pytest.raises(CertifiedNumberRefused, match="4 to 40"):
            record_certified_number(letter=letter, number=number, by=None, now=NOW)

    def test_number_is_the_same_however_it_is_spaced(self, letter: Letter) -> None:
        first = record_certified_number(letter=letter, number="rr 12-3456", by=None, now=NOW)
        second = record_certified_number(letter=letter, number="RR123456", by=None, now=BACK)

        assert (first, first.number) == (second, "RR123456")

    def test_number_of_another_letter_is_refused(self, clinic: Clinic) -> None:
        waiting(clinic, "Abbot", "Moor")
        abbot, moor = posted(clinic).letters.order_by("sequence")
        record_certified_number(letter=abbot, number="RR123", by=None, now=NOW)

        with pytest.raises(CertifiedNumberRefused, match="RR123 is on file for letter 1"):
            record_certified_number(letter=moor, number="RR 123", by=None, now=NOW)

    def test_another_number_is_refused(self, letter: Letter) -> None:
        record_certified_number(letter=letter, number="RR123", by=None, now=NOW)

        with pytest.raises(CertifiedNumberRefused, match="RR123 is on file"):
            record_certified_number(letter=letter, number="RR999", by=None, now=NOW)

    def test_letter_of_a_discarded_run_has_none(self, clinic: Clinic) -> None:
        waiting(clinic, "Moor")
        batch = discard_letter_batch(batch=prepared(clinic), reason="jam", by=None, now=NOW)

        with pytest.raises(CertifiedNumberRefused, match="discarded"):
            record_certified_number(letter=batch.letters.get(), number="RR123", by=None, now=NOW)


class TestReturnedLetter:
    def test_address_is_marked_and_the_navigator_calls(
        self, clinic: Clinic, letter: Letter
    ) -> None:
        event = record_returned_letter(letter=letter, on=BACK_ON, by=clinic.navigator, now=BACK)

        letter.patient.refresh_from_db()
        assert (event.occurred_on, letter.patient.address_returned_on) == (BACK_ON, BACK_ON)
        attempt = ContactAttempt.objects.get(outcome="RETURNED")
        assert (attempt.channel, attempt.patient) == ("LETTER", letter.patient)
        call = Notification.objects.get(channel="IN_APP")
        assert (call.recipient, call.patient) == (clinic.navigator, letter.patient)
        assert AuditEvent.objects.filter(action="letter_returned").count() == 1

    def test_what_is_owed_goes_by_e_mail_where_that_is_agreed(
        self, clinic: Clinic, letter: Letter
    ) -> None:
        letter.patient.email, letter.patient.consent_email = "alex@example.org", "YES"
        letter.patient.save()

        record_returned_letter(letter=letter, on=BACK_ON, by=clinic.navigator, now=BACK)

        message = Notification.objects.get(channel="EMAIL")
        assert (message.recipient, message.cause) == (None, "address_came_back")
        assert not Notification.objects.filter(channel="IN_APP").exists()

    def test_other_letters_to_that_address_take_another_way(
        self, clinic: Clinic, letter: Letter
    ) -> None:
        other = a_letter_to(
            letter.patient, a_follow_up(clinic, patient=letter.patient, label="L2"), step="2"
        )

        record_returned_letter(letter=letter, on=BACK_ON, by=clinic.navigator, now=BACK)

        other.refresh_from_db()
        assert (other.status, other.last_error) == ("CANCELLED", "address_came_back")
        assert Notification.objects.filter(channel="IN_APP").count() == 2

    def test_twice_is_once(self, letter: Letter) -> None:
        first = record_returned_letter(letter=letter, on=BACK_ON, by=None, now=BACK)
        second = record_returned_letter(letter=letter, on=NOW.date(), by=None, now=BACK)

        assert first == second
        assert ContactAttempt.objects.filter(outcome="RETURNED").count() == 1

    def test_corrected_address_stays_in_use(self, letter: Letter) -> None:
        changes: dict[str, object] = {"address": "2 Other Street"}
        amend_demographics(patient=letter.patient, changes=changes, by=None, now=NOW)

        record_returned_letter(letter=letter, on=BACK_ON, by=None, now=BACK)

        letter.patient.refresh_from_db()
        assert letter.patient.address_returned_on is None

    def test_nobody_is_called_about_what_is_over(self, letter: Letter) -> None:
        over(letter.notifications.get().follow_up)

        record_returned_letter(letter=letter, on=BACK_ON, by=None, now=BACK)

        assert not Notification.objects.filter(channel="IN_APP").exists()

    @pytest.mark.parametrize("on", [NOW.date() - timedelta(days=1), BACK_ON + timedelta(days=1)])
    def test_day_before_posting_or_ahead_is_refused(self, letter: Letter, on: date) -> None:
        with pytest.raises(ReturnRefused, match="posted on 2026-11-02"):
            record_returned_letter(letter=letter, on=on, by=None, now=BACK)

    def test_letter_that_was_not_posted_is_refused(self, clinic: Clinic) -> None:
        waiting(clinic, "Moor")

        with pytest.raises(ReturnRefused, match="not posted"):
            record_returned_letter(
                letter=prepared(clinic).letters.get(), on=BACK_ON, by=None, now=BACK
            )

    def test_nothing_stays_when_the_last_write_fails(self, letter: Letter, monkeypatch) -> None:
        monkeypatch.setattr(returning, "record_event", lambda *_a, **_k: 1 / 0)

        with pytest.raises(ZeroDivisionError):
            record_returned_letter(letter=letter, on=BACK_ON, by=None, now=BACK)

        letter.patient.refresh_from_db()
        assert letter.patient.address_returned_on is None
        assert not LetterEvent.objects.exists()
        assert not Notification.objects.filter(channel="IN_APP").exists()


def test_letters_follow_a_merged_record(clinic: Clinic, letter: Letter) -> None:
    survivor = at_home(clinic)

    merge_patients(
        survivor=survivor, duplicate=letter.patient, reason="same person", by=clinic.lead, now=NOW
    )

    letter.refresh_from_db()
    assert letter.patient == survivor
