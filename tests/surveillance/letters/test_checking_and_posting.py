"""A shifted run is not posted; a posted one is sent, numbered and on file, once."""

from datetime import date

import pytest

from patients.models import AuditEvent, Tri
from patients.workflows.amend_demographics import amend_demographics
from surveillance.models import (
    ContactAttempt,
    LetterBatch,
    LetterBatchStatus,
    Notification,
    NotificationStatus,
)
from surveillance.protocol.mailing import sample_of
from surveillance.workflows import check_letter_batch as checking
from surveillance.workflows import post_letter_batch as posting
from surveillance.workflows.book_follow_up import book_follow_up
from surveillance.workflows.change_letter_batch import LetterBatchNotReady
from surveillance.workflows.check_letter_batch import (
    SheetsMissing,
    SheetsShifted,
    check_letter_batch,
)
from surveillance.workflows.discard_letter_batch import DiscardNeedsReason, discard_letter_batch
from surveillance.workflows.post_letter_batch import (
    LettersToTakeOut,
    post_letter_batch,
    unwanted_sheets,
)
from tests.surveillance.chase.scenes import Clinic, a_follow_up
from tests.surveillance.letters.scenes import (
    LATER,
    NOW,
    a_letter_to,
    at_home,
    checked,
    codes_of,
    over,
    posted,
    prepared,
    waiting,
)

pytestmark = pytest.mark.django_db

NAMES = tuple(f"Family{number:02}" for number in range(10))


@pytest.fixture
def messages(clinic: Clinic) -> list[Notification]:
    return waiting(clinic, "Heath", "Moor", "Tarn")


@pytest.fixture
def batch(clinic: Clinic, messages: list[Notification]) -> LetterBatch:
    return prepared(clinic)


class TestChecking:
    def test_right_codes_are_noted_with_who_and_when(self, clinic: Clinic, batch) -> None:
        done = checked(clinic, batch)

        assert done.status == LetterBatchStatus.CHECKED
        assert (done.checked_by, done.checked_at) == (clinic.navigator, NOW)
        assert done.checked_sheets == [1, 2, 3]
        assert AuditEvent.objects.get(action="letter_batch_checked").detail == {"sheets": [1, 2, 3]}

    def test_codes_of_the_sample_suffice(self, clinic: Clinic) -> None:
        waiting(clinic, *NAMES)
        batch = prepared(clinic)
        sample = sample_of(batch.size, batch.digest)
        codes = {number: code for number, code in codes_of(batch).items() if number in sample}

        done = check_letter_batch(batch=batch, codes=codes, by=None, now=NOW)

        assert len(sample) == 7
        assert done.checked_sheets == list(sample)

    def test_sheet_left_out_is_refused(self, batch) -> None:
        codes = codes_of(batch) | {2: "  "}

        with pytest.raises(SheetsMissing, match="Missing: sheet 2"):
            check_letter_batch(batch=batch, codes=codes, by=None, now=NOW)

        batch.refresh_from_db()
        assert batch.status == LetterBatchStatus.PREPARED

    def test_shifted_run_is_refused_and_says_which_letter_differs(self, batch) -> None:
        codes = codes_of(batch)
        shifted = codes | {1: codes[2], 2: codes[3]}

        with pytest.raises(SheetsShifted) as refused:
            check_letter_batch(batch=batch, codes=shifted, by=None, now=NOW)

        assert "sheet 1 carries the code of letter 2" in refused.value.message
        assert refused.value.details == {"sheets": [1, 2]}
        assert AuditEvent.objects.get(action="letter_batch_check_failed").detail == {
            "sheets": [1, 2]
        }
        assert Notification.objects.waiting().count() == 3

    def test_foreign_code_is_nobodys(self, batch) -> None:
        codes = codes_of(batch) | {3: "0000-0000"}

        with pytest.raises(SheetsShifted, match="sheet 3, 0000-0000, is of no letter"):
            check_letter_batch(batch=batch, codes=codes, by=None, now=NOW)

    def test_failed_check_takes_an_earlier_one_back(self, clinic: Clinic, batch) -> None:
        checked(clinic, batch)
        codes = codes_of(batch)

        with pytest.raises(SheetsShifted):
            check_letter_batch(batch=batch, codes=codes | {3: codes[1]}, by=None, now=LATER)

        batch.refresh_from_db()
        assert (batch.status, batch.checked_at) == (LetterBatchStatus.PREPARED, None)
        with pytest.raises(LetterBatchNotReady):
            post_letter_batch(batch=batch, by=None, now=LATER)

    def test_checked_twice_is_checked(self, clinic: Clinic, batch) -> None:
        checked(clinic, batch)

        assert checked(clinic, batch).status == LetterBatchStatus.CHECKED

    def test_posted_run_is_not_checked_again(self, clinic: Clinic, messages) -> None:
        batch = posted(clinic)

        with pytest.raises(LetterBatchNotReady, match="posted"):
            checked(clinic, batch)

    def test_nothing_is_noted_when_the_audit_fails(self, clinic, batch, monkeypatch) -> None:
        monkeypatch.setattr(checking, "record_event", lambda *_a, **_k: 1 / 0)

        with pytest.raises(ZeroDivisionError):
            checked(clinic, batch)

        batch.refresh_from_db()
        assert batch.status == LetterBatchStatus.PREPARED


