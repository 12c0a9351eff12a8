"""A person decides that what an unknown sender sent so far is of no feed."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from patients.audit import Deed, record_events
from surveillance.models import StrayAside, StrayMessage
from surveillance.workflows.administrators_only import administrators_of_some_site_only
from surveillance.workflows.errors import WorkflowRefused
from surveillance.workflows.set_item_aside import SetAsideWithoutReason

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class NothingOfSenderWaits(WorkflowRefused):
    """A feed took it over meanwhile, or somebody else set it aside."""

    code = "nothing_of_sender_waits"


@transaction.atomic
def set_strays_aside(*, newest: StrayMessage, reason: str, by: "User", now: datetime) -> StrayAside:
    """Note who decided so, and why, of all that waits of this sender up to `newest`.

    What came after it was not seen by whoever decided, and goes on waiting. The bytes stay for
    `empty_old_messages.DEFAULT_DAYS`; until then `undo_strays_aside` takes it back. The same again
    changes nothing. Refused: somebody who administers no site, no reason, nothing that waits.
    """
    sites = administrators_of_some_site_only(by=by)
    reason = reason.strip()
    if not reason:
        raise SetAsideWithoutReason(_("Say why it is set aside."), field="reason")
    if same := StrayAside.objects.filter(messages=newest.pk, reason=reason).first():
        return same
    sender = (newest.sending_application, newest.sending_facility)
    aside = StrayAside.objects.create(
        sending_application=newest.sending_application,
        sending_facility=newest.sending_facility,
        reason=reason,
        set_aside_at=now,
        set_aside_by=by,
    )
    seen = StrayMessage.objects.waiting().of(*sender).filter(received_at__lte=newest.received_at)
    count = seen.update(aside=aside)
    if not count:
        raise NothingOfSenderWaits(
            _("Nothing of this sender waits any more: a feed took it over, or it was set aside.")
        )
    deeds = [
        Deed("unknown_sender_set_aside", site, aside, detail={"count": count}) for site in sites
    ]
    record_events(deeds, by=by, now=now)
    return aside
