"""Senders that nobody has registered, in plain words: who they are and how much waits.

Never what they sent: nobody knows whose patients it is about.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth.models import User
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from patients.models import Site
from surveillance.models import IntakeFeed, MessageFormat, StrayAside, StrayMessage
from surveillance.roles import Permission, sites_where
from surveillance.web.wording import moment_words, name_of_user, number_words
from surveillance.workflows.empty_old_messages import DEFAULT_DAYS
from surveillance.workflows.keep_stray import MOST_STRAYS

TYPES_SHOWN = 5
Names = tuple[str, str]
"""MSH-3 and MSH-4."""


@dataclass(slots=True)
class Waiting:
    """What waits of one sender; `newest` is the message that came last."""

    first: datetime
    last: datetime
    newest: UUID
    count: int = 0
    types: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class SenderRow:
    """One sender. `register_url` is empty for one that cannot be registered or is a feed now."""

    application: str
    facility: str
    count: str
    types: str
    first: str
    last: str
    note: str
    feed_url: str
    register_url: str
    aside_url: str


@dataclass(frozen=True, slots=True)
class AsideRow:
    """What was set aside of one sender, and until when that can be undone."""

    sender: str
    count: str
    at: str
    who: str
    why: str
    until: str
    note: str
    undo_url: str


def strays_waiting(user: User) -> str:
    """'3 messages of unknown senders wait.' for administrators; empty for others and for none."""
    if not sites_where(user, Permission.ADMINISTER).exists():
        return ""
    count = StrayMessage.objects.waiting()[: MOST_STRAYS + 1].count()
    words = ngettext(
        "{n} message of an unknown sender waits.",
        "{n} messages of unknown senders wait.",
        count,
    )
    return words.format(n=number_words(count)) if count else ""


def waiting_by_sender() -> dict[Names, Waiting]:
    """Everything that waits, whose oldest came first at the front. One query, no bytes."""
    rows = StrayMessage.objects.waiting().order_by("received_at", "pk")
    found: dict[Names, Waiting] = {}
    columns = ("sending_application", "sending_facility", "message_type", "received_at", "pk")
    for application, facility, kind, at, pk in rows.values_list(*columns):
        one = found.setdefault((application, facility), Waiting(at, at, pk))
        one.last, one.newest, one.count = at, pk, one.count + 1
        one.types[kind] += 1
    return found


def feeds_of_names(names: Iterable[Names]) -> dict[Names, IntakeFeed]:
    """The feed of each sender, also one that is switched off. One query."""
    applications, facilities = zip(*names, strict=True) if (names := list(names)) else ((), ())
    rows = IntakeFeed.objects.filter(
        format=MessageFormat.HL7V2,
        sending_application__in=set(applications),
        sending_facility__in=set(facilities),
    )
    by_names = rows.select_related("site").order_by("is_active", "name")
    return {(row.sending_application, row.sending_facility): row for row in by_names}


def sender_rows(
    found: Mapping[Names, Waiting], feeds: Mapping[Names, IntakeFeed], sites: list[Site], at: Site
) -> list[SenderRow]:
    """The rows on the clock of `at`; feeds of `sites` are linked."""
    return [_sender(names, one, feeds.get(names), sites, at) for names, one in found.items()]


def _sender(
    names: Names, one: Waiting, feed: IntakeFeed | None, sites: list[Site], at: Site
) -> SenderRow:
    register = f"{reverse('intake_feed_new')}?sender={one.newest}"
    is_open = any(names) and not (feed and feed.is_active)
    return SenderRow(
        application=names[0] or _("(empty)"),
        facility=names[1] or _("(empty)"),
        count=number_words(one.count),
        types=_types(one.types),
        first=moment_words(one.first, at),
        last=moment_words(one.last, at),
        note=_note(feed) if any(names) else _("It names no sender, so it cannot be registered."),
        feed_url=reverse("intake_feed", args=[feed.pk]) if feed and feed.site in sites else "",
        register_url=register if is_open else "",
        aside_url=reverse("unknown_sender_aside", args=[one.newest]),
    )


def _note(feed: IntakeFeed | None) -> str:
    if feed is None:
        return ""
    if feed.is_active:
        words = _("It is the feed {name} of {site}: the listener takes this over within seconds.")
    else:
        words = _("The feed {name} of {site} has this sender and is switched off.")
    return words.format(name=feed.name, site=feed.site.name)


def _types(types: Counter[str]) -> str:
    """'ORU^R01 (12), ADT^A08 (3)', the most frequent first."""
    shown = types.most_common(TYPES_SHOWN)
    words = [f"{kind or _('(empty)')} ({number_words(count)})" for kind, count in shown]
    return ", ".join([*words, "…"] if len(types) > TYPES_SHOWN else words)


def names_words(names: Names) -> str:
    """'CT / NORTH'."""
    return " / ".join(name or _("(empty)") for name in names)


def aside_rows(
    asides: Iterable[StrayAside], feeds: Mapping[Names, IntakeFeed], at: Site
) -> list[AsideRow]:
    """What can be undone, with its count (`with_bytes`) and person joined."""
    return [_aside(aside, feeds.get(names_of(aside)), at) for aside in asides]


def names_of(row: StrayAside | StrayMessage) -> Names:
    """By what a sender is known."""
    return (row.sending_application, row.sending_facility)


def _aside(aside: StrayAside, feed: IntakeFeed | None, at: Site) -> AsideRow:
    takes = feed is not None and feed.is_active
    return AsideRow(
        sender=names_words(names_of(aside)),
        count=number_words(getattr(aside, "kept_count", 0)),
        at=moment_words(aside.set_aside_at, at),
        who=name_of_user(aside.set_aside_by),
        why=aside.reason,
        until=moment_words(aside.set_aside_at + timedelta(days=DEFAULT_DAYS), at),
        note=_("It is a feed now: undone, this is taken in.") if takes else "",
        undo_url=reverse("stray_aside_undo", args=[aside.pk]),
    )
