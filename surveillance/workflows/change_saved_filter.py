"""What all changes of a saved filter have in common: who may, and under which name."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from patients.audit import record_event
from surveillance.models import LONGEST_NAME, SavedFilter
from surveillance.roles import Permission, may
from surveillance.workflows.errors import WorkflowRefused

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class FilterNameRefused(WorkflowRefused):
    """A saved filter has a name of its own, and not a long one."""

    code = "filter_name_refused"


class FilterNotYours(WorkflowRefused):
    """A saved filter is changed by its owner."""

    code = "filter_not_yours"


class SharingNotAllowed(WorkflowRefused):
    """The role does not work the queue of this site, or the filter belongs to no one site."""

    code = "sharing_not_allowed"


def standing_filter(saved: SavedFilter) -> SavedFilter:
    """The row as it is now, locked; removed or not."""
    rows = SavedFilter.objects.select_for_update(of=("self",)).select_related("site", "owner")
    return rows.get(pk=saved.pk)


def refuse_stranger(row: SavedFilter, by: "User") -> None:
    """Only its owner changes it; and nothing is left to change once it was removed."""
    if row.owner_id != by.pk:
        raise FilterNotYours(
            _("This filter belongs to a colleague. Save the same list under a name of your own.")
        )
    if row.removed_at is not None:
        raise FilterNotYours(_("This filter was deleted meanwhile. Save it again."))


def free_name(name: str, owner: "User", *, beside: SavedFilter | None = None) -> str:
    """The name without spaces around it. Refused: none, too long, or one of `owner`'s already."""
    said = " ".join(name.split())
    if not said or len(said) > LONGEST_NAME:
        raise FilterNameRefused(
            _("Give it a name of 1 to {most} letters, without a patient’s name.").format(
                most=LONGEST_NAME
            ),
            field="name",
        )
    same = SavedFilter.objects.standing().filter(owner=owner, name__iexact=said)
    others = same.exclude(pk=beside.pk) if beside else same
    if others.exists():
        raise FilterNameRefused(
            _(
                "You have a filter named “{said}” already. Give another name, or delete that one."
            ).format(said=said),
            field="name",
        )
    return said


def refuse_sharing(row: SavedFilter, by: "User") -> None:
    """Who works a site's queue shares there; a filter for all one's sites has no team."""
    if row.is_everywhere:
        raise SharingNotAllowed(
            _("A filter for all your sites cannot be shared. Save it for one site."),
            field="whose",
        )
    if not may(by, Permission.SHARE_FILTER, row.site):
        raise SharingNotAllowed(
            _("Your role at this site keeps filters for itself. Ask a navigator to share it."),
            field="whose",
        )


def note(action: str, row: SavedFilter, by: "User", now: datetime, **detail: Any) -> None:
    """Into the audit trail; the name is free text and stays out."""
    record_event(action, site=row.site, subject=row, by=by, now=now, detail=detail)
