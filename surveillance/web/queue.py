"""The navigator's queue: who must be called, why, and what comes next."""

from dataclasses import dataclass

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext
from django.views.decorators.http import require_http_methods

from patients.models import Site
from surveillance.protocol.queue_lists import Tab
from surveillance.web.access import SignedInRequest, choose_site, signed_in, sites_of_queue
from surveillance.web.freshness import loaded
from surveillance.web.kept_out_words import TAB_LABELS, Asked
from surveillance.web.looks import note_found
from surveillance.web.queue_choices import languages_at, owners_at, saved_for
from surveillance.web.queue_counts import COUNT_LIMIT, counts_of, hidden_by
from surveillance.web.queue_filter import QueueFilter, read_filter
from surveillance.web.queue_filter_view import (
    FilterBar,
    FilterLink,
    Menu,
    address_of,
    filter_bar,
    ways_out,
)
from surveillance.web.queue_query import Place, page_of, surroundings_of
from surveillance.web.queue_rows import QueueRow, queue_rows
from surveillance.web.queue_search import Found, Searcher, find
from surveillance.web.queue_tabs import desk_of
from surveillance.web.search_words import read_search
from surveillance.web.wording import date_words, number_words

NONE_WORDS = {
    Tab.OVERDUE: gettext_noop("Nobody is overdue. Nobody has to be chased here today."),
    Tab.DUE: gettext_noop("Nobody is past the target date and still inside the window."),
    Tab.SOON: gettext_noop("No target date falls in the next 30 days."),
    Tab.ORDER: gettext_noop("Nothing has to be ordered in the next 14 days."),
    Tab.BOOK: gettext_noop("Everybody whose window opens within 30 days is booked."),
    Tab.ESCALATED: gettext_noop("No escalation is open."),
    Tab.DECIDE: gettext_noop("No clinician's decision is outstanding."),
    Tab.UNREACHABLE: gettext_noop("Everybody who is owed something has a contact that works."),
    Tab.SNOOZED: gettext_noop("Nobody is put aside."),
    Tab.MINE: gettext_noop("You answer for nothing here today."),
    Tab.TEAM: gettext_noop("The navigators of this site answer for nothing today."),
    Tab.ALL: gettext_noop("Nothing is owed to anybody at this site."),
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
    filters: FilterBar
    ways_out: tuple[FilterLink, ...] = ()
    next_url: str = ""
    first_url: str = ""
    pick_url: str = ""
    is_picked: bool = False
    search_text: str = ""
    search_problem: str = ""
    found: Found | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """Who looks at which list of which site."""

    request: SignedInRequest
    sites: list[Site]
    asked: Asked
    owners: dict[int, str]

    @property
    def site(self) -> Site:
        """The site in view."""
        return self.asked.desk.site

    def address(self, tab: Tab | None = None, after: Place | None = None) -> str:
        """The address of a tab under the same filters; of the present one unless named."""
        where = str(after) if after else ""
        return address_of(self.site, tab or self.asked.tab, self.asked.narrowed, where)

    @property
    def is_picked(self) -> bool:
        """Whether every row of the page is to be chosen (for browsers without scripts)."""
        said = self.request.POST if self.request.method == "POST" else self.request.GET
        return said.get("pick") == "all"

    def pick_address(self, after: Place | None) -> str:
        """The address of this page with every row chosen, or none where all are."""
        return self.address(after=after) + ("" if self.is_picked else "&pick=all")


@require_http_methods(["GET", "POST"])
@signed_in
def queue(request: SignedInRequest) -> HttpResponse:
    """A tab of the queue (GET), or what a search found (POST: names stay out of addresses)."""
    is_search = request.method == "POST" and "q" in request.POST
    visit = _visit(request, request.POST if is_search else request.GET)
    page = _searched(visit) if is_search else _tab_page(visit)
    fragment = bool(request.htmx) and not request.htmx.history_restore_request
    template = "surveillance/_queue.html" if fragment else "surveillance/queue.html"
    response = render(request, template, {"page": page, "loaded": loaded(request, visit.site)})
    if fragment and "" in request.GET.values():  # a form sends its empty fields as well
        response.headers["HX-Push-Url"] = visit.address()
    return response


def _visit(request: SignedInRequest, said: QueryDict) -> Visit:
    sites = sites_of_queue(request.user)
    site = choose_site(request, sites)
    owners = owners_at(site)
    desk = desk_of(request.user, site, site.local_date(timezone.now()))
    asked = Asked(read_tab(said.get("tab", "")), read_filter(said, owners), desk)
    return Visit(request, sites, asked, owners)


def read_tab(text: str) -> Tab:
    """The tab of an address; the first one where it was mistyped."""
    return Tab(text) if text in set(Tab) else Tab.OVERDUE


def _tab_page(visit: Visit) -> QueuePage:
    tab, narrowed, desk = visit.asked.tab, visit.asked.narrowed, visit.asked.desk
    after = Place.read(visit.request.GET.get("after", ""))
    found = page_of(tab, desk, narrowed, after)
    around = surroundings_of(found.follow_ups, desk.on, visit.request.user)
    is_hidden = bool(narrowed) and not found.follow_ups and not after
    hidden = hidden_by(tab, desk, narrowed) if is_hidden else {"": 0}
    return QueuePage(
        heading=_(TAB_LABELS[tab]),
        site_name=visit.site.name,
        as_of=date_words(desk.on),
        tabs=_tabs(visit, tab),
        rows=queue_rows(found.follow_ups, around, desk.on),
        none_words=_none_words(tab, narrowed, hidden),
        filters=_bar(visit),
        ways_out=ways_out(visit.site, tab, narrowed, hidden) if is_hidden else (),
        next_url=visit.address(after=found.next_place) if found.next_place else "",
        first_url=visit.address() if after else "",
        pick_url=visit.pick_address(after),
        is_picked=visit.is_picked,
    )


def _none_words(tab: Tab, narrowed: QueueFilter, hidden: dict[str, int]) -> str:
    if not hidden[""]:
        return _(NONE_WORDS[tab])
    words = ngettext(
        "Nobody in “{list}” fits the filter.",
        "Nobody in “{list}” fits the filters.",
        len(narrowed.values),
    )
    return words.format(list=_(TAB_LABELS[tab]))


def _searched(visit: Visit) -> QueuePage:
    text, now = visit.request.POST["q"], timezone.now()
    today = {one.pk: one.local_date(now) for one in visit.sites}
    search = read_search(text)
    searcher = Searcher(visit.request.user, visit.sites, today, visit.asked)
    found = None if search.is_empty else find(search, searcher)
    note_found(visit.request, found.patients if found else ())
    return QueuePage(
        heading=_("Search"),
        site_name=visit.site.name,
        as_of=date_words(visit.asked.desk.on),
        tabs=_tabs(visit, None),
        rows=found.rows if found else (),
        none_words="",
        filters=_bar(visit),
        is_picked=visit.is_picked,
        search_text=text,
        search_problem=_("Enter a name, an MRN, a birth date or a phone number.")
        if search.is_empty
        else "",
        found=found,
    )


def _bar(visit: Visit) -> FilterBar:
    reader, site = visit.request.user, visit.site
    choices = {
        "owner": [(str(pk), name) for pk, name in visit.owners.items()],
        "language": [(code, code) for code in languages_at(site)],
        "site": [(one.slug, one.name) for one in visit.sites],
    }
    menu = Menu(reader, saved_for(reader, site))
    return filter_bar(site, visit.asked.tab, visit.asked.narrowed, choices, menu)


def _tabs(visit: Visit, current: Tab | None) -> tuple[TabLink, ...]:
    counts = counts_of(visit.asked.desk, visit.asked.narrowed)
    return tuple(
        TabLink(
            id=f"tab-{tab}",
            label=_(label),
            count=f"{number_words(COUNT_LIMIT)}+"
            if counts[tab] > COUNT_LIMIT
            else number_words(counts[tab]),
            url=visit.address(tab),
            current=tab == current,
        )
        for tab, label in TAB_LABELS.items()
    )
