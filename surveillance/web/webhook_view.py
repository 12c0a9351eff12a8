"""Webhooks in words: each endpoint, and what became of what it was sent."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from patients.models import Site
from surveillance.models import WebhookDelivery, WebhookEndpoint, WebhookEvent, WebhookState
from surveillance.web.wording import Tag, moment_words

NEWEST = 100
"""So many deliveries are shown."""
TONES = {WebhookState.PENDING: "due", WebhookState.SENT: "good", WebhookState.FAILED: "overdue"}


@dataclass(frozen=True, slots=True)
class EndpointWords:
    """One endpoint as a page tells of it."""

    name: str
    url: str
    page: str
    acts: str
    state: Tag
    events: tuple[str, ...]
    is_active: bool
    both_until: str = ""
    failing: str = ""
    waiting: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """One delivery as a page tells of it."""

    id: UUID
    when: str
    what: str
    state: Tag
    tries: int
    answer: str
    can_replay: bool


def endpoint_rows(site: Site) -> list[EndpointWords]:
    """Every endpoint of the site, by name. One query."""
    rows = WebhookEndpoint.objects.filter(site=site).select_related("site")
    counted = rows.annotate(
        waiting=Count("deliveries", filter=Q(deliveries__state=WebhookState.PENDING)),
        failed=Count("deliveries", filter=Q(deliveries__state=WebhookState.FAILED)),
    )
    return [
        endpoint_words(row, waiting=row.waiting, failed=row.failed)
        for row in counted.order_by("name", "pk")
    ]


def endpoint_words(row: WebhookEndpoint, *, waiting: int = 0, failed: int = 0) -> EndpointWords:
    """One endpoint; the counts where they are known."""
    failing, both = row.failing_since, row.previous_until
    return EndpointWords(
        name=row.name,
        url=row.url,
        page=reverse("webhook", args=[row.pk]),
        acts=reverse("webhook_act", args=[row.pk]),
        state=_state(row),
        events=tuple(_(str(one.label)) for one in WebhookEvent if one in row.events),
        is_active=row.is_active,
        both_until=moment_words(both, row.site) if both else "",
        failing=moment_words(failing, row.site) if failing else "",
        waiting=waiting,
        failed=failed,
    )


def _state(row: WebhookEndpoint) -> Tag:
    if not row.is_active:
        return Tag(_("Switched off"), "due")
    return Tag(_("Takes nothing"), "overdue") if row.failing_since else Tag(_("On"), "good")


def delivery_rows(endpoint: WebhookEndpoint) -> list[DeliveryRow]:
    """The newest deliveries first. One query."""
    rows = endpoint.deliveries.order_by("-created_at", "pk")[:NEWEST]
    return [_row(row, endpoint.site) for row in rows]


def _row(row: WebhookDelivery, site: Site) -> DeliveryRow:
    state = WebhookState(row.state)
    return DeliveryRow(
        id=row.pk,
        when=moment_words(row.created_at, site),
        what=_(str(WebhookEvent(row.event).label)),
        state=Tag(_(str(state.label)), TONES[state]),
        tries=row.attempts,
        answer=str(row.answered or row.remark),
        can_replay=state != WebhookState.PENDING,
    )
