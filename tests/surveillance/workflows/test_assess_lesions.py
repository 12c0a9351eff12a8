"""Deciding, and making what is open equal to what is owed."""

from datetime import date, timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from patients.models import AuditEvent
from surveillance.answers import answer_as_json, case_as_json
from surveillance.cases import build_case
from surveillance.models import (
    ContactAttempt,
    Escalation,
    FollowUp,
    LesionAssessment,
    Notification,
    NotificationStatus,
)
from surveillance.protocol.recommend import recommend
from surveillance.protocol.terms import Conclusion, LiRads, Modality, ObligationKind, Tri
from surveillance.workflows.assess_lesion import assess_lesion
from surveillance.workflows.assess_lesions import assess_lesions
from surveillance.workflows.book_follow_up import book_follow_up
from surveillance.workflows.reassign import reassign
from surveillance.workflows.record_exam import record_exam
from surveillance.workflows.snooze_follow_up import snooze_follow_up
from surveillance.workflows.update_risk import update_risk
from tests.factories import NOW, TODAY, MembershipFactory, PatientFactory
from tests.surveillance.factories import (
    EscalationFactory,
    ImagingExamFactory,
    LesionFactory,
    LesionObservationFactory,
    finding,
    report,
    risk_facts,
)

LAST_WEEK = date(2026, 8, 24)
NEXT_WEEK = NOW + timedelta(days=7)


def assessed(ward, lesion=None, now=NOW):
    return assess_lesion(lesion=lesion or ward.lesion, cause="test", by=ward.navigator, now=now)


def imaging(lesion):
    return FollowUp.objects.open().get(lesion=lesion, kind=ObligationKind.IMAGING)


def examined(ward, size="8", on=LAST_WEEK, now=NOW, **said):
    told = {"lirads": LiRads.LR_3} | said
    modality = told.pop("modality", Modality.MRI_EXTRACELLULAR)
    return record_exam(
        patient=ward.cirrhotic,
        report=report(finding(ward.lesion, size, **told), on=on, modality=modality),
        by=ward.navigator,
        now=now,
    )


def test_decision_is_on_file_with_everything_needed_to_recompute_it(ward):
    LesionObservationFactory(lesion=ward.lesion, lirads=LiRads.LR_3)

    assessment = assessed(ward)

    case = build_case(ward.lesion, as_of=TODAY)
    stored = LesionAssessment.objects.get()
    assert stored == assessment
    assert stored.inputs == case_as_json(case)
    assert stored.answer == answer_as_json(recommend(case))
    assert (stored.as_of, stored.assessed_at, stored.assessed_by) == (TODAY, NOW, ward.navigator)
    assert (stored.rule, stored.stop, stored.risk) == ("R69", False, "AT_RISK")
    assert stored.latest_on == date(2027, 2, 20)
    assert stored.preferred_modality


def test_same_facts_lead_to_no_second_decision(ward):
    LesionObservationFactory(lesion=ward.lesion)

    first = assessed(ward)
    second = assessed(ward, now=NEXT_WEEK)

    assert first == second
    assert FollowUp.objects.count() == FollowUp.objects.open().count()


def test_lesion_without_exam_is_reviewed_and_the_review_never_moves_later(ward):
    assessed(ward)
    review = FollowUp.objects.open().get()

    assessed(ward, now=NEXT_WEEK)

    assert FollowUp.objects.get() == review
    assert (review.kind, review.latest_on) == ("REVIEW", TODAY + timedelta(days=14))
    assert LesionAssessment.objects.count() == 1


def test_review_is_completed_when_the_facts_are_there(ward):
    assessed(ward)
    review = FollowUp.objects.get()

    examined(ward)

    review.refresh_from_db()
    assert (review.outcome, review.completed_by) == ("COMPLETED", None)


def test_other_facts_lead_to_a_further_decision_and_the_first_stays(ward):
    examined(ward)
    before = imaging(ward.lesion)

    examined(ward, "12", on=date(2026, 8, 30), modality=Modality.US)

    rules = list(LesionAssessment.objects.order_by("sequence").values_list("rule", flat=True))
    assert rules == ["R69", "R34a"]
    before.refresh_from_db()
    assert before.outcome == "COMPLETED"
    assert imaging(ward.lesion).recommendation == "DYNAMIC_CT_OR_MRI"


