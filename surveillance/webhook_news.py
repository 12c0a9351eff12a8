"""What an endpoint is to be told and was not: asked of the follow-ups themselves, by query.

The look goes back a day further than the last one, so that what a long transaction wrote with an
earlier moment is found; what was told already is left out by its key (docs/adr/0057).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db.models import Exists, OuterRef, Q

from surveillance.models import (
    Escalation,
    EscalationResolution,
    FollowUp,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookEvent,
)
from surveillance.models.follow_up_states import OPEN, is_due, is_overdue

OVERLAP: Final = timedelta(days=1)
"""No transaction lives as long as that."""
DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class News:
    """One event. `at`: its moment, or for what a date brings the look that found it."""

    event: WebhookEvent
    follow_up: FollowUp
    at: datetime
    escalation: Escalation | None = None

    @property
    def key(self) -> str:
        """The same event has the same key: windows are frozen, and a tier is raised once."""
        about = self.escalation or self.follow_up
        return f"{self.event.value}:{about.pk}"


def news_for(endpoint: WebhookEndpoint, now: datetime) -> Iterator[News]:
    """Everything that this endpoint wants to hear and was not told, since it exists."""
    since = max(endpoint.created_at, endpoint.looked_until - OVERLAP)
    for event in WebhookEvent:
        if event not in endpoint.events:
            continue
        if event == WebhookEvent.ESCALATED:
            yield from _escalated(endpoint, since, now)
        elif event in MOMENTS:
            yield from _found(endpoint, event, since, now)


def _found(
    endpoint: WebhookEndpoint, event: WebhookEvent, since: datetime, now: datetime
) -> Iterator[News]:
    today, first = endpoint.site.local_date(now), endpoint.site.local_date(since)
    told = WebhookDelivery.objects.filter(endpoint=endpoint, event=event, follow_up=OuterRef("pk"))
    rows = FollowUp.objects.filter(CONDITIONS[event](today, first, since), site=endpoint.site_id)
    for row in rows.filter(~Exists(told)).order_by("pk").iterator(chunk_size=500):
        moment = MOMENTS[event]
        yield News(event, row, getattr(row, moment) if moment else now)


def _opened(_today: date, _first: date, since: datetime) -> Q:
    return Q(opened_at__gte=since)


def _closed(_today: date, _first: date, since: datetime) -> Q:
    return Q(closed_at__gte=since)


def _became_due(today: date, first: date, since: datetime) -> Q:
    """Due, and only since that day; or opened since, with its target past already."""
    return OPEN & is_due(today) & (Q(target_on__gte=first - DAY) | Q(opened_at__gte=since))


def _became_overdue(today: date, first: date, since: datetime) -> Q:
    return OPEN & is_overdue(today) & (Q(latest_on__gte=first - DAY) | Q(opened_at__gte=since))


CONDITIONS: Final[dict[WebhookEvent, Any]] = {
    WebhookEvent.OPENED: _opened,
    WebhookEvent.DUE: _became_due,
    WebhookEvent.OVERDUE: _became_overdue,
    WebhookEvent.CLOSED: _closed,
}
MOMENTS: Final = {
    WebhookEvent.OPENED: "opened_at",
    WebhookEvent.DUE: "",
    WebhookEvent.OVERDUE: "",
    WebhookEvent.CLOSED: "closed_at",
}
"""The column that says when; what a date brings has none."""


def _escalated(endpoint: WebhookEndpoint, since: datetime, now: datetime) -> Iterator[News]:
    told = WebhookDelivery.objects.filter(endpoint=endpoint, escalation=OuterRef("pk"))
    rows = Escalation.objects.filter(
        follow_up__site=endpoint.site_id, raised_at__gte=since, raised_at__lte=now
    ).exclude(resolution=EscalationResolution.SKIPPED)
    for row in rows.filter(~Exists(told)).select_related("follow_up").order_by("pk"):
        yield News(WebhookEvent.ESCALATED, row.follow_up, row.raised_at, row)


def body_of(news: News, endpoint: WebhookEndpoint) -> dict[str, Any]:
    """What is sent: ids, days and codes. Whoever may know more reads it by the REST interface."""
    row = news.follow_up
    data: dict[str, Any] = {
        "follow_up": str(row.pk),
        "patient": str(row.patient_id),
        "lesion": str(row.lesion_id),
        "site": endpoint.site.slug,
        "kind": row.kind,
        "escalation_class": row.escalation_class,
        "earliest_on": row.earliest_on.isoformat(),
        "target_on": row.target_on.isoformat(),
        "latest_on": row.latest_on.isoformat(),
    }
    if news.event == WebhookEvent.CLOSED:
        data["outcome"] = row.outcome
    if news.escalation is not None:
        data |= {"escalation": str(news.escalation.pk), "tier": news.escalation.tier}
    return {"type": wire_name(news.event), "timestamp": news.at.isoformat(), "data": data}


def wire_name(event: WebhookEvent) -> str:
    """'follow_up.opened'."""
    return f"follow_up.{event.value.lower()}"
