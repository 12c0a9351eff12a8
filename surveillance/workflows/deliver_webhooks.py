"""Sends what waits for other systems.

1. Claim one delivery by lease: a conditional UPDATE, committed. The database's clock measures it.
2. POST it outside any transaction.
3. Mark it while the lease is still ours. Who dies between 2 and 3 leaves a delivery that is sent
   again after the lease, with the same `webhook-id`: a receiver knows it by that.

An endpoint that does not take one is not asked again in this call, so that it holds up nobody.
"""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Final
from uuid import UUID, uuid4

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.db.models import F, Q
from django.db.models.functions import Now

from surveillance.delivery.webhook_post import NotTaken, post_webhook
from surveillance.delivery.webhook_signature import secrets_of, signature
from surveillance.models import WebhookDelivery, WebhookEndpoint, WebhookState

LEASE: Final = timedelta(minutes=3)
TIME_TO_DRAIN: Final = 30.0
"""Seconds after which a call claims no more; the next wake-up, within a minute, goes on. Receivers
that answer slowly take at most so much of a worker that reminders need."""
PAUSES: Final = tuple(
    timedelta(minutes=minutes) for minutes in (1, 5, 30, 2 * 60, 5 * 60, 10 * 60, 24 * 60, 24 * 60)
)
"""After each try but the last: given up after about three days."""
FREE = Q(lease_until=None) | Q(lease_until__lt=Now())

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class DeliveredWebhooks:
    """What became of those that were claimed."""

    sent: int = 0
    retried: int = 0
    failed: int = 0
    down: set[UUID] = field(default_factory=set)


def deliver_webhooks(*, now: datetime) -> DeliveredWebhooks:
    """Send everything that is due at `now`; harmless if run twice at a time."""
    done = DeliveredWebhooks()
    stop_at = monotonic() + TIME_TO_DRAIN
    while monotonic() < stop_at:
        waiting = WebhookDelivery.objects.due(now).filter(FREE).exclude(endpoint__in=done.down)
        first = waiting.order_by("not_before", "created_at", "pk").values_list("pk", flat=True)[:1]
        if not (found := list(first)):
            break
        if (claimed := _claim(found[0])) is not None:
            _deliver_one(claimed, done, now)
    return done


def _claim(pk: UUID) -> WebhookDelivery | None:
    owner = uuid4().hex
    WebhookDelivery.objects.waiting().filter(FREE, pk=pk).update(
        lease_owner=owner, lease_until=Now() + LEASE, attempts=F("attempts") + 1
    )
    ours = WebhookDelivery.objects.filter(pk=pk, lease_owner=owner)
    return ours.select_related("endpoint").first()


def _deliver_one(row: WebhookDelivery, done: DeliveredWebhooks, now: datetime) -> None:
    try:
        status = _post(row, now)
    except NotTaken as refused:
        log.warning("webhook_not_taken", webhook_id=str(row.pk), code=refused.reason)
        done.down.add(row.endpoint_id)
        _note_failure(row, refused, done, now)
        return
    except (OperationalError, InterfaceError):
        raise  # the database's fault: the next wake-up goes on from the lease
    except Exception as error:
        # One that cannot be dealt with must not keep those behind it from being sent.
        log.exception("webhook_crashed", webhook_id=str(row.pk))
        _note_failure(row, NotTaken(type(error).__name__), done, now)
        return
    done.sent += _mark(row, state=WebhookState.SENT, finished_at=now, answered=status, remark="")
    failing = WebhookEndpoint.objects.filter(pk=row.endpoint_id, failing_since__isnull=False)
    failing.update(failing_since=None)


def _post(row: WebhookDelivery, now: datetime) -> int:
    body = json.dumps(row.body, sort_keys=True, separators=(",", ":")).encode()
    timestamp = int(now.timestamp())
    signed = signature(
        secrets_of(row.endpoint, now), webhook_id=str(row.pk), timestamp=timestamp, body=body
    )
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "HepCalc",
        "webhook-id": str(row.pk),
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signed,
    }
    return post_webhook(
        row.endpoint.url, body, headers, private_allowed=settings.WEBHOOK_ALLOW_PRIVATE
    )


def _note_failure(
    row: WebhookDelivery, refused: NotTaken, done: DeliveredWebhooks, now: datetime
) -> None:
    """Try again later; after the last time it waits for a person, who may replay it."""
    WebhookEndpoint.objects.filter(pk=row.endpoint_id, failing_since=None).update(failing_since=now)
    heard = {"answered": refused.status, "remark": refused.reason[:300]}
    if row.attempts > len(PAUSES):
        done.failed += _mark(row, state=WebhookState.FAILED, finished_at=now, **heard)
    else:
        done.retried += _mark(row, not_before=now + PAUSES[row.attempts - 1], **heard)


def _mark(row: WebhookDelivery, **values: object) -> int:
    """Nothing is marked by whoever lost the lease meanwhile."""
    held = WebhookDelivery.objects.waiting().filter(pk=row.pk, lease_owner=row.lease_owner)
    return held.update(**values, lease_owner="", lease_until=None)