def test_successor_keeps_owner_and_the_place_on_the_ladder(ward):
    examined(ward)
    before = imaging(ward.lesion)
    colleague = MembershipFactory(site=ward.site, lead_navigator=True).user
    reassign(follow_up=before, owner=colleague, by=ward.navigator, now=NOW)

    examined(ward, None, on=date(2026, 8, 30), adequate=False, now=NEXT_WEEK)

    after = imaging(ward.lesion)
    assert after != before
    assert (after.owner, after.owed_since) == (colleague, TODAY)
    assert after.latest_on < before.latest_on


def test_successor_keeps_order_booking_and_snooze_where_they_still_make_sense(ward):
    examined(ward)
    before = imaging(ward.lesion)
    book_follow_up(
        follow_up=before,
        booked_for=date(2026, 10, 1),
        order_number="O-1",
        ordered_on=TODAY,
        by=ward.navigator,
        now=NOW,
    )
    snooze_follow_up(
        follow_up=before,
        until=date(2026, 9, 20),
        reason="booked",
        by=ward.navigator,
        now=NOW,
    )

    examined(ward, None, on=date(2026, 8, 30), adequate=False, modality=Modality.MRI_EXTRACELLULAR)

    after = imaging(ward.lesion)
    assert after != before
    assert after.advised_modality == before.advised_modality
    assert (after.booked_for, after.order_number) == (date(2026, 10, 1), "O-1")
    assert (after.snoozed_until, after.snooze_reason) == (date(2026, 9, 20), "booked")


def test_successor_drops_a_booking_that_is_too_late_and_a_snooze_past_its_last_day(ward):
    examined(ward)
    before = imaging(ward.lesion)
    book_follow_up(follow_up=before, booked_for=date(2027, 2, 20), by=ward.navigator, now=NOW)
    snooze_follow_up(
        follow_up=before, until=date(2027, 1, 5), reason="asked", by=ward.navigator, now=NOW
    )

    examined(ward, None, on=date(2026, 8, 30), adequate=False)

    after = imaging(ward.lesion)
    assert after.latest_on < date(2027, 1, 5)
    assert (after.booked_for, after.snoozed_until, after.snooze_reason) == (None, None, "")


def test_need_that_is_overdue_from_its_first_day_counts_from_that_day(ward):
    patient = PatientFactory(site=ward.site, low_risk=True)
    lesion = LesionFactory(patient=patient)
    told = report(finding(lesion, "8", conclusion=Conclusion.PROBABLY_BENIGN), on=date(2026, 2, 25))
    record_exam(patient=patient, report=told, by=None, now=NOW - timedelta(days=90))
    before = imaging(lesion)
    assert before.latest_on == date(2026, 8, 25)

    update_risk(
        patient=patient,
        facts=risk_facts(cirrhosis=Tri.YES),
        effective_on=TODAY,
        source="letter",
        by=None,
        now=NOW,
    )

    assert imaging(lesion).owed_since == before.owed_since  # it was overdue before


def test_exam_completes_what_was_owed_and_the_next_is_owed_from_then(ward):
    examined(ward, on=date(2026, 3, 1))
    before = imaging(ward.lesion)

    done = examined(ward, on=LAST_WEEK, now=NEXT_WEEK)

    before.refresh_from_db()
    after = imaging(ward.lesion)
    assert (before.outcome, before.completed_by) == ("COMPLETED", done.exam)
    assert before.closed_by == ward.navigator
    assert (after.owed_since, after.owner) == (date(2026, 9, 7), before.owner)


def test_exam_known_when_the_follow_up_opened_does_not_complete_it(ward):
    examined(ward)
    follow_up = imaging(ward.lesion)

    update_risk(
        patient=ward.cirrhotic,
        facts=risk_facts(chronic_hbv=Tri.YES),
        effective_on=TODAY,
        source="letter",
        by=None,
        now=NOW,
    )

    follow_up.refresh_from_db()
    assert follow_up.closed_at is None


