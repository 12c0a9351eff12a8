"""What a provider reports of a message: kept, whatever the order; what came back goes on."""

from datetime import date
from itertools import permutations
from typing import Any
from uuid import uuid4

import pytest

from patients.models import AuditEvent, Tri
from surveillance.models import FollowUp, FollowUpOutcome, Notification, Report
from surveillance.workflows import record_delivery_report as module
from surveillance.workflows.deliver import deliver
from surveillance.workflows.record_delivery_report import record_delivery_report
from surveillance.workflows.sweep import sweep
from tests.surveillance.chase.scenes import Clinic, a_clinic, a_follow_up, a_patient, at

pytestmark = pytest.mark.django_db

NOW = at(date(2026, 11, 2))


@pytest.fixture
def clinic() -> Clinic:
    return a_clinic()


@pytest.fixture
def sent(clinic: Clinic) -> Notification:
    """A reminder that the mail server took."""
    follow_up = a_follow_up(clinic, patient=a_patient(clinic, reachable=True))
    sweep(now=NOW)
    deliver(now=NOW)
    return Notification.objects.select_related("patient", "follow_up").get(
        patient=follow_up.patient
    )


def report(message: Notification, what: Report, **fields: Any) -> bool:
    said: dict[str, Any] = {
        "provider_message_id": message.provider_message_id,
        "report": what,
        "now": NOW,
    }
    return record_delivery_report(**said | fields)


def test_a_delivery_is_kept_and_changes_nothing_else(sent: Notification) -> None:
    assert report(sent, Report.DELIVERED)
    assert not report(sent, Report.DELIVERED)

    sent.refresh_from_db()
    assert (sent.reported, sent.reported_at) == (Report.DELIVERED, NOW)
    assert AuditEvent.objects.filter(action="delivery_reported").count() == 1
    assert Notification.objects.count() == 1


def test_what_came_back_becomes_a_call_and_the_address_is_marked(
    clinic: Clinic, sent: Notification
) -> None:
    report(sent, Report.UNDELIVERABLE)
    report(sent, Report.UNDELIVERABLE)

    patient = sent.patient
    assert patient is not None
    patient.refresh_from_db()
    assert patient.undeliverable_email == patient.email
    assert patient.undeliverable_email_on == NOW.date()
    assert patient.is_email_undeliverable
    task = Notification.objects.get(channel="IN_APP")
    assert (task.recipient, task.cause) == (clinic.navigator, "address_came_back")


def test_the_next_reminder_does_not_go_where_the_last_came_back(sent: Notification) -> None:
    report(sent, Report.UNDELIVERABLE)

    sweep(now=at(date(2026, 12, 17)))

    newest = Notification.objects.order_by("-created_at").first()
    assert newest is not None
    assert newest.channel == "IN_APP"


def test_an_address_corrected_meanwhile_is_not_marked(sent: Notification) -> None:
    assert sent.patient is not None
    bounced, sent.patient.email = sent.patient.email, "new@example.org"
    sent.patient.save()

    report(sent, Report.UNDELIVERABLE, address=bounced)

    sent.patient.refresh_from_db()
    assert not sent.patient.is_email_undeliverable
    assert Notification.objects.filter(channel="IN_APP").exists()


def test_a_complaint_is_as_good_as_a_stop(sent: Notification) -> None:
    report(sent, Report.COMPLAINED)

    assert sent.patient is not None
    sent.patient.refresh_from_db()
    assert sent.patient.consent_email == Tri.NO


@pytest.mark.parametrize("order", list(permutations(Report)))
def test_the_worst_report_stands_in_whatever_order_they_come(
    sent: Notification, order: tuple[Report, ...]
) -> None:
    for what in order:
        report(sent, what)

    sent.refresh_from_db()
    assert sent.reported == Report.COMPLAINED


def test_what_is_no_longer_owed_is_not_sent_again(sent: Notification) -> None:
    assert sent.follow_up is not None
    open_one = FollowUp.objects.filter(pk=sent.follow_up.pk)
    open_one.update(closed_at=NOW, outcome=FollowUpOutcome.SUPERSEDED)

    report(sent, Report.UNDELIVERABLE)

    assert not Notification.objects.filter(channel="IN_APP").exists()


def test_a_report_that_comes_before_the_receipt_is_known_by_our_id(sent: Notification) -> None:
    Notification.objects.filter(pk=sent.pk).update(provider_message_id="")

    assert report(sent, Report.DELIVERED, provider_message_id="SM9", our_id=sent.pk)


@pytest.mark.parametrize(
    "ids",
    [
        {"provider_message_id": ""},
        {"provider_message_id": "of another system"},
        {"our_id": uuid4()},
    ],
)
def test_a_report_of_an_unknown_message_changes_nothing(
    sent: Notification, ids: dict[str, Any]
) -> None:
    assert not report(sent, Report.UNDELIVERABLE, **ids)

    sent.refresh_from_db()
    assert sent.reported == ""


def test_a_report_is_not_kept_when_the_reminder_cannot_go_on(
    sent: Notification, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_off(**_: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(module, "fall_back", break_off)

    with pytest.raises(RuntimeError):
        report(sent, Report.UNDELIVERABLE)

    sent.refresh_from_db()
    assert sent.reported == ""
    assert sent.patient is not None
    sent.patient.refresh_from_db()
    assert not sent.patient.is_email_undeliverable


def test_a_message_to_a_colleague_that_came_back_marks_no_patient(sent: Notification) -> None:
    assert sent.patient is not None
    Notification.objects.filter(pk=sent.pk).update(recipient=a_clinic().lead)

    report(sent, Report.UNDELIVERABLE)

    sent.patient.refresh_from_db()
    assert not sent.patient.is_email_undeliverable
