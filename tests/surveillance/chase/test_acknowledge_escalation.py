"""Taking an escalation on: with a next action, for seven days at most."""

from datetime import date, datetime, timedelta

import pytest

from patients.models import AuditEvent, Site
from surveillance.models import Escalation, EscalationResolution, FollowUp, Notification
from surveillance.workflows.acknowledge_escalation import (
    AcknowledgementIncomplete,
    EscalationAlreadyResolved,
    EscalationAnsweredMeanwhile,
    acknowledge_escalation,
)
from surveillance.workflows.deliver import deliver
from surveillance.workflows.resolve_escalations import resolve_escalations
from surveillance.workflows.sweep import sweep
from tests.surveillance.chase.scenes import Clinic, a_clinic, a_follow_up, at
from tests.surveillance.factories import orphan_escalations

pytestmark = pytest.mark.django_db

DAY = date(2027, 2, 14)


@pytest.fixture
def clinic() -> Clinic:
    return a_clinic()


@pytest.fixture
def escalation(clinic: Clinic) -> Escalation:
    a_follow_up(clinic)
    sweep(now=at(DAY))
    return Escalation.objects.unresolved().get()


def answer(escalation: Escalation, clinic: Clinic, **changes: object) -> Escalation:
    arguments = {
        "escalation": escalation,
        "next_action": "call the patient",
        "until": DAY + timedelta(days=7),
        "by": clinic.lead,
        "now": at(DAY),
    }
    return acknowledge_escalation(**arguments | changes)  # type: ignore[arg-type]


def test_it_is_noted_who_does_what_by_when(clinic: Clinic, escalation: Escalation) -> None:
    noted = answer(escalation, clinic)

    assert noted.acknowledged_by == clinic.lead
    assert noted.acknowledged_at == at(DAY)
    assert noted.acknowledged_until == DAY + timedelta(days=7)
    assert noted.next_action == "call the patient"
    event = AuditEvent.objects.get(action="escalation_acknowledged")
    assert event.subject_id == str(escalation.pk)
    assert "call" not in str(event.detail)


def test_the_last_day_does_not_move(clinic: Clinic, escalation: Escalation) -> None:
    before = escalation.follow_up.latest_on

    answer(escalation, clinic)

    assert FollowUp.objects.get().latest_on == before


def test_the_same_answer_twice_changes_nothing(clinic: Clinic, escalation: Escalation) -> None:
    noted = answer(escalation, clinic)

    again = answer(noted, clinic, now=at(DAY) + timedelta(minutes=5))

    assert again.acknowledged_at == at(DAY)
    assert AuditEvent.objects.filter(action="escalation_acknowledged").count() == 1


def test_the_same_answer_from_a_page_that_never_heard_back_changes_nothing(
    clinic: Clinic, escalation: Escalation
) -> None:
    answer(escalation, clinic)

    again = answer(escalation, clinic, now=at(DAY) + timedelta(minutes=5))

    assert again.acknowledged_at == at(DAY)
    assert AuditEvent.objects.filter(action="escalation_acknowledged").count() == 1


def test_it_can_be_put_off_again_when_it_came_back(clinic: Clinic, escalation: Escalation) -> None:
    noted = answer(escalation, clinic)
    later = DAY + timedelta(days=8)

    again = answer(noted, clinic, until=later, now=at(later))

    assert again.acknowledged_until == later


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"next_action": "   "}, id="no next action"),
        pytest.param({"until": DAY - timedelta(days=1)}, id="yesterday"),
        pytest.param({"until": DAY + timedelta(days=8)}, id="eight days ahead"),
    ],
)
def test_an_incomplete_answer_is_refused(
    clinic: Clinic, escalation: Escalation, changes: dict[str, object]
) -> None:
    with pytest.raises(AcknowledgementIncomplete) as refusal:
        answer(escalation, clinic, **changes)

    assert refusal.value.code == "acknowledgement_incomplete"
    escalation.refresh_from_db()
    assert escalation.acknowledged_at is None


def test_a_resolved_escalation_cannot_be_taken_on(clinic: Clinic, escalation: Escalation) -> None:
    resolve_escalations(
        follow_ups=[escalation.follow_up],
        resolution=EscalationResolution.FOLLOW_UP_CLOSED,
        now=at(DAY),
    )

    with pytest.raises(EscalationAlreadyResolved):
        answer(escalation, clinic)


def test_two_people_answer_and_the_second_is_told(clinic: Clinic, escalation: Escalation) -> None:
    answer(Escalation.objects.get(pk=escalation.pk), clinic)

    with pytest.raises(EscalationAnsweredMeanwhile):
        answer(escalation, clinic, by=clinic.navigator, next_action="write a letter")


def test_two_people_answer_at_the_same_moment_and_one_wins(
    clinic: Clinic, escalation: Escalation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other answer is written after this one has read and before it writes."""
    local_date = Site.local_date

    def meanwhile(site: Site, now: datetime) -> date:
        Escalation.objects.update(
            acknowledged_at=at(DAY),
            acknowledged_by=clinic.navigator,
            acknowledged_until=DAY,
            next_action="write a letter",
        )
        return local_date(site, now)

    monkeypatch.setattr(Site, "local_date", meanwhile)

    with pytest.raises(EscalationAnsweredMeanwhile):
        answer(escalation, clinic)

    assert Escalation.objects.get(pk=escalation.pk).acknowledged_by != clinic.lead


def test_without_the_audit_event_nothing_is_noted(
    clinic: Clinic, escalation: Escalation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second write fails: the first is gone with it."""

    def refuse(*_arguments: object, **_named: object) -> None:
        raise RuntimeError("no audit trail")

    monkeypatch.setattr("patients.models.AuditEvent.objects.bulk_create", refuse)

    with pytest.raises(RuntimeError):
        answer(escalation, clinic)

    escalation.refresh_from_db()
    assert escalation.acknowledged_at is None


def test_whoever_takes_on_an_escalation_without_owner_owns_it(
    clinic: Clinic, escalation: Escalation
) -> None:
    orphan_escalations()

    assert answer(escalation, clinic).owner == clinic.lead


def test_the_message_about_an_escalation_is_read_once_it_is_answered(
    clinic: Clinic, escalation: Escalation
) -> None:
    deliver(now=at(DAY))
    told = Notification.objects.inbox_of(clinic.lead).filter(escalation=escalation)
    assert told.unread().exists()

    answer(escalation, clinic)

    assert not told.unread().exists()
