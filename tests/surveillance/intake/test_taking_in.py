"""Each part of a message for itself: what becomes of it, by whom, and what keeps it waiting."""

from datetime import timedelta
from typing import Any, NoReturn

import pytest
from django.db import OperationalError

from patients.models import AuditEvent, Patient, PatientStatus, RiskProfile
from surveillance.arrivals import AppointmentState, Unmapped
from surveillance.intake import applying, reading_again
from surveillance.intake.applying import take_in_message, take_in_waiting_items
from surveillance.intake.reading_again import (
    MessageUnreadable,
    parts_read_again,
    read_waiting_again,
)
from surveillance.models import FollowUp, FormerIdentifier, IntakeItem, IntakeMessage, ItemStatus
from surveillance.protocol.terms import LiRads, Modality
from surveillance.workflows.empty_old_messages import empty_old_messages
from surveillance.workflows.hear_all_known_numbers import hear_all_known_numbers
from surveillance.workflows.keep_message import Envelope, keep_message
from surveillance.workflows.record_exam import record_exam
from surveillance.workflows.refuse_unless_waiting import ItemDoesNotWait
from surveillance.workflows.replay_message import replay_message
from surveillance.workflows.save_feed import save_feed
from surveillance.workflows.set_item_aside import SetAsideWithoutReason, set_item_aside
from surveillance.workflows.take_in_again import take_in_again
from surveillance.workflows.take_in_item import take_in_item
from tests.factories import NOW, TODAY, MembershipFactory, PatientFactory
from tests.surveillance.factories import finding, report
from tests.surveillance.intake.hospital_story import (
    GIVEN_UP,
    MINE,
    UNKNOWN,
    Hospital,
    a_hospital,
    booked,
    diagnosed,
    joined,
    ordered,
    settle,
    told,
)

pytestmark = pytest.mark.django_db

NEXT_WEEK = TODAY + timedelta(days=7)
IN_FOUR_DAYS = NOW + timedelta(days=4)


@pytest.fixture
def hospital() -> Hospital:
    made = a_hospital()
    made.admit(MINE, family_name="Okafor", phone="111")
    return made


def owed() -> FollowUp:
    return FollowUp.objects.open().get(kind="IMAGING")


def said(item: IntakeItem) -> tuple[str, str]:
    item.refresh_from_db()
    return item.status, item.code


def test_silence_erases_nothing_and_the_feed_is_named(hospital: Hospital) -> None:
    [item] = hospital.hear([told(1, family_name="Byrne", phone="")])

    patient = hospital.patients[MINE]
    patient.refresh_from_db()
    assert (patient.family_name, patient.phone) == ("Byrne", "111")
    assert said(item) == ("APPLIED", "amended")
    event = AuditEvent.objects.get(action="message_taken_in")
    assert event.detail == {"kind": "PATIENT", "feed": "HIS", "code": "amended"}


def test_a_death_is_not_undone_by_silence(hospital: Hospital) -> None:
    hospital.hear([told(1, deceased=True), told(9, phone="222")])

    patient = Patient.objects.get(mrn=MINE)
    assert (patient.status, patient.phone) == (PatientStatus.DECEASED, "222")
    assert not FollowUp.objects.open().exists()


def test_what_is_about_nobody_is_taken_in_once_they_are_registered(hospital: Hospital) -> None:
    kept = hospital.hear([told(1, UNKNOWN, phone="999"), joined(2, UNKNOWN, "H-998")])
    before = [said(item)[0] for item in kept]

    PatientFactory(site=hospital.site, mrn=UNKNOWN, created_at=NOW)
    settle()

    assert before == ["NOT_FOLLOWED", "NOT_FOLLOWED"]
    assert [said(item)[0] for item in kept] == ["APPLIED", "APPLIED"]
    assert Patient.objects.get(mrn=UNKNOWN).phone == "999"
    assert FormerIdentifier.objects.get().mrn == "H-998"


