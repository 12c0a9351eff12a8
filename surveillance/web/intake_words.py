"""Parts of messages, messages and feeds in the words of the pages of the intake."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count
from django.db.models.functions import TruncDate
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from patients.models import Site
from surveillance.arrivals import ArrivalKind
from surveillance.models import IntakeFeed, IntakeItem, IntakeMessage, ItemStatus, MessageFormat
from surveillance.said_again import said_again
from surveillance.web.wording import date_words, moment_words, name_of_user, number_words

KINDS = {
    ArrivalKind.PATIENT: gettext_noop("Patient"),
    ArrivalKind.MERGE: gettext_noop("Merge of two numbers"),
    ArrivalKind.REPORT: gettext_noop("Imaging report"),
    ArrivalKind.ORDER: gettext_noop("Imaging order"),
    ArrivalKind.APPOINTMENT: gettext_noop("Appointment"),
    ArrivalKind.CONDITION: gettext_noop("Liver risk"),
    ArrivalKind.LABORATORY: gettext_noop("Laboratory result"),
}
DAYS_COUNTED = 7


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """One part of a message in the list."""

    what: str
    mrn: str
    feed: str
    since: str
    where: str
    reason: str
    url: str


@dataclass(frozen=True, slots=True)
class ItemView:
    """One part of a message, with the message as it came."""

    what: str
    status: str
    mrn: str
    feed: str
    feed_url: str
    message_type: str
    control_id: str
    received: str
    said: str
    where: str
    reason: str
    settled: str
    raw: str
    is_waiting: bool
    is_understood: bool
    can_be_assigned: bool


@dataclass(frozen=True, slots=True)
class DayRow:
    """How many parts of each status came on one day."""

    day: str
    counts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FeedRow:
    """One feed of the list."""

    name: str
    format: str
    sender: str
    mapping: str
    is_active: bool
    url: str


def kind_words(kind: str) -> str:
    """'Imaging order'; a kind without words as it is kept."""
    return _(KINDS[ArrivalKind(kind)]) if kind in KINDS else kind


def waiting_rows(items: Iterable[IntakeItem]) -> tuple[WaitingRow, ...]:
    """The list of a site, with message and feed joined."""
    return tuple(
        WaitingRow(
            what=kind_words(item.kind),
            mrn=item.mrn,
            feed=item.message.feed.name,
            since=moment_words(item.created_at, item.site),
            where=item.where,
            reason=said_again(item.reason),
            url=reverse("intake_item", args=[item.pk]),
        )
        for item in items
    )


def item_view(item: IntakeItem) -> ItemView:
    """One part and its message. No query if feed, site and person are joined."""
    message = item.message
    is_waiting = item.status == ItemStatus.WAITING
    return ItemView(
        what=kind_words(item.kind),
        status=_(str(ItemStatus(item.status).label)),
        mrn=item.mrn,
        feed=message.feed.name,
        feed_url=reverse("intake_feed", args=[message.feed_id]),
        message_type=message.message_type,
        control_id=message.control_id,
        received=moment_words(message.received_at, item.site),
        said=moment_words(item.said_at, item.site),
        where=item.where,
        reason=said_again(item.reason),
        settled=_settled(item),
        raw=raw_words(message),
        is_waiting=is_waiting,
        is_understood=is_waiting and bool(item.content),
        can_be_assigned=is_waiting and bool(item.content) and item.kind != ArrivalKind.MERGE,
    )


def _settled(item: IntakeItem) -> str:
    if not item.settled_reason:
        who = name_of_user(item.settled_by) if item.settled_by else ""
        return _("{who} said whom this is about.").format(who=who) if who else ""
    return _("Set aside by {who}: {why}").format(
        who=name_of_user(item.settled_by), why=item.settled_reason
    )


def raw_words(message: IntakeMessage) -> str:
    """The message as it came, one segment or one element a line; empty where it was emptied."""
    raw = bytes(message.raw)
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    if message.format == MessageFormat.HL7V2:
        return text.replace("\r\n", "\r").replace("\r", "\n")
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except ValueError:
        return text


def day_rows(site: Site, now: datetime) -> tuple[DayRow, ...]:
    """The last days, the newest first: parts of messages by what became of them. One query."""
    since = now - timedelta(days=DAYS_COUNTED)
    rows = IntakeItem.objects.filter(message__site=site, message__received_at__gt=since)
    per_day = rows.annotate(day=TruncDate("message__received_at", tzinfo=ZoneInfo(site.time_zone)))
    counts: dict[object, dict[str, int]] = defaultdict(dict)
    for day, status, count in per_day.values_list("day", "status").annotate(Count("pk")):
        counts[day][status] = count
    return tuple(
        DayRow(
            date_words(day),  # type: ignore[arg-type]  # TruncDate gives days
            tuple(number_words(by_status.get(status, 0)) for status in ItemStatus.values),
        )
        for day, by_status in sorted(counts.items(), key=lambda one: str(one[0]), reverse=True)
    )


def status_heads() -> tuple[str, ...]:
    """The heads of the table of days."""
    return tuple(_(str(label)) for label in ItemStatus.labels)


def feed_rows(feeds: Iterable[IntakeFeed]) -> tuple[FeedRow, ...]:
    """The feeds of a site."""
    return tuple(
        FeedRow(
            name=feed.name,
            format=_(str(MessageFormat(feed.format).label)),
            sender=_sender(feed),
            mapping=_("its own mapping") if feed.mapping else _("the usual places"),
            is_active=feed.is_active,
            url=reverse("intake_feed", args=[feed.pk]),
        )
        for feed in feeds
    )


def _sender(feed: IntakeFeed) -> str:
    return " / ".join(filter(None, (feed.sending_application, feed.sending_facility)))