def test_closing_resolves_escalations_and_cancels_what_waits_to_be_sent(ward):
    examined(ward, on=date(2026, 3, 1))
    follow_up = imaging(ward.lesion)
    escalation = EscalationFactory(follow_up=follow_up)
    messages = [
        _message(ward, "a", follow_up=follow_up),
        _message(ward, "b", escalation=escalation),
        _message(ward, "c", status=NotificationStatus.SENT, finished_at=NOW, follow_up=follow_up),
    ]

    examined(ward, on=LAST_WEEK)

    escalation.refresh_from_db()
    assert (escalation.resolved_at, escalation.resolution) == (NOW, "FOLLOW_UP_CLOSED")
    for message in messages:
        message.refresh_from_db()
    assert [message.status for message in messages] == ["CANCELLED", "CANCELLED", "SENT"]
    assert AuditEvent.objects.filter(action="escalation_resolved").count() == 1


def test_superseding_says_so_on_the_escalation(ward):
    examined(ward)
    escalation = EscalationFactory(follow_up=imaging(ward.lesion))

    examined(ward, None, on=date(2026, 8, 30), adequate=False)

    escalation.refresh_from_db()
    assert escalation.resolution == "SUPERSEDED"


def test_each_lesion_is_decided_at_the_day_of_its_own_site(ward):
    late = NOW.replace(hour=22)
    ward.site.time_zone = "Asia/Tokyo"
    ward.site.save()
    elsewhere = LesionFactory()

    there, here = assess_lesions(lesions=[elsewhere, ward.lesion], cause="test", by=None, now=late)

    assert (there.lesion, there.as_of) == (elsewhere, TODAY)
    assert (here.lesion, here.as_of) == (ward.lesion, TODAY + timedelta(days=1))


def test_second_open_lesion_asks_for_one_appointment(ward):
    other = LesionFactory(patient=ward.cirrhotic)
    exam = ImagingExamFactory(patient=ward.cirrhotic)
    for lesion in (ward.lesion, other):
        LesionObservationFactory(lesion=lesion, exam=exam, lirads=LiRads.LR_3)

    first, second = assess_lesions(lesions=[ward.lesion, other], cause="test", by=None, now=NOW)
    again = assess_lesions(lesions=[ward.lesion, other], cause="test", by=None, now=NOW)

    assert "A10" in first.answer["addons"]
    assert "A10" in second.answer["addons"]
    assert again == [first, second]


def test_closed_lesion_does_not_count_as_a_second_one(ward):
    patient = PatientFactory(site=ward.site, low_risk=True)
    open_one, closed_one = LesionFactory.create_batch(2, patient=patient)
    exam = ImagingExamFactory(patient=patient)
    LesionObservationFactory(lesion=open_one, exam=exam, conclusion=Conclusion.INDETERMINATE)
    LesionObservationFactory(lesion=closed_one, exam=exam, conclusion=Conclusion.BENIGN_SPECIFIC)

    first, closed = assess_lesions(lesions=[open_one, closed_one], cause="test", by=None, now=NOW)
    again = assess_lesions(lesions=[open_one, closed_one], cause="test", by=None, now=NOW)

    assert closed.stop
    assert "A10" not in first.answer["addons"]
    assert again == [first, closed]


def test_no_lesion_is_no_decision(db):
    assert assess_lesions(lesions=[], cause="test", by=None, now=NOW) == []


def test_many_lesions_cost_as_many_queries_as_few(ward):
    few = [_examined_lesion(ward) for _ in range(2)]
    many = [_examined_lesion(ward) for _ in range(12)]
    first_cost = _queries(few)

    assert _queries(many) <= first_cost
    assert _queries(few) < first_cost  # nothing new to write


def test_contact_attempts_are_left_alone(ward):
    examined(ward)

    assert not ContactAttempt.objects.exists()


def _examined_lesion(ward):
    lesion = LesionFactory(patient=PatientFactory(site=ward.site, cirrhotic=True))
    LesionObservationFactory(lesion=lesion)
    return lesion


def _queries(lesions) -> int:
    with CaptureQueriesContext(connection) as queries:
        assess_lesions(lesions=lesions, cause="test", by=None, now=NOW)
    return len(queries)


def _message(ward, key, **fields):
    return Notification.objects.create(
        site=ward.site,
        channel="IN_APP",
        template="ESCALATION_RAISED",
        dedupe_key=key,
        recipient=ward.navigator,
        created_at=NOW,
        not_before=NOW,
        **fields,
    )


def test_escalations_of_other_follow_ups_stay(ward):
    examined(ward, on=date(2026, 3, 1))
    other = EscalationFactory()

    examined(ward, on=LAST_WEEK)

    assert Escalation.objects.unresolved().get() == other
