"""The one guarded change of an open follow-up by a person."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from patients.audit import record_event
from patients.prepared import Prepared, slot
from surveillance.models import FollowUp
from surveillance.workflows.errors import WorkflowRefused

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class FollowUpAlreadyClosed(WorkflowRefused):
    """Somebody or something ended this follow-up before."""

    code = "follow_up_already_closed"


class FollowUpChangedMeanwhile(WorkflowRefused):
    """Somebody else changed this follow-up since the page was opened."""

    code = "follow_up_changed_meanwhile"


_CURRENT = Prepared(
    lambda: FollowUp.objects.select_related("site", "patient").filter(pk=slot(FollowUp, "pk"))
)


@transaction.atomic
def change_follow_up(
    *,
    follow_up: FollowUp,
    action: str,
    fields: dict[str, Any],
    detail: dict[str, Any],
    expected_version: int | None,
    by: "User | None",
    now: datetime,
) -> bool:
    """Set `fields` if the follow-up is open and, where given, still of `expected_version`.

    Returns False, and changes nothing, if it says so already. The sweep looks at it again today.
    Refused: closed, or changed by somebody else meanwhile.
    """
    [current] = _CURRENT.ask(pk=follow_up.pk)
    if current.closed_at is not None:
        raise FollowUpAlreadyClosed(
            _("This follow-up was closed meanwhile. Reload the page to see how.")
        )
    if all(getattr(current, name) == value for name, value in fields.items()):
        return False
    unchanged = FollowUp.objects.open().filter(pk=current.pk)
    version = current.version if expected_version is None else expected_version
    changed = unchanged.filter(version=version).update(
        **fields, next_look_on=current.site.local_date(now), version=F("version") + 1
    )
    if not changed:
        raise FollowUpChangedMeanwhile(
            _(
                "Somebody else changed this follow-up since you opened the page. Reload it, "
                "look, and do it again if it is still right."
            ),
            expected=version,
        )
    record_event(
        action,
        site=current.site,
        subject=current,
        patient=current.patient,
        by=by,
        now=now,
        detail=detail,
    )
    follow_up.refresh_from_db()
    return True
