"""Somebody keeps a list of the queue under a name."""

from datetime import datetime
from typing import TYPE_CHECKING, Final

from django.contrib.auth.models import User as Account
from django.db import transaction
from django.utils.translation import gettext as _

from patients.models import Site
from surveillance.models import SavedFilter
from surveillance.roles import Permission, may
from surveillance.workflows.change_saved_filter import (
    FilterNotYours,
    free_name,
    note,
    refuse_sharing,
)
from surveillance.workflows.errors import WorkflowRefused

if TYPE_CHECKING:
    from django.contrib.auth.models import User

MOST: Final = 20
"""Saved filters of one person: a longer menu helps nobody."""


class TooManyFilters(WorkflowRefused):
    """The person keeps as many filters as a menu can hold."""

    code = "too_many_filters"


@transaction.atomic
def save_filter(
    *,
    name: str,
    query: str,
    site: Site,
    is_everywhere: bool = False,
    is_shared: bool = False,
    by: "User",
    now: datetime,
) -> SavedFilter:
    """Keep `query` (a canonical address without the site) for `by` at `site`, or at all their
    sites, private or shared with the team of `site`.

    The same again is the one on record. Refused: no role in this queue, a name that is taken or no
    name, more than MOST, sharing where the role may not or for all sites.
    """
    Account.objects.select_for_update().get(pk=by.pk)  # one at a time: the limit stays true
    if not may(by, Permission.VIEW_QUEUE, site):
        raise FilterNotYours(_("You hold no role at this site in which one sees its queue."))
    values = {"query": query, "site": site, "is_everywhere": is_everywhere, "is_shared": is_shared}
    standing = SavedFilter.objects.standing().filter(owner=by)
    if same := standing.filter(name=name.strip(), **values).first():
        return same
    if standing.count() >= MOST:
        raise TooManyFilters(
            _("You keep {most} filters already. Delete one that you do not use.").format(most=MOST)
        )
    row = SavedFilter(owner=by, name=free_name(name, by), created_at=now, **values)
    if is_shared:
        refuse_sharing(row, by)
    row.save(force_insert=True)
    note("filter_saved", row, by, now, query=query, is_shared=is_shared)
    return row