class TestPosting:
    def test_messages_are_sent_under_their_sheet(self, clinic: Clinic, messages) -> None:
        batch = posted(clinic)

        assert batch.status == LetterBatchStatus.POSTED
        assert (batch.posted_by, batch.posted_at) == (clinic.navigator, NOW)
        for sequence, message in enumerate(messages, start=1):
            message.refresh_from_db()
            assert (message.status, message.finished_at) == (NotificationStatus.SENT, NOW)
            assert message.provider_message_id == f"letter:{batch.pk}/{sequence}"
        event = AuditEvent.objects.get(action="letter_batch_posted")
        assert event.detail == {"letters": 3, "taken_out": []}

    def test_contact_is_on_file_for_each_patient(self, clinic: Clinic, messages) -> None:
        posted(clinic)

        attempts = ContactAttempt.objects.order_by("patient__family_name")
        assert [one.patient for one in attempts] == [one.patient for one in messages]
        assert {(one.channel, one.outcome) for one in attempts} == {("LETTER", "LETTER_SENT")}
        assert [one.follow_ups.get() for one in attempts] == [one.follow_up for one in messages]

    def test_words_of_the_paper_are_kept_with_the_message(self, clinic: Clinic, messages) -> None:
        batch = posted(clinic)

        messages[0].refresh_from_db()
        letter = batch.letters.get(patient=messages[0].patient)
        assert (messages[0].subject, messages[0].body) == (letter.subject, letter.body)
        assert messages[0].template_version is None

    def test_posted_twice_is_once(self, clinic: Clinic, messages) -> None:
        batch = posted(clinic)

        again = post_letter_batch(batch=batch, by=None, now=LATER)

        assert again.posted_at == NOW
        assert ContactAttempt.objects.count() == 3
        assert AuditEvent.objects.filter(action="letter_batch_posted").count() == 1

    def test_unchecked_run_is_refused(self, batch) -> None:
        with pytest.raises(LetterBatchNotReady, match="to be printed and checked"):
            post_letter_batch(batch=batch, by=None, now=NOW)

        assert Notification.objects.waiting().count() == 3

    def test_letter_about_what_is_over_must_be_taken_out(
        self, clinic: Clinic, batch, messages
    ) -> None:
        checked(clinic, batch)
        over(messages[1].follow_up)

        with pytest.raises(LettersToTakeOut, match="others: 2"):
            post_letter_batch(batch=batch, by=None, now=NOW)
        batch.refresh_from_db()
        assert batch.status == LetterBatchStatus.CHECKED

        done = post_letter_batch(batch=batch, taken_out=[2], by=None, now=NOW)

        assert done.status == LetterBatchStatus.POSTED
        assert {one.patient for one in ContactAttempt.objects.all()} == {
            messages[0].patient,
            messages[2].patient,
        }

    def test_wanted_letter_is_not_taken_out(self, clinic: Clinic, batch) -> None:
        checked(clinic, batch)

        with pytest.raises(LettersToTakeOut, match="others: none"):
            post_letter_batch(batch=batch, taken_out=[1], by=None, now=NOW)

    def test_letter_to_an_earlier_address_is_printed_anew(
        self, clinic: Clinic, batch, messages
    ) -> None:
        checked(clinic, batch)
        amend_demographics(
            patient=messages[0].patient, changes={"address": "2 Other Street"}, by=None, now=NOW
        )
        assert unwanted_sheets(batch, NOW) == [1]

        post_letter_batch(batch=batch, taken_out=[1], by=None, now=NOW)

        [letter] = prepared(clinic, now=LATER).letters.all()
        assert letter.address.startswith("2 Other Street")

    def test_letter_to_an_earlier_name_is_printed_anew(
        self, clinic: Clinic, batch, messages
    ) -> None:
        checked(clinic, batch)
        changes: dict[str, object] = {"family_name": "Zander"}
        amend_demographics(patient=messages[0].patient, changes=changes, by=None, now=NOW)

        assert unwanted_sheets(batch, NOW) == [1]

    def test_letter_that_names_a_day_that_was_moved_is_printed_anew(self, clinic: Clinic) -> None:
        patient = at_home(clinic)
        booked = a_follow_up(clinic, patient=patient, booked_for=date(2026, 12, 1))
        moved = a_letter_to(patient, booked)
        still = a_letter_to(patient, a_follow_up(clinic, patient=patient, label="L2"))
        batch = checked(clinic, prepared(clinic))
        assert "1 December 2026" in batch.letters.get().body
        book_follow_up(follow_up=booked, booked_for=date(2026, 12, 8), by=clinic.navigator, now=NOW)

        with pytest.raises(LettersToTakeOut, match="others: 1"):
            post_letter_batch(batch=batch, by=None, now=NOW)
        post_letter_batch(batch=batch, taken_out=[1], by=None, now=NOW)

        moved.refresh_from_db()
        assert (moved.status, moved.last_error) == ("CANCELLED", "appointment_changed")
        again = prepared(clinic, now=LATER).letters.get()
        assert list(again.notifications.all()) == [still]
        assert "December" not in again.body

    def test_refusal_after_printing_hands_over_to_a_person(
        self, clinic: Clinic, batch, messages
    ) -> None:
        checked(clinic, batch)
        amend_demographics(
            patient=messages[0].patient, changes={"consent_letter": Tri.NO}, by=None, now=NOW
        )

        post_letter_batch(batch=batch, taken_out=[1], by=None, now=NOW)

        messages[0].refresh_from_db()
        assert (messages[0].status, messages[0].last_error) == ("CANCELLED", "consent_withdrawn")
        assert Notification.objects.get(channel="IN_APP").recipient == clinic.navigator

    def test_nothing_is_sent_when_one_contact_cannot_be_filed(
        self, clinic: Clinic, batch, monkeypatch
    ) -> None:
        checked(clinic, batch)
        monkeypatch.setattr(posting, "record_event", lambda *_a, **_k: 1 / 0)

        with pytest.raises(ZeroDivisionError):
            post_letter_batch(batch=batch, by=None, now=NOW)

        batch.refresh_from_db()
        assert batch.status == LetterBatchStatus.CHECKED
        assert Notification.objects.waiting().count() == 3
        assert not ContactAttempt.objects.exists()


