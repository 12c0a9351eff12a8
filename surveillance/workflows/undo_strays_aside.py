"""What was set aside of an unknown sender waits again."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from patients.audit import Deed, record_events
from surveillance.models import StrayAside
from surveillance.workflows.administrators_only import administrators_of_some_site_only
from surveillance.workflows.errors import WorkflowRefused

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class AsideEmptied(WorkflowRefused):
    """The days of these messages are over: nothing is left that could be taken in."""

    code = "aside_emptied"


@transaction.atomic
def undo_strays_aside(*, aside: StrayAside, by: "User", now: datetime) -> int:
    """How many of its messages wait again; 0 where it was undone before.

    Once their sender is a feed they are taken over within seconds. Refused: somebody who
    administers no site; messages that were emptied.
    """
    sites = administrators_of_some_site_only(by=by)
    standing = StrayAside.objects.filter(pk=aside.pk, undone_at=None)
    if not standing.update(undone_at=now, undone_by=by):
        return 0
    count = aside.messages.filter(emptied_at=None).update(aside=None)
    if not count:
        raise AsideEmptied(_("These messages were emptied when their days were over."))
    deeds = [
        Deed("unknown_sender_taken_back", site, aside, detail={"count": count}) for site in sites
    ]
    record_events(deeds, by=by, now=now)
    return count