def test_a_registration_that_was_missed_is_found_later(hospital: Hospital) -> None:
    [kept] = hospital.hear([told(1, UNKNOWN, phone="999")])
    PatientFactory(site=hospital.site, mrn=UNKNOWN)

    settle()
    assert said(kept)[0] == "NOT_FOLLOWED"
    hear_all_known_numbers()
    assert said(kept)[0] == "RECEIVED"


def test_what_was_emptied_since_says_nothing_any_more(hospital: Hospital) -> None:
    [kept] = hospital.hear([told(1, UNKNOWN, phone="999")])
    empty_old_messages(now=NOW + timedelta(days=91))

    PatientFactory(site=hospital.site, mrn=UNKNOWN, created_at=NOW)
    settle()

    assert (hear_all_known_numbers(), said(kept)[0]) == (0, "NOT_FOLLOWED")


def test_a_number_given_up_reaches_the_survivor(hospital: Hospital) -> None:
    hospital.hear([joined(1), booked(2, NEXT_WEEK, mrn=GIVEN_UP)])

    assert owed().booked_for == NEXT_WEEK


def test_records_of_different_status_wait_for_a_person(hospital: Hospital) -> None:
    hospital.admit(GIVEN_UP, status=PatientStatus.DECLINED, status_on=TODAY)

    [item] = hospital.hear([joined(1)])

    assert said(item) == ("WAITING", "patients_not_mergeable")
    assert "Record which is true on both" in item.reason


@pytest.mark.parametrize(
    ("words", "becomes"),
    [
        pytest.param({"procedure": "XR chest"}, ("NOTHING_NEW", "nothing_it_serves"), id="chest"),
        pytest.param(
            {"modality": Modality.XR}, ("NOTHING_NEW", "nothing_it_serves"), id="plain film"
        ),
        pytest.param(
            {"modality": None}, ("WAITING", "unclear_whether_it_serves"), id="no modality"
        ),
        pytest.param(
            {"procedure": "CHRG 4711"}, ("WAITING", "unclear_whether_it_serves"), id="code"
        ),
        pytest.param({}, ("APPLIED", "arranged"), id="liver"),
    ],
)
def test_an_order_serves_the_liver(
    hospital: Hospital, words: dict[str, Any], becomes: tuple[str, str]
) -> None:
    [item] = hospital.hear([ordered(1, **words)])

    assert said(item) == becomes
    assert (owed().order_number == "O-1") == (becomes[0] == "APPLIED")


def test_an_appointment_serves_what_its_order_serves(hospital: Hospital) -> None:
    hospital.hear([ordered(1), booked(2, NEXT_WEEK, procedure="", order_number="O-1")])

    assert owed().booked_for == NEXT_WEEK


def test_an_appointment_before_an_exam_on_file_serves_nothing(hospital: Hospital) -> None:
    missed = booked(1, TODAY - timedelta(days=61), state=AppointmentState.NO_SHOW)

    [item] = hospital.hear([missed])

    assert said(item) == ("NOTHING_NEW", "nothing_it_serves")
    assert owed().missed_appointments == 0


def test_a_no_show_of_a_day_to_come_waits_with_words_for_an_inbox(hospital: Hospital) -> None:
    early = booked(2, NEXT_WEEK, state=AppointmentState.NO_SHOW)

    [_kept, item] = hospital.hear([booked(1, NEXT_WEEK), early])

    assert said(item) == ("WAITING", "no_show_of_a_day_to_come")
    assert "Reload" not in item.reason
    assert (owed().booked_for, owed().missed_appointments) == (NEXT_WEEK, 0)


@pytest.mark.parametrize("procedure", ["Dental cleaning", "Hepatology clinic visit"])
def test_a_visit_needs_no_person(hospital: Hospital, procedure: str) -> None:
    [item] = hospital.hear([booked(1, NEXT_WEEK, procedure=procedure, modality=None)])

    assert said(item) == ("NOTHING_NEW", "nothing_it_serves")


