"""Messages that were kept and of which nothing is used, by their type."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max, QuerySet
from django.utils.translation import gettext as _

from patients.models import Site
from surveillance.models import IntakeFeed, IntakeMessage
from surveillance.web.intake_words import DAYS_COUNTED
from surveillance.web.wording import moment_words, number_words


@dataclass(frozen=True, slots=True)
class NotUsedRow:
    """'MDM^T02', of which feed, how many, and when the last one came."""

    message_type: str
    feed: str
    count: str
    last: str


def not_used_at(site: Site, now: datetime) -> tuple[NotUsedRow, ...]:
    """Of the last days at one site, the most frequent first. One query."""
    return _rows(IntakeMessage.objects.filter(site=site), site, now)


def not_used_by(feed: IntakeFeed, now: datetime) -> tuple[NotUsedRow, ...]:
    """The same of one feed."""
    return _rows(IntakeMessage.objects.filter(site=feed.site, feed=feed), feed.site, now)


def _rows(messages: QuerySet[IntakeMessage], site: Site, now: datetime) -> tuple[NotUsedRow, ...]:
    since = now - timedelta(days=DAYS_COUNTED)
    unused = messages.filter(received_at__gt=since, items=None)
    by_type = unused.values("message_type", "feed__name")
    counted = by_type.annotate(count=Count("pk"), last=Max("received_at"))
    return tuple(_told(counted.order_by("-count", "message_type", "feed__name"), site))


def _told(rows: Iterable[Mapping[str, Any]], site: Site) -> Iterable[NotUsedRow]:
    for row in rows:
        yield NotUsedRow(
            row["message_type"] or _("without a type"),
            row["feed__name"],
            number_words(row["count"]),
            moment_words(row["last"], site),
        )
