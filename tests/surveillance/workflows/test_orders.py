"""An order is recorded and cancelled: what it changes, what is refused, and that twice is once."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError

from patients.models import AuditEvent
from surveillance.models import FollowUp
from surveillance.workflows.book_follow_up import book_follow_up
from surveillance.workflows.cancel_order import CancellationImpossible, cancel_order
from surveillance.workflows.change_follow_up import (
    FollowUpAlreadyClosed,
    FollowUpChangedMeanwhile,
)
from surveillance.workflows.record_order import record_order
from surveillance.workflows.refuse_impossible_order import OrderImpossible, OrderOfAnotherPatient
from tests.factories import NOW, TODAY, PatientFactory
from tests.surveillance.factories import (
    FollowUpFactory,
    ImagingExamFactory,
    LesionFactory,
    LesionObservationFactory,
)

DAY = timedelta(days=1)
OWED_SINCE = date(2026, 8, 20)


@pytest.fixture
def follow_up(ward):
    return FollowUpFactory(
        lesion=ward.lesion, owed_since=OWED_SINCE, next_look_on=date(2026, 12, 1)
    )


def ordered(ward, follow_up, number="O-7", on=TODAY, **said):
    return record_order(
        follow_up=follow_up, order_number=number, ordered_on=on, by=ward.navigator, now=NOW, **said
    )


def cancelled(ward, follow_up, reason="refused by the insurer", **said):
    return cancel_order(follow_up=follow_up, reason=reason, by=ward.navigator, now=NOW, **said)


def an_exam_of(lesion, on):
    LesionObservationFactory(
        lesion=lesion, exam=ImagingExamFactory(patient=lesion.patient, performed_on=on)
    )


def test_order_is_noted_and_looked_at_today(ward, follow_up):
    ordered(ward, follow_up, " O-7 ")

    stored = FollowUp.objects.get()
    assert (stored.ordered_on, stored.order_number) == (TODAY, "O-7")
    assert (stored.version, stored.next_look_on) == (2, TODAY)
    assert (stored.latest_on, stored.booked_for) == (follow_up.latest_on, None)
    event = AuditEvent.objects.get()
    assert (event.action, event.actor) == ("follow_up_ordered", f"user:{ward.navigator.pk}")
    assert event.detail == {"ordered_on": "2026-08-31", "order_number": "O-7"}


def test_same_order_again_changes_nothing(ward, follow_up):
    ordered(ward, follow_up)
    ordered(ward, follow_up, expected_version=1)

    assert FollowUp.objects.get().version == 2
    assert AuditEvent.objects.count() == 1


def test_another_number_corrects_the_order(ward, follow_up):
    ordered(ward, follow_up)
    ordered(ward, follow_up, "O-8")

    assert FollowUp.objects.get().order_number == "O-8"


def test_one_order_serves_several_lesions(ward, follow_up):
    other = FollowUpFactory(lesion=LesionFactory(patient=ward.cirrhotic), owed_since=OWED_SINCE)

    ordered(ward, follow_up, also=[other])

    assert {row.order_number for row in FollowUp.objects.all()} == {"O-7"}


@pytest.mark.parametrize(
    ("said", "field"),
    [
        pytest.param({"number": " "}, "order_number", id="no number"),
        pytest.param({"number": "7" * 65}, "order_number", id="a number that is none"),
        pytest.param({"on": TODAY + DAY}, "ordered_on", id="tomorrow"),
        pytest.param({"on": OWED_SINCE - DAY}, "ordered_on", id="before the need"),
    ],
)
def test_impossible_order_is_refused_at_its_field(ward, follow_up, said, field):
    with pytest.raises(OrderImpossible) as refused:
        ordered(ward, follow_up, **said)

    assert (refused.value.code, refused.value.details["field"]) == ("order_impossible", field)
    assert FollowUp.objects.get().version == 1


def test_order_of_the_day_of_the_last_exam_is_taken_and_one_before_it_refused(ward, follow_up):
    """Found in a registry long after the exam: ordered with its report, imported later."""
    exam = OWED_SINCE - 30 * DAY
    an_exam_of(ward.lesion, exam)

    with pytest.raises(OrderImpossible, match="earlier exam"):
        ordered(ward, follow_up, on=exam - DAY)

    assert ordered(ward, follow_up, on=exam).ordered_on == exam


def test_nothing_is_ordered_for_a_review(ward):
    review = FollowUpFactory(lesion=ward.lesion, kind="REVIEW", owed_since=OWED_SINCE)

    with pytest.raises(OrderImpossible, match="review"):
        ordered(ward, review)


def test_order_for_two_patients_is_refused_and_none_is_noted(ward, follow_up):
    with pytest.raises(OrderImpossible):
        ordered(ward, follow_up, also=[FollowUpFactory(owed_since=OWED_SINCE)])

    assert {row.ordered_on for row in FollowUp.objects.all()} == {None}


def test_none_is_noted_when_one_of_them_was_closed(ward, follow_up):
    closed = FollowUpFactory(
        lesion=LesionFactory(patient=ward.cirrhotic),
        owed_since=OWED_SINCE,
        closed_at=NOW,
        outcome="NO_LONGER_OWED",
    )

    with pytest.raises(FollowUpAlreadyClosed):
        ordered(ward, follow_up, also=[closed])

    assert FollowUp.objects.get(pk=follow_up.pk).ordered_on is None


def test_order_is_not_noted_over_the_change_of_somebody_else(ward, follow_up):
    ordered(ward, follow_up)

    with pytest.raises(FollowUpChangedMeanwhile):
        ordered(ward, follow_up, "O-8", expected_version=1)

    assert FollowUp.objects.get().order_number == "O-7"


@pytest.mark.usefixtures("audit_table_full")
def test_order_is_gone_when_the_audit_fails(ward, follow_up):
    with pytest.raises(DatabaseError, match="audit_full"):
        ordered(ward, follow_up)

    assert FollowUp.objects.get().ordered_on is None


def test_cancelling_takes_the_order_off_and_says_why(ward, follow_up):
    ordered(ward, follow_up)

    cancelled(ward, follow_up)

    stored = FollowUp.objects.get()
    assert (stored.ordered_on, stored.order_number) == (None, "")
    assert stored.arrangement_lost_on == TODAY
    assert stored.arrangement_lost_reason == "refused by the insurer"
    event = AuditEvent.objects.get(action="follow_up_order_cancelled")
    assert event.detail == {"order_number": "O-7"}


def test_cancelling_twice_is_cancelling_once(ward, follow_up):
    ordered(ward, follow_up)
    cancelled(ward, follow_up)

    cancelled(ward, follow_up, "another reason")

    assert FollowUp.objects.get().arrangement_lost_reason == "refused by the insurer"
    assert AuditEvent.objects.filter(action="follow_up_order_cancelled").count() == 1


def test_cancelling_leaves_an_appointment_alone(ward):
    booked = FollowUpFactory(
        lesion=ward.lesion, ordered_on=TODAY, order_number="O-1", booked_for=TODAY + DAY
    )

    cancelled(ward, booked)

    assert FollowUp.objects.get().booked_for == TODAY + DAY


def test_cancelling_without_a_reason_is_refused(ward, follow_up):
    ordered(ward, follow_up)

    with pytest.raises(CancellationImpossible) as refused:
        cancelled(ward, follow_up, " ")

    assert refused.value.details["field"] == "reason"
    assert FollowUp.objects.get().order_number == "O-7"


def test_order_of_what_was_closed_is_not_cancelled(ward):
    closed = FollowUpFactory(
        lesion=ward.lesion, closed_at=NOW, outcome="NO_LONGER_OWED", ordered_on=TODAY
    )

    with pytest.raises(FollowUpAlreadyClosed):
        cancelled(ward, closed)


def test_order_is_not_cancelled_over_the_change_of_somebody_else(ward, follow_up):
    ordered(ward, follow_up)

    with pytest.raises(FollowUpChangedMeanwhile):
        cancelled(ward, follow_up, expected_version=1)


def test_order_stands_when_the_audit_of_its_cancellation_fails(ward, request):
    follow_up = FollowUpFactory(lesion=ward.lesion, ordered_on=TODAY, order_number="O-1")
    request.getfixturevalue("audit_table_full")

    with pytest.raises(DatabaseError, match="audit_full"):
        cancelled(ward, follow_up)

    assert FollowUp.objects.get().order_number == "O-1"


@pytest.fixture
def of_another(ward):
    """Owed to somebody else at the same site, and ordered as O-7."""
    other = LesionFactory(patient=PatientFactory(site=ward.cirrhotic.site, mrn="M-2"), label="L9")
    return FollowUpFactory(
        lesion=other, owed_since=OWED_SINCE, ordered_on=TODAY, order_number="O-7"
    )


@pytest.mark.parametrize(
    "number", ["O-7", " o-7 ", "O\u20107", "O\u20117", "O\u20137", "O\u22127", "\uff2f\uff0d\uff17"]
)
def test_order_of_another_patient_is_refused_with_whose_it_is(ward, follow_up, of_another, number):
    with pytest.raises(OrderOfAnotherPatient, match=r"MRN M-2, lesion L9.*cancel it there") as no:
        ordered(ward, follow_up, number)

    assert no.value.details["field"] == "order_number"
    follow_up.refresh_from_db()
    assert follow_up.ordered_on is None


@pytest.mark.parametrize("number", ["-", "\u2010\u2010", "#?", " . "])
def test_number_without_letter_or_digit_is_no_number(ward, follow_up, number):
    with pytest.raises(OrderImpossible, match="letter or digit"):
        ordered(ward, follow_up, number)


def test_number_is_kept_in_plain_signs_however_it_is_noted(ward, follow_up):
    ordered(ward, follow_up, "O\u20118")
    assert FollowUp.objects.get().order_number == "O-8"

    book_follow_up(
        follow_up=follow_up,
        booked_for=TODAY + 9 * DAY,
        order_number="O\u20139",
        by=ward.navigator,
        now=NOW,
    )
    assert FollowUp.objects.get().order_number == "O-9"


def test_booking_with_the_order_of_another_patient_is_refused(ward, follow_up, of_another):
    with pytest.raises(OrderOfAnotherPatient):
        book_follow_up(
            follow_up=follow_up,
            booked_for=TODAY + 9 * DAY,
            order_number="O-7",
            by=ward.navigator,
            now=NOW,
        )


def test_order_cancelled_there_is_free_here(ward, follow_up, of_another):
    cancelled(ward, of_another)

    assert ordered(ward, follow_up).order_number == "O-7"


@pytest.mark.parametrize(
    ("outcome", "is_refused"), [("NO_LONGER_OWED", True), ("ENTERED_IN_ERROR", False)]
)
def test_order_of_what_is_closed_stays_that_patients(
    ward, follow_up, of_another, outcome, is_refused
):
    FollowUp.objects.filter(pk=of_another.pk).update(closed_at=NOW, outcome=outcome)

    if not is_refused:
        assert ordered(ward, follow_up).order_number == "O-7"
        return
    with pytest.raises(OrderOfAnotherPatient, match="add this patient’s MRN"):
        ordered(ward, follow_up)


def test_same_number_at_another_site_is_another_order(ward, follow_up):
    elsewhere = FollowUpFactory(owed_since=OWED_SINCE)
    FollowUp.objects.filter(pk=elsewhere.pk).update(ordered_on=TODAY, order_number="O-7")

    assert elsewhere.site_id != follow_up.site_id
    assert ordered(ward, follow_up).order_number == "O-7"


def test_number_that_two_had_before_is_told_no_second_time(ward, follow_up, of_another):
    """What is on file is no news: saving it again changes nothing and refuses nothing."""
    FollowUp.objects.filter(pk=follow_up.pk).update(ordered_on=TODAY, order_number="O-7")
    follow_up.refresh_from_db()

    ordered(ward, follow_up)

    assert not AuditEvent.objects.exists()


def test_order_alone_from_the_booking_is_told_as_an_order(ward, follow_up):
    book_follow_up(
        follow_up=follow_up, booked_for=None, order_number="O-7", by=ward.navigator, now=NOW
    )

    event = AuditEvent.objects.get()
    assert event.action == "follow_up_ordered"
    assert event.detail == {"ordered_on": "2026-08-31", "order_number": "O-7"}
