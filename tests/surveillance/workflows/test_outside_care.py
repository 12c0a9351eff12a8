"""Evidence that a patient is followed elsewhere: believed for a while, and it closes nothing."""

from datetime import date, timedelta
from typing import Any

import pytest

from patients.models import AuditEvent, Role
from surveillance.models import (
    Escalation,
    FollowUp,
    Notification,
    OutsideCare,
    OutsideCareReview,
    OutsideCareState,
)
from surveillance.timeline import build_timeline
from surveillance.workflows.answer_followed_elsewhere import answer_followed_elsewhere
from surveillance.workflows.change_follow_up import FollowUpAlreadyClosed
from surveillance.workflows.record_outside_care import (
    OutsideCareIncomplete,
    latest_expiry,
    record_outside_care,
)
from surveillance.workflows.review_outside_care import (
    AlreadyReviewed,
    ReviewNeedsReason,
    SecondLookByAnother,
    review_outside_care,
)
from surveillance.workflows.sweep import sweep
from tests.factories import NOW, TODAY, MembershipFactory
from tests.surveillance.factories import FollowUpFactory, LesionFactory, OutsideCareFactory

EXPIRY = date(2026, 9, 20)


@pytest.fixture
def follow_up(ward) -> FollowUp:
    row: FollowUp = FollowUpFactory(lesion=ward.lesion, owner=ward.navigator)
    return row


@pytest.fixture
def lead(ward):
    return MembershipFactory(site=ward.site, lead_navigator=True).user


def recorded(ward, follow_up, **changed) -> OutsideCare:
    said: dict[str, Any] = {
        "institution": "Liver centre, Cork",
        "evidence": "Letter of Dr Byrne.",
        "document_reference": "scan 12",
        "expires_on": EXPIRY,
        "by": ward.navigator,
        "now": NOW,
    }
    return record_outside_care(follow_up=follow_up, **said | changed)


def reviewed(care, by, *, is_sufficient=True, note="") -> OutsideCareReview:
    return review_outside_care(
        outside_care=care, is_sufficient=is_sufficient, note=note, by=by, now=NOW
    )


def told(template: str) -> list[Any]:
    return [row.recipient for row in Notification.objects.filter(template=template)]


def test_evidence_asks_for_a_second_look_and_for_the_report(ward, follow_up, lead) -> None:
    care = recorded(ward, follow_up)

    assert care.state_on(TODAY) == OutsideCareState.UNCONFIRMED
    assert told("OUTSIDE_CARE_SECOND_LOOK") == [lead]
    assert told("OUTSIDE_CARE_REPORT") == [ward.navigator]
    event = AuditEvent.objects.get(action="outside_care_recorded")
    assert event.detail == {"follow_up": str(follow_up.pk), "expires_on": "2026-09-20"}
    assert FollowUp.objects.open().get().version == follow_up.version


def test_second_look_is_never_asked_of_who_recorded_it(ward, follow_up, lead) -> None:
    recorded(ward, follow_up, by=lead)

    assert told("OUTSIDE_CARE_SECOND_LOOK") == [ward.clinician]


def test_same_evidence_again_changes_nothing(ward, follow_up, lead) -> None:
    assert recorded(ward, follow_up) == recorded(ward, follow_up)
    assert Notification.objects.count() == 2


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        pytest.param({"institution": " "}, "institution", id="no institution"),
        pytest.param({"evidence": " "}, "evidence", id="nothing seen"),
        pytest.param({"expires_on": TODAY - timedelta(days=1)}, "expires_on", id="past"),
        pytest.param({"expires_on": date(2027, 2, 21)}, "expires_on", id="after the last day"),
    ],
)
def test_evidence_that_cannot_be_is_refused(ward, follow_up, changed, field) -> None:
    with pytest.raises(OutsideCareIncomplete) as refused:
        recorded(ward, follow_up, **changed)

    assert refused.value.details["field"] == field
    assert not OutsideCare.objects.exists()


@pytest.mark.parametrize(
    ("latest_on", "until"),
    [
        pytest.param(date(2027, 2, 20), date(2027, 2, 20), id="the last day"),
        pytest.param(date(2026, 8, 1), date(2026, 9, 30), id="thirty days where it is past"),
    ],
)
def test_evidence_counts_at_most(ward, latest_on, until) -> None:
    row = FollowUpFactory(
        lesion=ward.lesion,
        earliest_on=date(2026, 6, 1),
        target_on=date(2026, 7, 1),
        latest_on=latest_on,
    )

    assert latest_expiry(row, TODAY) == until
    assert recorded(ward, row, expires_on=until).expires_on == until


def test_evidence_about_what_is_closed_is_refused(ward, follow_up) -> None:
    FollowUp.objects.update(closed_at=NOW, outcome="REMOVED")

    with pytest.raises(FollowUpAlreadyClosed):
        recorded(ward, follow_up)


