"""A person decides that a part of a message is not taken in."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from patients.audit import record_event
from surveillance.models import IntakeItem, ItemStatus
from surveillance.workflows.errors import WorkflowRefused
from surveillance.workflows.refuse_unless_waiting import refuse_unless_waiting

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class SetAsideWithoutReason(WorkflowRefused):
    """Nobody could tell later why it does not count."""

    code = "set_aside_without_reason"


@transaction.atomic
def set_item_aside(
    *, item: IntakeItem, reason: str, by: "User | None", now: datetime
) -> IntakeItem:
    """Note who decided so and why. The same again changes nothing.

    Refused: no reason, a part that does not wait.
    """
    reason = reason.strip()
    if not reason:
        raise SetAsideWithoutReason(_("Say why it is set aside."), field="reason")
    current = IntakeItem.objects.select_for_update(no_key=True, of=("self",)).get(pk=item.pk)
    if (current.status, current.settled_reason) == (ItemStatus.SET_ASIDE, reason):
        return current
    refuse_unless_waiting(item=current)
    current.status, current.finished_at = ItemStatus.SET_ASIDE, now
    current.settled_by, current.settled_reason = by, reason
    current.save()
    record_event(
        "message_part_set_aside",
        site=current.site,
        subject=current,
        patient=current.patient,
        by=by,
        now=now,
        detail={"kind": current.kind, "code": current.code},
    )
    return current