def test_a_booking_by_a_modality_that_cannot_end_it_rests_no_chase(hospital: Hospital) -> None:
    """Of 10 mm and more, ultrasound is not enough, not for the number of an order either."""
    plain = {"procedure": "US abdomen", "modality": Modality.US}
    known = hospital.patients[MINE].lesions.get()
    seen = finding(known, "16", lirads=LiRads.LR_3)
    grown = report(seen, on=TODAY - timedelta(days=50), accession="GROWN")
    record_exam(patient=hospital.patients[MINE], report=grown, by=None, now=NOW)

    [_order, *useless] = hospital.hear(
        [
            ordered(1),
            booked(2, NEXT_WEEK, **plain),
            booked(3, NEXT_WEEK, "A-2", order_number="O-1", **plain),
        ]
    )
    assert {said(one) for one in useless} == {("NOTHING_NEW", "nothing_it_serves")}
    assert (owed().order_number, owed().booked_for) == ("O-1", None)

    [enough] = hospital.hear([booked(4, NEXT_WEEK, "A-3")])
    assert said(enough) == ("APPLIED", "arranged")


def test_what_is_known_of_later_days_learns_an_earlier_fact(hospital: Hospital) -> None:
    hospital.hear(
        [diagnosed(1, "chronic_hcv"), diagnosed(2, "chronic_hbv", on=TODAY - timedelta(99))]
    )

    profile = RiskProfile.objects.in_force(TODAY).first()
    assert profile is not None
    assert (profile.chronic_hbv, profile.chronic_hcv, profile.cirrhosis) == ("YES", "YES", "YES")
    assert profile.source == "message of HIS"


