"""Reports that arrive: what is certain closes by itself, and the order of arrival never matters."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import permutations

import pytest
from django.db import transaction

from patients.models import PatientStatus
from surveillance.arrivals import Person, ReportState
from surveillance.intake.applying import take_in_waiting_items
from surveillance.models import (
    ExamMatch,
    FollowUp,
    ImagingExam,
    IntakeItem,
    ItemStatus,
    LesionAssessment,
    Notification,
    NotificationTemplate,
)
from surveillance.protocol.report_reader.reading import (
    Assertion,
    LesionStatement,
    ReportReading,
    Span,
)
from surveillance.protocol.terms import LiRads
from surveillance.workflows import take_in_report
from surveillance.workflows.chase_paperwork import chase_paperwork
from surveillance.workflows.record_exam import record_exam
from surveillance.workflows.take_in_again import take_in_again
from surveillance.workflows.take_in_item import take_in_item
from surveillance.workflows.withdraw_patient import withdraw_patient
from tests.factories import MembershipFactory, PatientFactory
from tests.surveillance.factories import finding, report
from tests.surveillance.reconciliation.scenes import NOW, SCAN, coded

LATER = NOW + timedelta(hours=1)
P, F, C, X = (
    ReportState.PRELIMINARY,
    ReportState.FINAL,
    ReportState.CORRECTED,
    ReportState.CANCELLED,
)


def test_a_certain_exam_closes_what_is_owed_and_says_why(feed):
    owed = feed.owed()

    item = feed.take_in(feed.said())

    owed.refresh_from_db()
    match = ExamMatch.objects.get()
    assert (item.status, item.code) == (ItemStatus.APPLIED, "closed")
    assert (owed.outcome, owed.completed_by) == ("COMPLETED", item.exam)
    assert (match.verdict, match.follow_up, match.exam) == ("CERTAIN", owed, item.exam)
    assert ["fulfils", "MRI, extracellular contrast of 2026-08-20 fulfils it."] in match.reasons_for
    assert feed.owed().latest_on == date(2027, 2, 20)


def test_a_likely_exam_is_on_file_without_a_finding_and_closes_nothing(feed):
    owed = feed.owed()

    item = feed.take_in(feed.said(findings=()))

    owed.refresh_from_db()
    assert (item.code, item.exam.observations.count()) == ("likely", 0)
    assert owed.closed_at is None
    assert ExamMatch.objects.undecided().get().follow_up == owed


def test_a_likely_exam_does_not_silence_the_chase_for_its_report(feed):
    FollowUp.objects.filter(pk=feed.owed().pk).update(booked_for=date(2026, 8, 10))
    feed.take_in(feed.said(findings=()))

    chase_paperwork(site=feed.patient.site, now=NOW)

    assert Notification.objects.filter(template=NotificationTemplate.REPORT_MISSING).exists()


def test_an_inadequate_exam_brings_the_date_forward_and_closes_nothing(feed):
    owed = feed.owed()

    item = feed.take_in(feed.said(adequate=False))

    owed.refresh_from_db()
    assert item.code == "answers_nothing"
    assert owed.outcome != "COMPLETED"
    assert feed.owed().latest_on <= owed.latest_on


def test_a_contradicting_name_waits_and_records_nothing(feed):
    item = feed.take_in(feed.said(person=feed.person(given_name="Somebody")))

    assert (item.status, item.code) == (ItemStatus.WAITING, "identity_contradicts")
    assert feed.exam() is None


def test_a_record_number_alone_is_put_to_a_person(feed):
    person = replace(feed.person(), family_name="", given_name="", birth_date=None)

    item = feed.take_in(feed.said(person=person))

    assert item.code == "likely"
    assert item.exam.observations.count() == 0


def test_an_unknown_number_is_nobody_who_is_followed(feed):
    item = feed.take_in(feed.said(person=feed.person(mrn="UNKNOWN")))

    assert (item.status, item.patient) == (ItemStatus.NOT_FOLLOWED, None)


def test_an_exam_of_unknown_kind_waits_with_what_is_known(feed):
    item = feed.take_in(feed.said(modality=None))

    match = ExamMatch.objects.undecided().get()
    assert (item.status, item.code) == (ItemStatus.WAITING, "modality_unknown")
    assert (match.exam, match.item) == (None, item)
    take_in_item(item=item, now=NOW)
    assert ExamMatch.objects.count() == 1


def test_an_exam_of_another_region_is_not_an_exam_of_the_liver(feed):
    item = feed.take_in(feed.said(procedure="MRI brain", findings=(), text=""))

    assert item.code == "other_region"
    assert feed.exam() is None
    assert ExamMatch.objects.get().verdict == "NO"


def test_an_impossible_report_waits_and_leaves_what_stood(feed):
    feed.take_in(feed.said())

    item = feed.take_in(feed.said(C, at=12, performed_on=date(2027, 1, 1)))

    assert (item.status, item.code) == (ItemStatus.WAITING, "exam_date_impossible")
    assert feed.exam().performed_on == SCAN


def test_what_somebody_recorded_by_hand_is_not_replaced_by_the_same_report(feed):
    told = report(finding(feed.lesion, "8.1"), on=SCAN, accession="R-1")
    record_exam(patient=feed.patient, report=told, by=feed.navigator, now=NOW)

    item = feed.take_in(feed.said())

    assert (item.status, item.code) == (ItemStatus.NOTHING_NEW, "recorded_by_hand")
    assert feed.exam().recorded_by == feed.navigator


def test_a_correction_that_is_less_favourable_is_told_to_the_lead(feed):
    MembershipFactory(site=feed.patient.site, lead_navigator=True)
    feed.take_in(feed.said())

    feed.take_in(feed.said(C, at=12, findings=(coded("L1", "8.2", lirads=LiRads.LR_5),)))

    warned = Notification.objects.filter(template=NotificationTemplate.REPORT_LESS_FAVOURABLE)
    assert warned.exists()


def test_a_corrected_record_number_is_put_to_a_person(feed):
    other = type(feed.patient).objects.create(
        site=feed.patient.site, mrn="OTHER", family_name="Other", created_at=NOW
    )
    feed.take_in(feed.said())

    item = feed.take_in(feed.said(C, at=12, person=feed.person(mrn=other.mrn, family_name="")))

    assert (item.status, item.code) == (ItemStatus.WAITING, "exam_of_another_patient")


def _state(feed):
    """What counts afterwards: the exam, its findings, what is owed, and the answer."""
    exam = feed.exam()
    rows = exam.observations.values_list("lesion__label", "size_mm", "lirads") if exam else []
    owed = FollowUp.objects.open().filter(patient=feed.patient)
    newest = LesionAssessment.objects.filter(lesion=feed.lesion).latest("sequence")
    return (
        exam and (exam.report_status, exam.report_text),
        sorted(rows),
        sorted(owed.values_list("kind", "recommendation", "latest_on", "escalation_class")),
        newest.rule,
    )


def _statements(feed):
    first, final = feed.said(P, at=8, size="8.0"), feed.said(F, at=10)
    corrected = feed.said(C, at=12, size="9.5")
    return {
        "cancelled in the end": (first, final, corrected, feed.said(X, at=14), final),
        "corrected in the end": (first, final, corrected, feed.said(X, at=9), corrected),
        "at one moment": (feed.said(P), feed.said(F), feed.said(C, size="9.5"), feed.said(F)),
        "of another text": (final, feed.said(F, size="8.9"), feed.said(F, size="8.4"), first),
    }


@pytest.mark.parametrize(
    "story",
    ["cancelled in the end", "corrected in the end", "at one moment", "of another text"],
)
def test_every_order_of_arrival_ends_in_one_state(feed, story):
    """Every fifth permutation, each rolled back before the next."""
    said = _statements(feed)[story]
    ends: dict[str, list[tuple[int, ...]]] = {}

    for order in list(permutations(range(len(said))))[::5]:
        with transaction.atomic():
            for number in order:
                feed.take_in(said[number])
            ends.setdefault(repr(_state(feed)), []).append(order)
            transaction.set_rollback(True)

    assert len(ends) == 1, ends


def test_a_cancellation_owes_the_exam_again(feed):
    latest = feed.owed().latest_on
    feed.take_in(feed.said())

    feed.take_in(feed.said(X, at=14))

    assert feed.owed().latest_on == latest
    assert not ImagingExam.objects.standing().filter(accession="R-1").exists()


def test_the_same_again_changes_nothing(feed):
    feed.take_in(feed.said())
    before = (ImagingExam.objects.count(), FollowUp.objects.count(), ExamMatch.objects.count())

    item = feed.take_in(feed.said(at=11))

    after = (ImagingExam.objects.count(), FollowUp.objects.count(), ExamMatch.objects.count())
    assert (item.status, item.code) == (ItemStatus.NOTHING_NEW, "known_already")
    assert after == before


def test_text_alone_moves_the_chain_on(feed, monkeypatch):
    """What the reader finds in a text is its own matter; here it found one lesion of 8.2 mm."""
    statement = LesionStatement(
        sentences=(Span(0, 16),),
        assertion=Assertion.AFFIRMED,
        is_calcified=True,
        size_mm=Decimal("8.2"),
    )
    monkeypatch.setattr(
        take_in_report, "read_report", lambda _text: ReportReading(lesions=(statement,))
    )

    item = feed.take_in(feed.said(findings=(), adequate=None))

    match = ExamMatch.objects.get()
    assert (item.code, match.source, match.relied_on) == ("closed", "TEXT", [[0, 16]])
    assert item.exam.observations.get().size_mm == Decimal("8.2")


def test_a_report_re_sent_after_its_message_was_emptied_changes_nothing(feed):
    first = feed.take_in(feed.said())
    type(first).objects.filter(pk=first.pk).update(content={})

    item = feed.take_in(feed.said(at=11))

    assert (item.status, feed.exam()) == (ItemStatus.NOTHING_NEW, first.exam)


def _another(feed):
    """Somebody else at the same site."""
    return PatientFactory(site=feed.patient.site, cirrhotic=True)


def _person(patient):
    return Person(
        mrn=patient.mrn,
        family_name=patient.family_name,
        given_name=patient.given_name,
        birth_date=patient.birth_date,
    )


def test_of_two_people_with_one_number_neither_is_silenced(feed):
    """Whatever comes first, and whatever is said first: one is on file, the other waits."""
    other = _person(_another(feed))
    said = (
        feed.said(P, at=8, size="8.0"),
        feed.said(F, at=10),
        feed.said(F, at=9, person=other, findings=(), text="16 mm calcified mass."),
        feed.said(C, at=11, person=other, findings=(), text="17 mm calcified mass."),
        feed.said(X, at=14, person=other),
    )

    for order in list(permutations(range(len(said))))[::5]:
        with transaction.atomic():
            items = dict([(number, feed.take_in(said[number])) for number in order])
            ends = {number: (item.status, item.code) for number, item in items.items()}
            texts = {exam.report_text for exam in ImagingExam.objects.filter(accession="R-1")}
            for number in (1, 2, 3):
                is_told = said[number].text in texts
                is_outdated = ends[number][1] == "told_otherwise_since"
                assert is_told or is_outdated or ends[number][0] == "WAITING", (order, ends)
            assert ends[1][1] != "told_otherwise_since", (order, ends)
            transaction.set_rollback(True)


def test_a_number_used_for_somebody_else_later_silences_no_earlier_report(feed):
    other = _person(_another(feed))
    feed.take_in(feed.said(at=12, person=other, findings=()))

    item = feed.take_in(feed.said(at=10))

    assert (item.status, item.code) == (ItemStatus.WAITING, "exam_of_another_patient")


def test_the_other_has_its_turn_once_the_number_is_free_again(feed):
    other = _person(_another(feed))
    said = (feed.said(F, at=8), feed.said(F, at=9, person=other), feed.said(X, at=10))

    for order in permutations(said):
        with transaction.atomic():
            for arrival in order:
                feed.take_in(arrival)
            take_in_waiting_items(clock=lambda: NOW)
            assert feed.exam().patient.mrn == other.mrn
            assert not IntakeItem.objects.waiting().exists()
            transaction.set_rollback(True)


def test_an_engine_that_sends_the_old_report_again_undoes_no_correction(feed):
    """The same moment of reporting, sent later: the content, then the moment of sending decide."""
    feed.take_in(feed.said(F, at=10))
    feed.take_in(feed.said(C, at=11, size="26.0"))

    item = feed.take_in(feed.said(F, at=10, reporter="Dr Other"))

    assert item.code == "told_otherwise_since"
    assert feed.exam().report_text == "Report of 26.0 mm"


def test_a_contradicting_name_waits_though_something_later_was_said(feed):
    feed.take_in(feed.said(at=12))

    item = feed.take_in(feed.said(at=10, person=feed.person(given_name="Somebody")))

    assert (item.status, item.code) == (ItemStatus.WAITING, "identity_contradicts")


def test_a_report_given_to_a_patient_by_a_person_is_theirs(feed):
    item = feed.take_in(feed.said(person=feed.person(given_name="Somebody")))

    take_in_again(item=item, patient=feed.patient, by=feed.navigator, now=NOW)
    item = take_in_item(item=item, now=NOW)

    assert (item.code, item.settled_by) == ("closed", feed.navigator)


def test_a_signed_exam_after_the_day_of_death_waits(feed):
    withdraw_patient(
        patient=feed.patient,
        status=PatientStatus.DECEASED,
        status_on=date(2026, 8, 1),
        reason="Told by the family.",
        by=feed.navigator,
        now=NOW,
    )

    item = feed.take_in(feed.said())

    assert (item.status, item.code) == (ItemStatus.WAITING, "deceased_on_file")
    assert "2026-08-20" in item.reason
    withdraw_patient(
        patient=feed.patient,
        status=PatientStatus.ACTIVE,
        status_on=None,
        reason="Seen today.",
        by=feed.navigator,
        now=NOW,
    )
    assert take_in_item(item=item, now=NOW).code == "closed"


def test_a_sender_whose_clock_is_ahead_silences_no_correction(feed):
    ahead = feed.take_in(feed.said(said_at=NOW + timedelta(days=3650)))

    item = take_in_item(item=feed.keep(feed.said(C, size="26.0", said_at=LATER), LATER), now=LATER)

    assert ahead.said_at == NOW
    assert ahead.content["said_at"] == NOW.isoformat()
    assert item.status == ItemStatus.APPLIED
    assert feed.exam().report_text == "Report of 26.0 mm"
