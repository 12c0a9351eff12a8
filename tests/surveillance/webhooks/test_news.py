"""What other systems are told: each event once, however often and late it is looked for."""

from datetime import date, datetime, timedelta
from typing import Any

from patients.models import Site
from surveillance.models import FollowUp, FollowUpOutcome, WebhookDelivery, WebhookEndpoint
from surveillance.workflows.queue_webhooks import queue_webhooks
from surveillance.workflows.switch_webhook_endpoint import switch_webhook_endpoint
from tests.factories import NOW, TODAY, PatientFactory
from tests.surveillance.factories import EscalationFactory, FollowUpFactory, LesionFactory

DAY = timedelta(days=1)


def owed(site: Site, *, latest: date, opened: datetime = NOW - 30 * DAY, **more: Any) -> FollowUp:
    lesion = LesionFactory(patient=PatientFactory(site=site))
    window = {
        "earliest_on": latest - 90 * DAY,
        "target_on": latest - 30 * DAY,
        "latest_on": latest,
    }
    return FollowUpFactory(lesion=lesion, opened_at=opened, **window, **more)


def told() -> list[str]:
    return sorted(WebhookDelivery.objects.values_list("body__type", flat=True))


def test_what_opened_is_told_once(site: Site, endpoint: WebhookEndpoint) -> None:
    row = owed(site, latest=TODAY + 90 * DAY, opened=NOW)

    counts = [queue_webhooks(now=NOW + timedelta(minutes=minutes)) for minutes in (1, 2, 60)]

    assert (counts, told()) == ([1, 0, 0], ["follow_up.opened"])
    body = WebhookDelivery.objects.get().body
    assert body["data"]["follow_up"] == str(row.pk)
    assert body["data"]["latest_on"] == row.latest_on.isoformat()


def test_dates_bring_due_and_overdue_on_their_first_day(
    site: Site, endpoint: WebhookEndpoint
) -> None:
    owed(site, latest=TODAY + 31 * DAY)
    owed(site, latest=TODAY - 40 * DAY)  # overdue for long when the endpoint was made: not news

    for days in (0, 1, 2, 31, 32, 33):
        queue_webhooks(now=NOW + days * DAY)

    found = WebhookDelivery.objects.order_by("created_at").values_list("event", "created_at")
    assert list(found) == [("DUE", NOW + 2 * DAY), ("OVERDUE", NOW + 32 * DAY)]


def test_what_opens_overdue_is_told_as_both(site: Site, endpoint: WebhookEndpoint) -> None:
    owed(site, latest=TODAY - DAY, opened=NOW)

    queue_webhooks(now=NOW)

    assert told() == ["follow_up.opened", "follow_up.overdue"]


def test_what_ends_and_what_is_escalated_is_told(site: Site, endpoint: WebhookEndpoint) -> None:
    row = owed(site, latest=TODAY + 90 * DAY)
    escalation = EscalationFactory(follow_up=row, raised_at=NOW, tier=2)
    ended = {"closed_at": NOW, "outcome": FollowUpOutcome.DECEASED}
    FollowUp.objects.filter(pk=row.pk).update(**ended)

    queue_webhooks(now=NOW)

    assert told() == ["follow_up.closed", "follow_up.escalated"]
    bodies = {one.event: one.body["data"] for one in WebhookDelivery.objects.all()}
    assert bodies["CLOSED"]["outcome"] == "DECEASED"
    assert (bodies["ESCALATED"]["escalation"], bodies["ESCALATED"]["tier"]) == (
        str(escalation.pk),
        2,
    )


def test_a_row_that_was_written_late_is_not_missed(site: Site, endpoint: WebhookEndpoint) -> None:
    """A long transaction commits after the look that passed its moment."""
    queue_webhooks(now=NOW)
    owed(site, latest=TODAY + 90 * DAY, opened=NOW - timedelta(minutes=40))

    queue_webhooks(now=NOW + timedelta(minutes=1))

    assert told() == ["follow_up.opened"]


def test_what_happened_while_it_was_off_is_told_afterwards(
    site: Site, endpoint: WebhookEndpoint, administrator: Any
) -> None:
    queue_webhooks(now=NOW)
    switch_webhook_endpoint(endpoint=endpoint, is_active=False, by=administrator, now=NOW)
    owed(site, latest=TODAY + 90 * DAY, opened=NOW + 5 * DAY)
    assert queue_webhooks(now=NOW + 6 * DAY) == 0

    switch_webhook_endpoint(endpoint=endpoint, is_active=True, by=administrator, now=NOW + 30 * DAY)

    assert queue_webhooks(now=NOW + 30 * DAY) == 1


def test_another_sites_events_are_not_told(endpoint: WebhookEndpoint) -> None:
    lesion = LesionFactory()
    FollowUpFactory(lesion=lesion, opened_at=NOW)

    assert queue_webhooks(now=NOW) == 0


def test_no_name_and_no_number_of_a_patient_leaves(site: Site, endpoint: WebhookEndpoint) -> None:
    row = owed(site, latest=TODAY - DAY, opened=NOW)

    queue_webhooks(now=NOW)

    for delivery in WebhookDelivery.objects.all():
        sent = str(delivery.body)
        assert not any(
            said in sent
            for said in (row.patient.mrn, row.patient.family_name, row.patient.given_name)
        )