def test_a_fault_leaves_one_part_waiting_and_the_others_go_on(
    hospital: Hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, whole = hospital.say(ordered(1)), hospital.say(told(2, phone="333"))

    def take(*, item: IntakeItem, now: object) -> IntakeItem:
        if item.pk == broken.pk:
            raise ValueError("Okafor")
        return take_in_item(item=item, now=NOW)

    monkeypatch.setattr(applying, "take_in_item", take)
    settle()

    assert said(broken) == ("WAITING", "fault")
    assert "Okafor" not in broken.reason
    assert said(whole)[0] == "APPLIED"


def test_a_busy_database_is_asked_again_but_not_for_ever(
    hospital: Hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = hospital.say(told(2, phone="333"))

    def busy(**_said: object) -> IntakeItem:
        raise OperationalError

    monkeypatch.setattr(applying, "take_in_item", busy)
    take_in_waiting_items(clock=lambda: NOW)
    after_one = said(item)
    settle()

    assert after_one == ("RECEIVED", "")
    assert (*said(item), item.attempts) == ("WAITING", "fault", 5)


def test_a_part_is_taken_in_once(hospital: Hospital) -> None:
    item = hospital.say(told(2, phone="333"))
    stale = IntakeItem.objects.get(pk=item.pk)

    take_in_message(item.message, NOW)
    again = take_in_item(item=stale, now=NOW)

    assert (again.status, again.attempts) == ("APPLIED", 1)
    assert AuditEvent.objects.filter(action="message_taken_in").count() == 1


def test_idle_it_costs_two_looks(hospital: Hospital, django_assert_num_queries: Any) -> None:
    settle()

    with django_assert_num_queries(4):  # two of them the savepoint around the first
        take_in_waiting_items(clock=lambda: NOW)


def a_message_not_understood(hospital: Hospital) -> IntakeItem:
    part = Unmapped(kind="ORDER", code="no_modality", where="OBR-4.1", problem="Unknown.")  # type: ignore[arg-type]
    envelope = Envelope(message_type="ORM", control_id="9", sent_at=None, raw=b"MSH|")
    kept = keep_message(feed=hospital.feed, envelope=envelope, parts=[part], now=NOW)
    return kept.message.items.get()


def test_another_mapping_mends_what_waits_and_leaves_what_is_done(
    hospital: Hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = a_message_not_understood(hospital)
    monkeypatch.delitem(reading_again.READERS, "HL7V2", raising=False)
    with pytest.raises(MessageUnreadable):
        parts_read_again(item.message)

    monkeypatch.setitem(reading_again.READERS, "HL7V2", lambda _message: [ordered(1)])
    for _twice in range(2):
        parts = parts_read_again(item.message)
        replay_message(message=item.message, parts=parts, by=None, now=NOW)
        settle()

    assert said(item) == ("APPLIED", "arranged")
    assert IntakeItem.objects.count() == 1


def test_a_new_mapping_is_tried_once_on_all_that_waits(
    hospital: Hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = a_message_not_understood(hospital)
    monkeypatch.setitem(reading_again.READERS, "HL7V2", lambda _message: [ordered(1)])

    def read_again(after: timedelta) -> int:
        return read_waiting_again(clock=lambda: NOW + after)

    before = read_again(timedelta())
    hospital.feed.mapping = {"accession": ["OBR-18"]}
    save_feed(feed=hospital.feed, by=None, now=NOW + timedelta(hours=1))
    reads = [read_again(timedelta(hours=2)), read_again(timedelta(hours=3))]
    settle()

    item.refresh_from_db()
    assert (before, reads) == (0, [1, 0])
    assert said(item) == ("APPLIED", "arranged")


def test_what_nobody_can_read_keeps_nothing_else_from_being_read(
    hospital: Hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = a_message_not_understood(hospital)
    hospital.feed.mapping = {"accession": ["OBR-18"]}
    save_feed(feed=hospital.feed, by=None, now=NOW + timedelta(hours=1))

    def breaks(_message: object) -> NoReturn:
        raise RuntimeError

    monkeypatch.setitem(reading_again.READERS, "HL7V2", breaks)

    assert read_waiting_again(clock=lambda: NOW + timedelta(hours=2)) == 1
    item.refresh_from_db()
    assert (item.status, item.code) == ("WAITING", "no_modality")


def test_whom_a_person_named_a_mapping_does_not_undo(
    hospital: Hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = a_message_not_understood(hospital)
    somebody = MembershipFactory(site=hospital.site).user
    IntakeItem.objects.update(settled_by=somebody, mrn="MINE")
    monkeypatch.setitem(reading_again.READERS, "HL7V2", lambda _message: [ordered(1)])

    replay_message(message=item.message, parts=[ordered(1)], by=None, now=NOW)

    item.refresh_from_db()
    assert (item.status, item.mrn) == ("WAITING", "MINE")


def test_a_person_names_the_patient_or_sets_it_aside(hospital: Hospital) -> None:
    lead = MembershipFactory(site=hospital.site, lead_navigator=True).user
    [item] = hospital.hear([ordered(1, modality=None)])
    unread = a_message_not_understood(hospital)

    with pytest.raises(ItemDoesNotWait):
        take_in_again(item=unread, by=lead, now=NOW)
    with pytest.raises(SetAsideWithoutReason):
        set_item_aside(item=unread, reason=" ", by=lead, now=NOW)
    set_item_aside(item=unread, reason="test system", by=lead, now=NOW)
    other = hospital.admit("H-200")
    take_in_again(item=item, patient=other, by=lead, now=NOW)
    settle()

    assert (said(unread)[0], unread.settled_by) == ("SET_ASIDE", lead)
    assert (said(item)[0], item.patient) == ("WAITING", other)


def test_old_messages_are_emptied_unless_something_of_them_waits(hospital: Hospital) -> None:
    [done] = hospital.hear([told(1, phone="222")])
    waits = a_message_not_understood(hospital)
    hospital.site.raw_message_days = 7
    hospital.site.save()

    counts = [empty_old_messages(now=NOW + timedelta(days=days)) for days in (6, 8, 9)]

    assert counts == [0, 1, 0]
    assert bytes(IntakeMessage.objects.get(pk=done.message_id).raw) == b""
    assert bytes(IntakeMessage.objects.get(pk=waits.message_id).raw) == b"MSH|"
    assert IntakeItem.objects.get(pk=done.pk).content == {}
    assert done.status == ItemStatus.APPLIED
