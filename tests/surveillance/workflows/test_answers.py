"""Answers to an escalation: what each records, and that none but one ends anything."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from patients.models import AuditEvent
from surveillance.models import (
    Escalation,
    EscalationAnswer,
    FollowUp,
    LesionAssessment,
    NotIndicated,
    OutsideCare,
    OverrideKind,
)
from surveillance.protocol.terms import Modality
from surveillance.timeline import build_timeline
from surveillance.workflows.acknowledge_escalation import (
    AcknowledgementIncomplete,
    EscalationAlreadyResolved,
    EscalationAnsweredMeanwhile,
)
from surveillance.workflows.answer_followed_elsewhere import (
    DecisionIsOurs,
    answer_followed_elsewhere,
)
from surveillance.workflows.answer_not_indicated import (
    NeedsReturn,
    NotSigned,
    answer_not_indicated,
)
from surveillance.workflows.answer_ordered import answer_ordered
from surveillance.workflows.answer_plan_changed import PlanDoesNotClose, answer_plan_changed
from surveillance.workflows.answer_several import SameAnswerRefused, answer_several
from surveillance.workflows.append_answer import AnswerNeedsReason
from surveillance.workflows.book_follow_up import book_follow_up
from surveillance.workflows.cancel_order import cancel_order
from surveillance.workflows.change_follow_up import FollowUpAlreadyClosed
from surveillance.workflows.override_assessment import OverrideRefused
from surveillance.workflows.record_outside_care import OutsideCareIncomplete
from surveillance.workflows.refuse_impossible_order import OrderImpossible
from surveillance.workflows.review_outside_care import review_outside_care
from surveillance.workflows.sweep import sweep
from tests.factories import NOW, TODAY
from tests.surveillance.web.scenes import (
    Clinic,
    a_clinic,
    escalated,
    surveyed,
    surveyed_too,
)

pytestmark = pytest.mark.django_db

IN_A_WEEK = TODAY + timedelta(days=7)
FULL = (answer_ordered, answer_plan_changed, answer_not_indicated, answer_followed_elsewhere)


@pytest.fixture
def clinic() -> Clinic:
    return a_clinic()


@pytest.fixture
def follow_up(clinic: Clinic) -> FollowUp:
    """Imaging that is found today to be overdue: tier 2 at once, tier 3 in a week (8.6)."""
    row = surveyed(clinic)
    sweep(now=NOW)
    return FollowUp.objects.get(pk=row.pk)


@pytest.fixture
def escalation(follow_up: FollowUp) -> Escalation:
    row = Escalation.objects.unresolved().get(follow_up=follow_up)
    assert row.tier == 2
    return row


SAID: dict[Any, dict[str, Any]] = {
    answer_ordered: {"order_number": "O-7", "ordered_on": TODAY, "until": IN_A_WEEK},
    answer_plan_changed: {
        "kind": OverrideKind.MODALITY,
        "modality": Modality.CT_MULTIPHASE,
        "reason": "Cannot lie still in the MRI.",
        "until": IN_A_WEEK,
    },
    answer_not_indicated: {
        "why": NotIndicated.NOT_NOW,
        "reason": "In hospital with pneumonia.",
        "until": IN_A_WEEK,
    },
    answer_followed_elsewhere: {
        "institution": "Liver centre, Cork",
        "evidence": "Letter of Dr Byrne.",
        "expires_on": date(2026, 9, 20),
        "until": IN_A_WEEK,
    },
}
every_answer = pytest.mark.parametrize("answer", FULL)


def given(answer: Any, escalation: Escalation, clinic: Clinic, **changed: Any) -> EscalationAnswer:
    row: EscalationAnswer = answer(
        **{"escalation": escalation, "by": clinic.clinician, "now": NOW} | SAID[answer] | changed
    )
    return row


@every_answer
class TestEveryAnswer:
    def test_is_on_file_and_acknowledges_until_its_day(self, answer, escalation, clinic) -> None:
        row = given(answer, escalation, clinic)

        escalation.refresh_from_db()
        assert (row.escalation, row.answered_by) == (escalation, clinic.clinician)
        assert (row.answered_at, row.promised_on) == (NOW, IN_A_WEEK)
        assert escalation.acknowledged_by == clinic.clinician
        assert escalation.acknowledged_until == IN_A_WEEK

    def test_ends_nothing_and_comes_back(self, answer, escalation, clinic, follow_up) -> None:
        given(answer, escalation, clinic)
        latest = follow_up.latest_on

        sweep(now=NOW + timedelta(days=8))

        standing = FollowUp.objects.open().get(lesion=follow_up.lesion, kind=follow_up.kind)
        assert standing.latest_on == latest
        back = Escalation.objects.get(follow_up=standing, tier=2)
        assert back.resolved_at is None
        assert back.notifications.filter(template="ESCALATION_RETURNED").exists()

    def test_is_audited_without_its_words(self, answer, escalation, clinic) -> None:
        row = given(answer, escalation, clinic)

        event = AuditEvent.objects.get(action="escalation_answered")
        assert event.subject_id == str(row.pk)
        assert event.detail == {
            "escalation": str(escalation.pk),
            "kind": row.kind,
            "until": "2026-09-07",
        }

    def test_is_in_the_history(self, answer, escalation, clinic, follow_up) -> None:
        row = given(answer, escalation, clinic)

        [entry] = [one for one in build_timeline(follow_up.lesion) if one.kind == "ANSWER"]
        assert entry.title == f"Answer to tier 2: {row.get_kind_display()}"
        assert "Comes back after: 2026-09-07" in entry.detail

    def test_twice_is_once_even_from_the_same_page(self, answer, escalation, clinic) -> None:
        first = given(answer, escalation, clinic)
        events = AuditEvent.objects.count()

        assert given(answer, escalation, clinic) == first
        assert EscalationAnswer.objects.count() == 1
        assert AuditEvent.objects.count() == events

    def test_to_what_somebody_else_answered_is_refused(self, answer, escalation, clinic) -> None:
        given(answer, escalation, clinic, by=clinic.clinician)
        other = next(one for one in FULL if one not in (answer, answer_plan_changed))

        with pytest.raises((EscalationAnsweredMeanwhile, EscalationAlreadyResolved)):
            given(other, escalation, clinic)

    def test_to_a_resolved_escalation_is_refused(self, answer, escalation, clinic) -> None:
        Escalation.objects.filter(pk=escalation.pk).update(
            resolved_at=NOW, resolution="BOOKED_IN_TIME"
        )

        with pytest.raises(EscalationAlreadyResolved):
            given(answer, escalation, clinic)

        assert not OutsideCare.objects.exists()

    def test_longer_than_seven_days_is_refused_and_undoes_all(
        self, answer, escalation, clinic
    ) -> None:
        with pytest.raises(AcknowledgementIncomplete) as refused:
            given(answer, escalation, clinic, until=TODAY + timedelta(days=8))

        assert refused.value.details["field"] == "until"
        assert not EscalationAnswer.objects.exists()
        assert not OutsideCare.objects.exists()

    def test_is_undone_when_it_cannot_be_written(
        self, answer, escalation, clinic, monkeypatch
    ) -> None:
        def broken(*_args: Any, **_kwargs: Any) -> None:
            raise RuntimeError("the last write fails")

        monkeypatch.setattr(EscalationAnswer.objects.__class__, "create", broken)
        with pytest.raises(RuntimeError):
            given(answer, escalation, clinic)

        escalation.refresh_from_db()
        assert escalation.acknowledged_at is None
        assert FollowUp.objects.open().get(pk=escalation.follow_up_id).order_number == ""
        assert not LesionAssessment.objects.exclude(overrides=None).exists()


def test_order_is_on_the_follow_up_and_a_booking_resolves(escalation, clinic, follow_up) -> None:
    given(answer_ordered, escalation, clinic)
    follow_up.refresh_from_db()
    assert (follow_up.order_number, follow_up.ordered_on) == ("O-7", TODAY)
    assert follow_up.booked_for is None

    steps = [one.title for one in build_timeline(follow_up.lesion) if one.kind == "STEP"]
    assert steps == ["Ordered 2026-08-31"]


def test_order_leaves_a_booking_that_stands(escalation, clinic, follow_up) -> None:
    late = TODAY + timedelta(days=5)
    book_follow_up(follow_up=follow_up, booked_for=late, by=clinic.navigator, now=NOW)

    given(answer_ordered, escalation, clinic)

    follow_up.refresh_from_db()
    assert follow_up.booked_for == late


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        pytest.param({"order_number": " "}, "order_number", id="no number"),
        pytest.param({"ordered_on": TODAY + timedelta(days=1)}, "ordered_on", id="of the future"),
    ],
)
def test_impossible_order_is_refused(escalation, clinic, changed, field) -> None:
    with pytest.raises(OrderImpossible) as refused:
        given(answer_ordered, escalation, clinic, **changed)

    assert refused.value.details["field"] == field
    escalation.refresh_from_db()
    assert escalation.acknowledged_at is None


def test_review_cannot_be_ordered(escalation, clinic, follow_up) -> None:
    follow_up.kind = "REVIEW"
    escalation.follow_up = follow_up

    with pytest.raises(OrderImpossible):
        given(answer_ordered, escalation, clinic)


def test_nothing_is_ordered_for_a_referral(escalation, clinic, follow_up) -> None:
    follow_up.kind = "REFERRAL"
    escalation.follow_up = follow_up

    with pytest.raises(OrderImpossible, match="answered by what it brought"):
        given(answer_ordered, escalation, clinic)

    assert not EscalationAnswer.objects.exists()


def test_nobody_elsewhere_takes_a_decision_of_this_site(escalation, clinic, follow_up) -> None:
    follow_up.kind = "REVIEW"
    escalation.follow_up = follow_up

    with pytest.raises(DecisionIsOurs):
        given(answer_followed_elsewhere, escalation, clinic)

    assert not OutsideCare.objects.exists()


class TestAnswerSeveral:
    """Several escalations of one patient: each its own answer, all of them or none."""

    @pytest.fixture
    def second(self, escalation: Escalation, clinic: Clinic) -> Escalation:
        return escalated(surveyed_too(escalation.follow_up.patient, "L2"), clinic.lead, tier=2)

    def test_each_is_answered(self, escalation, second, clinic) -> None:
        answer_several(
            escalations=[escalation, second],
            answer=lambda one: given(answer_not_indicated, one, clinic),
        )

        answered = EscalationAnswer.objects.values_list("escalation", flat=True)
        assert set(answered) == {escalation.pk, second.pk}
        assert AuditEvent.objects.filter(action="escalation_answered").count() == 2

    def test_one_that_is_refused_undoes_the_first(self, escalation, second, clinic) -> None:
        Escalation.objects.filter(pk=second.pk).update(
            resolved_at=NOW, resolution="FOLLOW_UP_CLOSED"
        )

        with pytest.raises(SameAnswerRefused, match="L2: This escalation was resolved"):
            answer_several(
                escalations=[escalation, second],
                answer=lambda one: given(answer_ordered, one, clinic),
            )

        assert not EscalationAnswer.objects.exists()
        escalation.refresh_from_db()
        escalation.follow_up.refresh_from_db()
        assert escalation.acknowledged_at is None
        assert escalation.follow_up.order_number == ""

    def test_other_patients_are_refused(self, escalation, clinic) -> None:
        strangers = escalated(surveyed(clinic), clinic.lead, tier=2)

        with pytest.raises(SameAnswerRefused, match="one patient"):
            answer_several(
                escalations=[escalation, strangers],
                answer=lambda one: given(answer_ordered, one, clinic),
            )


def test_changed_plan_is_a_decision_beside_the_rule(escalation, clinic, follow_up) -> None:
    row = given(answer_plan_changed, escalation, clinic)

    assert row.assessment is not None
    assert row.assessment.override_kind == OverrideKind.MODALITY
    assert row.assessment.assessed_by == clinic.clinician
    successor = FollowUp.objects.open().get(lesion=follow_up.lesion, kind="IMAGING")
    assert successor.pk != follow_up.pk
    assert successor.advised_modality == Modality.CT_MULTIPHASE


def test_who_changed_the_plan_is_not_asked_again_at_once(escalation, clinic, follow_up) -> None:
    given(answer_plan_changed, escalation, clinic)
    successor = FollowUp.objects.open().get(lesion=follow_up.lesion, kind="IMAGING")

    sweep(now=NOW + timedelta(minutes=15))

    carried = Escalation.objects.unresolved().get(follow_up=successor, tier=2)
    assert (carried.acknowledged_by, carried.acknowledged_until) == (clinic.clinician, IN_A_WEEK)
    assert carried.owner == escalation.owner
    assert not carried.notifications.exists()


@pytest.mark.parametrize("who", ["navigator", "lead"])
def test_only_a_clinician_changes_the_plan(escalation, clinic, who) -> None:
    with pytest.raises(OverrideRefused):
        given(answer_plan_changed, escalation, clinic, by=getattr(clinic, who))

    assert not EscalationAnswer.objects.exists()


def test_a_plan_that_replaces_nothing_leaves_the_escalation_where_it_is(
    escalation, clinic, follow_up
) -> None:
    given(answer_plan_changed, escalation, clinic, modality=Modality(follow_up.advised_modality))

    assert FollowUp.objects.open().get(lesion=follow_up.lesion, kind=follow_up.kind) == follow_up
    assert Escalation.objects.unresolved().get() == escalation


def test_a_plan_does_not_end_surveillance(escalation, clinic) -> None:
    with pytest.raises(PlanDoesNotClose):
        given(answer_plan_changed, escalation, clinic, kind=OverrideKind.CLOSE, modality=None)


def signed(escalation: Escalation, clinic: Clinic, **changed: Any) -> EscalationAnswer:
    said = {
        "why": NotIndicated.NOT_APPROPRIATE,
        "reason": "Child C, no transplant.",
        "is_signed": True,
        "until": None,
    }
    return given(answer_not_indicated, escalation, clinic, **said | changed)


def test_signed_not_appropriate_ends_what_is_owed(escalation, clinic, follow_up) -> None:
    row = signed(escalation, clinic)

    follow_up.refresh_from_db()
    escalation.refresh_from_db()
    assert (follow_up.outcome, escalation.resolution) == ("NOT_APPROPRIATE", "FOLLOW_UP_CLOSED")
    assert row.assessment is not None
    assert row.assessment.override_kind == OverrideKind.CLOSE
    assert row.promised_on is None
    assert signed(escalation, clinic) == row


def test_nothing_ends_without_a_signature(escalation, clinic, follow_up) -> None:
    with pytest.raises(NotSigned):
        signed(escalation, clinic, is_signed=False)
    for nobody in (clinic.navigator, clinic.lead, clinic.administrator):
        with pytest.raises(OverrideRefused):
            signed(escalation, clinic, by=nobody)

    follow_up.refresh_from_db()
    assert follow_up.closed_at is None
    assert not EscalationAnswer.objects.exists()


def test_signing_what_a_colleague_answered_meanwhile_is_refused(escalation, clinic) -> None:
    given(answer_ordered, escalation, clinic)

    with pytest.raises(EscalationAnsweredMeanwhile):
        signed(escalation, clinic)


@pytest.mark.parametrize("why", [one for one in NotIndicated if one != "NOT_APPROPRIATE"])
def test_any_other_reason_is_an_answer_only(escalation, clinic, follow_up, why) -> None:
    given(answer_not_indicated, escalation, clinic, why=why, is_signed=True)

    follow_up.refresh_from_db()
    assert follow_up.closed_at is None
    assert not LesionAssessment.objects.exclude(overrides=None).exists()


def test_what_stays_owed_says_when_somebody_looks_again(escalation, clinic) -> None:
    with pytest.raises(NeedsReturn):
        given(answer_not_indicated, escalation, clinic, until=None)


def test_an_answer_says_why(escalation, clinic) -> None:
    with pytest.raises(AnswerNeedsReason):
        given(answer_not_indicated, escalation, clinic, reason=" ")

    escalation.refresh_from_db()
    assert escalation.acknowledged_at is None


def test_evidence_of_care_elsewhere_is_on_file(escalation, clinic, follow_up) -> None:
    row = given(answer_followed_elsewhere, escalation, clinic)

    care = OutsideCare.objects.get()
    assert row.outside_care == care
    assert (care.follow_up, care.patient) == (follow_up, follow_up.patient)
    assert (care.institution, care.recorded_by) == ("Liver centre, Cork", clinic.clinician)


def test_incomplete_evidence_answers_nothing(escalation, clinic) -> None:
    with pytest.raises(OutsideCareIncomplete):
        given(answer_followed_elsewhere, escalation, clinic, institution=" ")

    escalation.refresh_from_db()
    assert escalation.acknowledged_at is None


def test_order_for_what_was_closed_meanwhile_is_refused(escalation, clinic, follow_up) -> None:
    FollowUp.objects.filter(pk=follow_up.pk).update(
        closed_at=datetime(2026, 8, 31, 8, tzinfo=NOW.tzinfo), outcome="REMOVED"
    )

    with pytest.raises(FollowUpAlreadyClosed):
        given(answer_ordered, escalation, clinic)


def test_another_plan_with_the_same_words_is_not_passed_over(escalation, clinic, follow_up) -> None:
    given(answer_plan_changed, escalation, clinic)

    with pytest.raises(EscalationAlreadyResolved):
        given(
            answer_plan_changed,
            escalation,
            clinic,
            kind=OverrideKind.MODALITY,
            modality=Modality.MRI_EXTRACELLULAR,
        )


def test_corrected_evidence_is_not_passed_over(escalation, clinic) -> None:
    given(answer_followed_elsewhere, escalation, clinic)
    escalation.refresh_from_db()
    shorter = TODAY + timedelta(days=5)

    again = given(answer_followed_elsewhere, escalation, clinic, expires_on=shorter)
    twice = given(answer_followed_elsewhere, escalation, clinic, expires_on=shorter)

    assert again.outside_care is not None
    assert again.outside_care.expires_on == shorter
    assert twice == again
    assert EscalationAnswer.objects.count() == 2


def test_evidence_that_a_second_look_rejected_answers_nothing(escalation, clinic) -> None:
    care = given(answer_followed_elsewhere, escalation, clinic).outside_care
    assert care is not None
    review_outside_care(
        outside_care=care, is_sufficient=False, note="No date.", by=clinic.lead, now=NOW
    )
    escalation.refresh_from_db()

    for until in (IN_A_WEEK, TODAY + timedelta(days=1)):
        with pytest.raises(OutsideCareIncomplete, match=r"No date\."):
            given(answer_followed_elsewhere, escalation, clinic, until=until)

    escalation.refresh_from_db()
    assert escalation.acknowledged_until == TODAY - timedelta(days=1)


def test_an_order_that_was_cancelled_can_be_answered_again(escalation, clinic, follow_up) -> None:
    given(answer_ordered, escalation, clinic)
    follow_up.refresh_from_db()
    cancel_order(follow_up=follow_up, reason="Wrong patient.", by=clinic.clinician, now=NOW)
    escalation.refresh_from_db()

    given(answer_ordered, escalation, clinic)

    follow_up.refresh_from_db()
    assert (follow_up.order_number, follow_up.ordered_on) == ("O-7", TODAY)
    assert EscalationAnswer.objects.count() == 2
