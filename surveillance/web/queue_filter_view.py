"""The filters of the queue as words and links: the form, what is in force, what is saved."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.urls import reverse
from django.utils.translation import gettext as _

from patients.models import Site
from surveillance.models import SavedFilter
from surveillance.protocol.queue_lists import Tab
from surveillance.protocol.terms import EscalationClass, Modality, Risk, Term
from surveillance.web.queue_counts import COUNT_LIMIT
from surveillance.web.queue_filter import CRITERIA, QueueFilter
from surveillance.web.wording import count_words, language_name, name_of_user, number_words

Choices = Iterable[tuple[str, str]]


class Option(NamedTuple):
    """One choice of a select."""

    value: str
    label: str
    is_chosen: bool


class FilterField(NamedTuple):
    """One field of the form: a select with `options`, else a date."""

    name: str
    label: str
    value: str
    options: tuple[Option, ...] = ()


class FilterLink(NamedTuple):
    """A criterion in force, or a way out of an empty list, with where it leads."""

    words: str
    url: str


@dataclass(frozen=True, slots=True)
class SavedLink:
    """A saved filter in the menu."""

    words: str
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class FilterBar:
    """Everything about filters that the queue shows. `state` repeats it as hidden fields."""

    fields: tuple[FilterField, ...]
    in_force: tuple[FilterLink, ...]
    clear_url: str
    saved: tuple[SavedLink, ...]
    manage_url: str
    tab: str
    state: tuple[tuple[str, str], ...]


def address_of(site: Site, tab: Tab, narrowed: QueueFilter, after: str = "") -> str:
    """The address of a list: everything that makes it, and nothing about a patient."""
    state = {"site": site.slug} | state_of(tab, narrowed) | ({"after": after} if after else {})
    return f"{reverse('queue')}?{urlencode(state)}"


def state_of(tab: Tab, narrowed: QueueFilter) -> dict[str, str]:
    """The list without its site: what is saved under a name."""
    return {"tab": str(tab)} | narrowed.address()


def filter_bar(
    site: Site, tab: Tab, narrowed: QueueFilter, choices: Mapping[str, Choices], menu: "Menu"
) -> FilterBar:
    """The bar above the list. `choices` are those that hang on the site: owner, language, site."""
    return FilterBar(
        fields=_fields(site, narrowed, choices),
        in_force=tuple(
            FilterLink(narrowed.words_of(name), address_of(site, tab, narrowed.without(name)))
            for name, _value in narrowed.values
        ),
        clear_url=address_of(site, tab, QueueFilter()) if narrowed else "",
        saved=_saved(site, tab, narrowed, menu),
        manage_url=f"{reverse('queue_filters')}?{urlencode(_kept(site, tab, narrowed))}",
        tab=str(tab),
        state=tuple(state_of(tab, narrowed).items()),
    )


def _kept(site: Site, tab: Tab, narrowed: QueueFilter) -> dict[str, str]:
    return {"site": site.slug} | state_of(tab, narrowed)


def _fields(
    site: Site, narrowed: QueueFilter, choices: Mapping[str, Choices]
) -> tuple[FilterField, ...]:
    said = narrowed.address()
    offered: dict[str, Choices] = {
        "owner": choices["owner"],
        "risk": _terms(Risk),
        "modality": _terms(Modality),
        "class": _terms(EscalationClass),
        "language": ((code, language_name(code)) for code, _name in choices["language"]),
    }
    fields = [
        FilterField(
            name,
            _(criterion.label),
            said.get(name, ""),
            _options(offered[name], said.get(name, ""), _("Any")) if name in offered else (),
        )
        for name, criterion in CRITERIA.items()
    ]
    sites = tuple(choices["site"])
    if len(sites) > 1:
        options = tuple(Option(slug, name, slug == site.slug) for slug, name in sites)
        fields.insert(0, FilterField("site", _("Site"), site.slug, options))
    return tuple(fields)


def _terms(term: type[Term]) -> Choices:
    return ((one.value, _(one.label)) for one in term)


def _options(choices: Choices, chosen: str, empty: str) -> tuple[Option, ...]:
    offered = tuple(Option(value, label, value == chosen) for value, label in choices)
    return (Option("", empty, not chosen), *offered)


class Menu(NamedTuple):
    """Whose menu, and the filters in it."""

    reader: User
    saved: list[SavedFilter]


def _saved(site: Site, tab: Tab, narrowed: QueueFilter, menu: Menu) -> tuple[SavedLink, ...]:
    current = urlencode(state_of(tab, narrowed))
    return tuple(
        SavedLink(
            words=row.name if row.owner_id == menu.reader.pk else _shared_words(row),
            url=f"{reverse('queue')}?{urlencode({'site': site.slug})}&{row.query}",
            is_current=row.query == current,
        )
        for row in menu.saved
    )


def _shared_words(row: SavedFilter) -> str:
    return _("{name} (shared by {owner})").format(name=row.name, owner=name_of_user(row.owner))


def ways_out(
    site: Site, tab: Tab, narrowed: QueueFilter, hidden: Mapping[str, int]
) -> tuple[FilterLink, ...]:
    """Of a list that its filters leave empty: how many there would be without which of them."""
    links = [
        FilterLink(
            _("Without “{filter}”: {patients}").format(
                filter=narrowed.words_of(name), patients=_patients(hidden[name])
            ),
            address_of(site, tab, narrowed.without(name)),
        )
        for name, _value in narrowed.values
        if hidden[name]
    ]
    if hidden[""] and len(narrowed.values) > 1:
        words = _("Without any filter: {patients}").format(patients=_patients(hidden[""]))
        links.append(FilterLink(words, address_of(site, tab, QueueFilter())))
    return tuple(links)


def _patients(count: int) -> str:
    if count > COUNT_LIMIT:
        return _("{n}+ patients").format(n=number_words(COUNT_LIMIT))
    return count_words(count, "patient")