class TestDiscarding:
    def test_letters_wait_for_the_next_run(self, clinic: Clinic, batch) -> None:
        done = discard_letter_batch(
            batch=batch, reason=" Paper jam ", by=clinic.navigator, now=LATER
        )

        assert (done.status, done.discarded_reason) == (LetterBatchStatus.DISCARDED, "Paper jam")
        assert (done.discarded_by, done.discarded_at) == (clinic.navigator, LATER)
        assert AuditEvent.objects.filter(action="letter_batch_discarded").count() == 1
        assert prepared(clinic, now=LATER).size == 3

    def test_reason_is_needed(self, batch) -> None:
        with pytest.raises(DiscardNeedsReason):
            discard_letter_batch(batch=batch, reason=" ", by=None, now=NOW)

    def test_posted_run_stays(self, clinic: Clinic, messages) -> None:
        with pytest.raises(LetterBatchNotReady):
            discard_letter_batch(batch=posted(clinic), reason="why", by=None, now=NOW)

    def test_discarded_again_is_refused_and_releases_nothing_of_another_run(
        self, clinic: Clinic, batch
    ) -> None:
        discard_letter_batch(batch=batch, reason="jam", by=None, now=NOW)
        second = prepared(clinic, now=LATER)

        with pytest.raises(LetterBatchNotReady):
            discard_letter_batch(batch=batch, reason="jam", by=None, now=LATER)

        assert unwanted_sheets(second, LATER) == []
        assert not Notification.objects.letters_to_print().exists()
