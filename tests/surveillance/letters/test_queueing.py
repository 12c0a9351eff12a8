"""Who gets a letter: by hand, or when e-mail is impossible and paper is fast enough."""

from datetime import date, timedelta

import pytest

from patients.models import AuditEvent, PatientStatus, Tri
from surveillance.models import Notification, NotificationChannel, NotificationTemplate
from surveillance.outreach import reminder_key, why_not_written_to
from surveillance.protocol.parameters.letters import LETTER_TRAVEL_DAYS
from surveillance.workflows import queue_letter as queueing
from surveillance.workflows.deliver import deliver
from surveillance.workflows.queue_letter import (
    AlreadyWrittenToday,
    NothingToWriteAbout,
    PatientNotWrittenTo,
    queue_letter,
)
from surveillance.workflows.sweep import sweep
from tests.factories import PatientFactory
from tests.surveillance.chase.scenes import Clinic, a_follow_up, at
from tests.surveillance.letters.scenes import (
    DAY,
    HOME,
    LATER,
    NOW,
    a_clinic_with_phone,
    at_home,
    over,
    posted,
    prepared,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        pytest.param({}, "", id="consent not known"),
        pytest.param({"consent_letter": Tri.YES}, "", id="agreed"),
        pytest.param({"consent_letter": Tri.NO}, "refused", id="refused"),
        pytest.param({"city": "", "postal_code": ""}, "no_address", id="no town"),
        pytest.param({"address_returned_on": DAY}, "returned", id="came back"),
        pytest.param({"status": PatientStatus.LOST_TO_FOLLOW_UP, "status_on": DAY}, "", id="lost"),
        pytest.param({"status": PatientStatus.DECLINED, "status_on": DAY}, "status", id="declined"),
        pytest.param({"status": PatientStatus.DECEASED, "status_on": DAY}, "status", id="deceased"),
    ],
)
def test_letters_need_no_consent_but_respect_a_refusal(fields, why: str) -> None:
    patient = PatientFactory(**HOME | fields)

    assert why_not_written_to(patient) == why


class TestByHand:
    def test_letter_asks_to_book_what_is_most_urgent(self, clinic: Clinic) -> None:
        patient = at_home(clinic)
        follow_up = a_follow_up(clinic, patient=patient)

        message = queue_letter(patient=patient, by=clinic.navigator, now=NOW)

        assert (message.channel, message.template) == (
            NotificationChannel.LETTER,
            NotificationTemplate.PATIENT_REMINDER,
        )
        assert (message.follow_up, message.patient) == (follow_up, patient)
        assert AuditEvent.objects.get(action="letter_queued").patient_id == str(patient.pk)
        assert prepared(clinic).size == 1

    def test_letter_tells_of_the_appointment_when_all_is_booked(self, clinic: Clinic) -> None:
        patient = at_home(clinic)
        a_follow_up(clinic, patient=patient, booked_for=date(2026, 12, 24))

        message = queue_letter(patient=patient, by=clinic.navigator, now=NOW)

        assert message.template == NotificationTemplate.APPOINTMENT_REMINDER
        [letter] = prepared(clinic).letters.all()
        assert "24 December 2026" in letter.body

    def test_queued_twice_is_once(self, clinic: Clinic) -> None:
        patient = at_home(clinic)
        a_follow_up(clinic, patient=patient)

        first = queue_letter(patient=patient, by=None, now=NOW)
        second = queue_letter(patient=patient, by=None, now=NOW + timedelta(days=1))

        assert first == second
        assert AuditEvent.objects.filter(action="letter_queued").count() == 1

    def test_letter_of_today_that_was_posted_is_not_written_again(self, clinic: Clinic) -> None:
        patient = at_home(clinic)
        a_follow_up(clinic, patient=patient)
        queue_letter(patient=patient, by=None, now=NOW)
        posted(clinic)

        with pytest.raises(AlreadyWrittenToday):
            queue_letter(patient=patient, by=None, now=LATER)

        assert queue_letter(patient=patient, by=None, now=NOW + timedelta(days=1)) is not None

    def test_letter_that_went_with_another_record_is_not_taken_for_this_one(
        self, clinic: Clinic
    ) -> None:
        """Two records were joined, a letter was queued, and they were taken apart again."""
        patient, namesake = at_home(clinic), at_home(clinic)
        theirs = a_follow_up(clinic, patient=namesake)
        Notification.objects.create(
            site=clinic.site,
            channel=NotificationChannel.LETTER,
            template=NotificationTemplate.PATIENT_REMINDER,
            dedupe_key=reminder_key(patient.pk, theirs.latest_on, f"letter:{DAY}"),
            patient=namesake,
            follow_up=theirs,
            created_at=NOW,
            not_before=NOW,
        )
        a_follow_up(clinic, patient=patient)

        with pytest.raises(AlreadyWrittenToday, match="waiting"):
            queue_letter(patient=patient, by=None, now=LATER)

        tomorrow = queue_letter(patient=patient, by=None, now=NOW + timedelta(days=1))
        assert tomorrow.patient == patient
        assert prepared(clinic, now=NOW + timedelta(days=1)).size == 2

    def test_patient_who_wants_no_letters_gets_none(self, clinic: Clinic) -> None:
        patient = at_home(clinic, consent_letter=Tri.NO)
        a_follow_up(clinic, patient=patient)

        with pytest.raises(PatientNotWrittenTo, match="does not want letters") as refused:
            queue_letter(patient=patient, by=None, now=NOW)

        assert refused.value.details == {"why": "refused"}

    def test_nothing_owed_is_nothing_to_write_about(self, clinic: Clinic) -> None:
        patient = at_home(clinic)
        over(a_follow_up(clinic, patient=patient))
        a_follow_up(clinic, patient=patient, label="L2", kind="REVIEW")

        with pytest.raises(NothingToWriteAbout):
            queue_letter(patient=patient, by=None, now=NOW)

    def test_nothing_is_queued_when_the_audit_fails(self, clinic: Clinic, monkeypatch) -> None:
        patient = at_home(clinic)
        a_follow_up(clinic, patient=patient)
        monkeypatch.setattr(queueing, "record_event", lambda *_a, **_k: 1 / 0)

        with pytest.raises(ZeroDivisionError):
            queue_letter(patient=patient, by=None, now=NOW)

        assert not Notification.objects.exists()


