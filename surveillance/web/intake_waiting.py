"""What waits, grouped by system and reason: a mapping that is wrong makes thousands wait alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from django.core.paginator import Page
from django.db.models import Count, Min
from django.urls import reverse
from django.utils.translation import gettext as _

from patients.models import Site
from surveillance.models import IntakeItem
from surveillance.models.intake import IntakeItemQuerySet
from surveillance.said_again import said_again
from surveillance.web.wording import moment_words, number_words

GROUPS_SHOWN = 50


class Link(NamedTuple):
    """Another page of the list."""

    words: str
    url: str


@dataclass(frozen=True, slots=True)
class Group:
    """Parts of one system that wait for one reason; the reason of one of them stands for all."""

    feed: str
    reason: str
    count: str
    since: str
    url: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Chosen:
    """One system and reason (`IntakeItem.code`), or all."""

    feed: UUID | None = None
    code: str = ""

    @classmethod
    def of(cls, asked: Mapping[str, Any]) -> "Chosen":
        """As an address says it; what is no feed is none."""
        try:
            feed = UUID(str(asked.get("feed", "")))
        except ValueError:
            return cls()
        return cls(feed, str(asked.get("code", "")))

    @property
    def is_any(self) -> bool:
        """Whether a group is chosen."""
        return self.feed is not None

    def among(self, waiting: IntakeItemQuerySet) -> IntakeItemQuerySet:
        """The parts of the group, or all; the oldest first."""
        if self.feed is not None:
            waiting = waiting.filter(message__feed=self.feed, code=self.code)
        return waiting.order_by("created_at", "pk")

    def query(self, site: Site) -> str:
        """As an address says it."""
        group = {"feed": str(self.feed), "code": self.code} if self.is_any else {}
        return urlencode({"site": site.slug} | group)


def waiting_groups(waiting: IntakeItemQuerySet, site: Site, chosen: Chosen) -> tuple[Group, ...]:
    """The largest groups of what waits at the site. One query."""
    by = waiting.values("message__feed", "message__feed__name", "code")
    counted = by.annotate(count=Count("pk"), oldest=Min("created_at"), example=Min("reason"))
    rows = counted.order_by("-count", "message__feed__name", "code")[:GROUPS_SHOWN]
    return tuple(_group(row, site, chosen) for row in rows)


def _group(row: Mapping[str, Any], site: Site, chosen: Chosen) -> Group:
    this = Chosen(row["message__feed"], row["code"])
    return Group(
        feed=row["message__feed__name"],
        reason=said_again(row["example"]),
        count=number_words(row["count"]),
        since=moment_words(row["oldest"], site),
        url=f"{reverse('intake_inbox')}?{this.query(site)}",
        is_chosen=this == chosen,
    )


def page_links(page: "Page[IntakeItem]", address: str) -> tuple[Link, ...]:
    """To the page before and after, where there are such."""
    links = []
    if page.has_previous():
        links.append(Link(_("Previous page"), f"{address}&page={page.previous_page_number()}"))
    if page.has_next():
        links.append(Link(_("Next page"), f"{address}&page={page.next_page_number()}"))
    return tuple(links)