def test_evidence_is_gone_when_nobody_can_be_asked(ward, follow_up, lead, monkeypatch) -> None:
    def broken(*_args: Any, **_kwargs: Any) -> None:
        raise RuntimeError("the outbox is broken")

    monkeypatch.setattr(Notification.objects.__class__, "bulk_create", broken)
    with pytest.raises(RuntimeError):
        recorded(ward, follow_up)

    assert not OutsideCare.objects.exists()


def test_another_person_confirms_and_nothing_closes(ward, follow_up) -> None:
    care = recorded(ward, follow_up)

    review = reviewed(care, ward.clinician)

    stored = OutsideCare.objects.get()
    assert stored.state_on(EXPIRY) == OutsideCareState.CONFIRMED
    assert stored.state_on(EXPIRY + timedelta(days=1)) == OutsideCareState.EXPIRED
    assert review.reviewed_by == ward.clinician
    assert FollowUp.objects.open().filter(pk=follow_up.pk).exists()
    assert AuditEvent.objects.get(action="outside_care_reviewed").detail == {"is_sufficient": True}
    titles = {one.title for one in build_timeline(ward.lesion) if one.kind == "OUTSIDE_CARE"}
    assert titles == {
        "Followed elsewhere: Liver centre, Cork",
        "Second look at the evidence: confirmed",
    }


def test_nobody_confirms_alone(ward, follow_up) -> None:
    care = recorded(ward, follow_up, by=ward.clinician)

    with pytest.raises(SecondLookByAnother):
        reviewed(care, ward.clinician)


@pytest.mark.parametrize("role", [Role.NURSE_NAVIGATOR, Role.ADMINISTRATOR, Role.AUDITOR])
def test_second_look_needs_a_lead_or_a_doctor_of_the_site(ward, role) -> None:
    care = OutsideCareFactory(follow_up__lesion=ward.lesion)
    elsewhere = MembershipFactory(clinician=True).user
    for nobody in (MembershipFactory(site=ward.site, role=role).user, elsewhere):
        with pytest.raises(SecondLookByAnother):
            reviewed(care, nobody)


def test_what_is_not_sufficient_brings_the_escalation_back_today(ward, lead) -> None:
    row = FollowUpFactory(
        lesion=LesionFactory(patient=ward.cirrhotic),
        earliest_on=date(2026, 5, 1),
        target_on=date(2026, 7, 1),
        latest_on=date(2026, 8, 16),
        owed_since=date(2026, 5, 1),
    )
    sweep(now=NOW)
    escalation = Escalation.objects.unresolved().get(follow_up=row)
    answer = answer_followed_elsewhere(
        escalation=escalation,
        institution="Cork",
        evidence="The patient says so.",
        expires_on=EXPIRY,
        until=TODAY + timedelta(days=7),
        by=ward.clinician,
        now=NOW,
    )

    reviewed(answer.outside_care, lead, is_sufficient=False, note="No document.")
    sweep(now=NOW + timedelta(minutes=15))

    assert escalation in Escalation.objects.awaiting_answer(TODAY)
    assert told("ESCALATION_RETURNED")
    assert OutsideCare.objects.get().state_on(TODAY) == OutsideCareState.NOT_SUFFICIENT


def test_not_sufficient_says_what_is_missing(ward, follow_up) -> None:
    care = recorded(ward, follow_up)

    with pytest.raises(ReviewNeedsReason):
        reviewed(care, ward.clinician, is_sufficient=False, note=" ")

    assert not OutsideCareReview.objects.exists()


def test_the_first_verdict_stands(ward, follow_up, lead) -> None:
    care = recorded(ward, follow_up)
    first = reviewed(care, ward.clinician)

    assert reviewed(care, lead) == first
    with pytest.raises(AlreadyReviewed):
        reviewed(care, lead, is_sufficient=False, note="No document.")


def test_expired_evidence_asks_for_the_report_once(ward, follow_up) -> None:
    recorded(ward, follow_up)
    Notification.objects.all().delete()

    sweep(now=NOW + timedelta(days=20))
    assert told("OUTSIDE_CARE_REPORT") == []
    for days in (21, 22):
        sweep(now=NOW + timedelta(days=days))

    assert told("OUTSIDE_CARE_REPORT") == [ward.navigator]


def test_expired_evidence_about_what_is_done_asks_for_nothing(ward, follow_up) -> None:
    recorded(ward, follow_up)
    Notification.objects.all().delete()
    FollowUp.objects.update(closed_at=NOW, outcome="REMOVED")

    sweep(now=NOW + timedelta(days=21))

    assert told("OUTSIDE_CARE_REPORT") == []
