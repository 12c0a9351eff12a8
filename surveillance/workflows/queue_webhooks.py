"""Finds what other systems are to be told, and puts it on its way: once for each event."""

from datetime import datetime

from django.db import transaction

from surveillance.models import WebhookDelivery, WebhookEndpoint
from surveillance.webhook_news import News, body_of, news_for

MOST_AT_ONCE = 500


def queue_webhooks(*, now: datetime) -> int:
    """Queue the news of every endpoint that is switched on; how many that were.

    Twice is once: the key of an event is unique for its endpoint. An endpoint that was off hears
    afterwards what happened meanwhile.
    """
    endpoints = WebhookEndpoint.objects.filter(is_active=True).select_related("site")
    return sum(_queue(endpoint, now) for endpoint in endpoints.order_by("pk"))


@transaction.atomic
def _queue(endpoint: WebhookEndpoint, now: datetime) -> int:
    rows = [_delivery(endpoint, news, now) for news in news_for(endpoint, now)]
    WebhookDelivery.objects.bulk_create(rows, MOST_AT_ONCE, ignore_conflicts=True)
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(looked_until=now)
    return len(rows)


def _delivery(endpoint: WebhookEndpoint, news: News, now: datetime) -> WebhookDelivery:
    return WebhookDelivery(
        endpoint=endpoint,
        event=news.event,
        dedupe_key=news.key,
        follow_up=news.follow_up,
        escalation=news.escalation,
        body=body_of(news, endpoint),
        created_at=now,
        not_before=now,
    )
