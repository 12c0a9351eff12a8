"""Two at once: one effect, the same answer for both."""

from collections.abc import Callable
from datetime import date
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection

from surveillance.models import FollowUp, ImagingExam, Lesion, LesionAssessment, PatientMerge
from surveillance.protocol.terms import LiRads
from surveillance.workflows.append_exams import ExamOfAnotherPatient
from surveillance.workflows.change_follow_up import FollowUpChangedMeanwhile
from surveillance.workflows.merge_patients import merge_patients
from surveillance.workflows.record_exam import record_exam
from surveillance.workflows.record_order import record_order
from surveillance.workflows.refuse_impossible_order import OrderOfAnotherPatient
from surveillance.workflows.register_lesion import register_lesion
from surveillance.workflows.snooze_follow_up import snooze_follow_up
from tests.factories import NOW, PatientFactory
from tests.surveillance.factories import FollowUpFactory, LesionFactory, finding, report

pytestmark = pytest.mark.django_db(transaction=True)

LAST_WEEK = date(2026, 8, 24)


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """What each call returned or raised; all begin at the same moment."""
    answers: list[Any] = [None] * len(calls)
    start = Barrier(len(calls))

    def run(place: int) -> None:
        start.wait()
        try:
            answers[place] = calls[place]()
        except Exception as error:
            answers[place] = error
        finally:
            connection.close()

    threads = [Thread(target=run, args=(place,)) for place in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return answers


def test_one_report_sent_four_times_at_once_is_one_exam():
    lesion = LesionFactory(patient__cirrhotic=True)
    told = report(finding(lesion, lirads=LiRads.LR_3), on=LAST_WEEK)

    answers = at_once(
        *[
            lambda: record_exam(patient=lesion.patient, report=told, by=None, now=NOW)
            for _ in range(4)
        ]
    )

    assert sorted(answer.created for answer in answers) == [False, False, False, True]
    assert ImagingExam.objects.count() == 1
    assert FollowUp.objects.open().filter(kind="IMAGING").count() == 1
    assert LesionAssessment.objects.count() == 1


def test_one_number_for_two_patients_at_once_is_refused_for_one():
    lesions = [LesionFactory(patient__cirrhotic=True)]
    other = PatientFactory(site=lesions[0].patient.site, cirrhotic=True)
    lesions.append(LesionFactory(patient=other))

    def send(lesion):
        told = report(finding(lesion), on=LAST_WEEK, accession="A1")
        return lambda: record_exam(patient=lesion.patient, report=told, by=None, now=NOW)

    answers = at_once(*[send(lesion) for lesion in lesions])

    refusals = [answer for answer in answers if isinstance(answer, Exception)]
    assert [type(refusal) for refusal in refusals] == [ExamOfAnotherPatient]
    assert ImagingExam.objects.count() == 1


def test_one_order_number_for_two_patients_at_once_is_refused_for_one():
    first = FollowUpFactory(lesion=LesionFactory(patient__cirrhotic=True))
    other = PatientFactory(site=first.site, cirrhotic=True)
    rows = [first, FollowUpFactory(lesion=LesionFactory(patient=other))]

    def order(row):
        day = row.site.local_date(NOW)
        return lambda: record_order(
            follow_up=row, order_number="O-7", ordered_on=day, by=None, now=NOW
        )

    answers = at_once(*[order(row) for row in rows])

    refusals = [answer for answer in answers if isinstance(answer, Exception)]
    assert [type(refusal) for refusal in refusals] == [OrderOfAnotherPatient]
    assert FollowUp.objects.filter(order_number="O-7").count() == 1


def test_two_exams_of_one_lesion_at_once_leave_one_follow_up_of_both():
    lesion = LesionFactory(patient__cirrhotic=True)

    def send(day):
        told = report(finding(lesion, lirads=LiRads.LR_3), on=day)
        return lambda: record_exam(patient=lesion.patient, report=told, by=None, now=NOW)

    answers = at_once(send(date(2026, 2, 1)), send(LAST_WEEK))

    assert all(answer.created for answer in answers)
    assert FollowUp.objects.open().get(kind="IMAGING").latest_on == date(2027, 2, 24)


def test_one_label_registered_twice_at_once_is_one_lesion():
    patient = PatientFactory()

    answers = at_once(
        *[lambda: register_lesion(patient=patient, label="L1", by=None, now=NOW) for _ in range(3)]
    )

    assert len({answer.pk for answer in answers}) == 1
    assert Lesion.objects.count() == 1


def test_one_version_changed_twice_at_once_has_one_winner():
    follow_up = FollowUpFactory()

    def put_aside(day):
        row = FollowUp.objects.get(pk=follow_up.pk)
        return lambda: snooze_follow_up(
            follow_up=row, until=day, reason="away", expected_version=1, by=None, now=NOW
        )

    answers = at_once(put_aside(date(2026, 9, 10)), put_aside(date(2026, 9, 20)))

    losers = [answer for answer in answers if isinstance(answer, FollowUpChangedMeanwhile)]
    assert len(losers) == 1
    assert FollowUp.objects.get().version == 2


def test_an_exam_that_arrives_during_a_merge_ends_up_with_the_survivor():
    survivor = PatientFactory(cirrhotic=True)
    duplicate = PatientFactory(site=survivor.site, cirrhotic=True)
    lesion = LesionFactory(patient=duplicate)
    told = report(finding(lesion), on=LAST_WEEK)

    answers = at_once(
        lambda: record_exam(patient=duplicate, report=told, by=None, now=NOW),
        lambda: merge_patients(
            survivor=survivor, duplicate=duplicate, reason="same", by=None, now=NOW
        ),
    )

    assert not [answer for answer in answers if isinstance(answer, Exception)], answers
    assert PatientMerge.objects.count() == 1
    assert ImagingExam.objects.get().patient == survivor
    assert set(FollowUp.objects.values_list("patient", flat=True)) == {survivor.pk}
