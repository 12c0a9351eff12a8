"""The navigator's queue: who must be called, why, and what comes next."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from patients.models import Site
from surveillance.web.access import SignedInRequest, choose_site, signed_in, sites_of_queue
from surveillance.web.queue_query import (
    COUNT_LIMIT,
    Place,
    Tab,
    counts_of,
    desk_of,
    page_of,
    surroundings_of,
)
from surveillance.web.queue_rows import QueueRow, queue_rows
from surveillance.web.queue_search import Found, find
from surveillance.web.search_words import read_search
from surveillance.web.wording import date_words

TAB_WORDS = {
    Tab.OVERDUE: ("Overdue", "Nobody is overdue. Nobody has to be chased here today."),
    Tab.DUE: ("Due", "Nobody is past the target date and still inside the window."),
    Tab.SOON: ("Due soon", "No target date falls in the next 30 days."),
    Tab.ORDER: ("To order", "Nothing has to be ordered in the next 14 days."),
    Tab.BOOK: ("To book", "Everybody whose window opens within 30 days is booked."),
    Tab.ESCALATED: ("Escalated", "No escalation is open."),
    Tab.DECIDE: ("Needs decision", "No clinician's decision is outstanding."),
    Tab.MINE: ("Mine", "You answer for nothing here today."),
    Tab.ALL: ("All owed", "Nothing is owed to anybody at this site."),
    Tab.SNOOZED: ("Snoozed", "Nobody is put aside."),
}


@dataclass(frozen=True, slots=True)
class TabLink:
    """One tab: its words, its count ('1,000+' at most), its address."""

    id: str
    label: str
    count: str
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class QueuePage:
    """Everything that the template prints."""

    heading: str
    site_name: str
    as_of: str
    tabs: tuple[TabLink, ...]
    rows: tuple[QueueRow, ...]
    none_words: str
    next_url: str = ""
    first_url: str = ""
    search_text: str = ""
    search_problem: str = ""
    found: Found | None = None


@require_http_methods(["GET", "POST"])
@signed_in
def queue(request: SignedInRequest) -> HttpResponse:
    """A tab of the queue (GET), or what a search found (POST: names stay out of addresses)."""
    sites = sites_of_queue(request.user)
    site = choose_site(request, sites)
    if request.method == "POST" and "q" in request.POST:
        page = _searched(request, site, sites)
    else:
        page = _tab_page(request, site)
    fragment = bool(request.htmx) and not request.htmx.history_restore_request
    template = "surveillance/_queue.html" if fragment else "surveillance/queue.html"
    return render(request, template, {"page": page})


def _tab_page(request: SignedInRequest, site: Site) -> QueuePage:
    asked = request.GET.get("tab", "")
    tab = Tab(asked) if asked in set(Tab) else Tab.OVERDUE
    after = Place.read(request.GET.get("after", ""))
    on = site.local_date(timezone.now())
    desk = desk_of(request.user, site, on)
    found = page_of(tab, desk, after)
    around = surroundings_of(found.follow_ups, on, request.user)
    label, none_words = TAB_WORDS[tab]
    return QueuePage(
        heading=label,
        site_name=site.name,
        as_of=date_words(on),
        tabs=_tabs(site, counts_of(desk), tab),
        rows=queue_rows(found.follow_ups, around, on),
        none_words=none_words,
        next_url=_address(site, tab, found.next_place) if found.next_place else "",
        first_url=_address(site, tab) if after else "",
    )


def _searched(request: SignedInRequest, site: Site, sites: list[Site]) -> QueuePage:
    text, now = request.POST["q"], timezone.now()
    today = {one.pk: one.local_date(now) for one in sites}
    search = read_search(text)
    found = None if search.is_empty else find(search, sites, today, request.user)
    desk = desk_of(request.user, site, today[site.pk])
    return QueuePage(
        heading="Search",
        site_name=site.name,
        as_of=date_words(today[site.pk]),
        tabs=_tabs(site, counts_of(desk), None),
        rows=found.rows if found else (),
        none_words="",
        search_text=text,
        search_problem="Enter a name, an MRN or a birth date." if search.is_empty else "",
        found=found,
    )


def _tabs(site: Site, counts: dict[Tab, int], current: Tab | None) -> tuple[TabLink, ...]:
    return tuple(
        TabLink(
            id=f"tab-{tab}",
            label=label,
            count=f"{COUNT_LIMIT:,}+" if counts[tab] > COUNT_LIMIT else f"{counts[tab]:,}",
            url=_address(site, tab),
            current=tab == current,
        )
        for tab, (label, _) in TAB_WORDS.items()
    )


def _address(site: Site, tab: Tab, after: Place | None = None) -> str:
    state = {"site": site.slug, "tab": str(tab)} | ({"after": str(after)} if after else {})
    return f"{reverse('queue')}?{urlencode(state)}"