class TestInTheOrderOfTheSite:
    def reminded(self, clinic: Clinic, **fields) -> Notification:
        a_follow_up(clinic, patient=at_home(clinic, reachable=True, **fields))
        sweep(now=NOW)
        return Notification.objects.get()

    def test_paper_comes_before_e_mail_where_letters_are_sent(self, clinic: Clinic) -> None:
        message = self.reminded(clinic)

        assert (message.channel, message.recipient) == (NotificationChannel.LETTER, None)

    def test_letter_waits_for_a_print_run_and_not_for_the_machine(self, clinic: Clinic) -> None:
        message = self.reminded(clinic)

        deliver(now=NOW)

        message.refresh_from_db()
        assert (message.status, message.attempts, message.lease_owner) == ("PENDING", 0, "")
        assert prepared(clinic).size == 1

    def test_site_that_prints_none_reminds_by_e_mail(self, db) -> None:
        clinic = a_clinic_with_phone(sends_letters=False)

        assert self.reminded(clinic).channel == NotificationChannel.EMAIL

    @pytest.mark.parametrize(
        "fields",
        [
            pytest.param({"consent_letter": Tri.NO}, id="refused"),
            pytest.param({"city": "", "postal_code": ""}, id="no town"),
            pytest.param({"address_returned_on": DAY}, id="came back"),
        ],
    )
    def test_who_is_not_written_to_gets_an_e_mail(self, clinic: Clinic, fields) -> None:
        assert self.reminded(clinic, **fields).channel == NotificationChannel.EMAIL

    def test_letter_that_would_come_too_late_is_an_e_mail(self, clinic: Clinic) -> None:
        """The sweep was away until three days before the visit: nobody gets paper by then."""
        visit = date(2026, 12, 14)
        patient = at_home(clinic, reachable=True)
        a_follow_up(clinic, patient=patient, booked_for=visit)

        sweep(now=at(visit - timedelta(days=LETTER_TRAVEL_DAYS.value - 1)))

        assert Notification.objects.get().channel == NotificationChannel.EMAIL


class TestWhenEMailIsImpossible:
    @pytest.fixture
    def clinic(self, db) -> Clinic:
        return a_clinic_with_phone(channel_order="EMAIL, LETTER")

    def test_site_that_prints_none_asks_for_a_call(self, clinic: Clinic) -> None:
        self.refused_meanwhile(clinic)
        clinic.site.sends_letters = False
        clinic.site.save()

        deliver(now=NOW)

        call = Notification.objects.get(channel=NotificationChannel.IN_APP)
        assert (call.recipient, call.cause) == (clinic.navigator, "consent_withdrawn")

    def refused_meanwhile(self, clinic: Clinic, **fields) -> Notification:
        """A reminder by e-mail, queued before the patient withdrew consent."""
        patient = at_home(clinic, reachable=True, **fields)
        a_follow_up(clinic, patient=patient)
        sweep(now=NOW)
        patient.consent_email = Tri.NO
        patient.save()
        return Notification.objects.get(channel=NotificationChannel.EMAIL)

    def test_letter_goes_where_the_patient_may_be_written_to(self, clinic: Clinic) -> None:
        reminder = self.refused_meanwhile(clinic)

        deliver(now=NOW)

        letter = Notification.objects.get(channel=NotificationChannel.LETTER)
        assert letter.dedupe_key == f"{reminder.dedupe_key}:letter"
        assert (letter.patient, letter.recipient) == (reminder.patient, None)
        assert not Notification.objects.filter(channel=NotificationChannel.IN_APP).exists()
        assert prepared(clinic).size == 1

    def test_navigator_calls_where_mail_came_back(self, clinic: Clinic) -> None:
        self.refused_meanwhile(clinic, address_returned_on=DAY)

        deliver(now=NOW)

        call = Notification.objects.get(channel=NotificationChannel.IN_APP)
        assert call.recipient == clinic.navigator
        assert not Notification.objects.filter(channel=NotificationChannel.LETTER).exists()

    @pytest.mark.parametrize(
        ("days", "channel"),
        [
            pytest.param(LETTER_TRAVEL_DAYS.value, NotificationChannel.LETTER, id="in time"),
            pytest.param(LETTER_TRAVEL_DAYS.value - 1, NotificationChannel.IN_APP, id="too late"),
        ],
    )
    def test_letter_that_would_come_too_late_is_a_call(
        self, clinic: Clinic, days: int, channel: str
    ) -> None:
        """The appointment is seven days ahead when the reminder is queued."""
        patient = at_home(clinic, reachable=True)
        visit = date(2026, 12, 14)
        a_follow_up(clinic, patient=patient, booked_for=visit)
        sweep(now=at(visit - timedelta(days=7)))
        patient.consent_email = Tri.NO
        patient.save()

        deliver(now=at(visit - timedelta(days=days)))

        other = Notification.objects.exclude(channel=NotificationChannel.EMAIL).get()
        assert other.channel == channel
