"""Reports that arrive: what is certain closes by itself, and the order of arrival never matters."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import permutations

import pytest
from django.db import transaction

from surveillance.arrivals import ReportState
from surveillance.models import (
    ExamMatch,
    FollowUp,
    ImagingExam,
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
from surveillance.workflows.take_in_item import take_in_item
from tests.factories import MembershipFactory
from tests.surveillance.factories import finding, report
from tests.surveillance.reconciliation.scenes import NOW, SCAN, coded

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
    newest = LesionAssessment.objects.filter(lesion=feed.lesion).order_by("-sequence").first()
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
    ends = {}

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
