"""Saved filters in words: what each lists, whose it is, what its reader may do with it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from django.contrib.auth.models import User
from django.urls import reverse
from django.utils.translation import gettext as _

from patients.models import Site
from surveillance.models import SavedFilter
from surveillance.protocol.queue_lists import Tab
from surveillance.roles import Permission
from surveillance.web.kept_out_words import TAB_LABELS
from surveillance.web.queue_filter import QueueFilter, read_filter
from surveillance.web.wording import name_of_user


@dataclass(frozen=True, slots=True)
class SavedRow:
    """One saved filter. An empty `share_words` means: not for this reader."""

    key: str
    name: str
    url: str
    what: str
    whose: str
    is_own: bool
    share_words: str
    share_verb: str


def words_of_list(tab: Tab, narrowed: QueueFilter) -> str:
    """'Overdue; Risk: At risk; Language: Spanish'."""
    criteria = (narrowed.words_of(name) for name, _value in narrowed.values)
    return "; ".join((_(TAB_LABELS[tab]), *criteria))


def saved_rows(
    saved: Iterable[SavedFilter],
    site: Site,
    owners: Mapping[int, str],
    reader: User,
    allowed: frozenset[Permission],
) -> tuple[SavedRow, ...]:
    """The page of saved filters, as `reader` sees it at the site."""
    return tuple(_row(row, site, owners, row.owner_id == reader.pk, allowed) for row in saved)


def _row(
    row: SavedFilter,
    site: Site,
    owners: Mapping[int, str],
    is_own: bool,
    allowed: frozenset[Permission],
) -> SavedRow:
    said = dict(parse_qsl(row.query))
    tab = Tab(said["tab"]) if said.get("tab") in set(Tab) else Tab.OVERDUE
    verb, words = _sharing(row, is_own, allowed)
    return SavedRow(
        key=str(row.pk),
        name=row.name,
        url=f"{reverse('queue')}?{urlencode({'site': site.slug})}&{row.query}",
        what=words_of_list(tab, read_filter(said, owners)),
        whose=_whose(row, is_own),
        is_own=is_own,
        share_words=words,
        share_verb=verb,
    )


def _whose(row: SavedFilter, is_own: bool) -> str:
    if not is_own:
        return _("shared by {owner}").format(owner=name_of_user(row.owner))
    if row.is_everywhere:
        return _("yours, at all your sites")
    return _("yours, shared with the team") if row.is_shared else _("yours")


def _sharing(row: SavedFilter, is_own: bool, allowed: frozenset[Permission]) -> tuple[str, str]:
    """The verb and the words of the button, both empty where there is none."""
    if row.is_shared:
        may_end = is_own or Permission.REASSIGN in allowed
        return ("take_back", _("Take back")) if may_end else ("", "")
    may_share = is_own and not row.is_everywhere and Permission.SHARE_FILTER in allowed
    return ("share", _("Share with the team")) if may_share else ("", "")
