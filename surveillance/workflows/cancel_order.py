"""An order was withdrawn, refused or lost."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from surveillance.models import FollowUp
from surveillance.record_locks import lock_records
from surveillance.workflows.change_follow_up import change_follow_up
from surveillance.workflows.errors import WorkflowRefused

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class CancellationImpossible(WorkflowRefused):
    """Nobody said why. `details`: field."""

    code = "order_cancellation_impossible"


@transaction.atomic
def cancel_order(
    *,
    follow_up: FollowUp,
    reason: str,
    expected_version: int | None = None,
    by: "User | None",
    now: datetime,
) -> FollowUp:
    """Take the order of `follow_up` off the record: from today on it is chased again.

    What is owed stays owed, and an appointment stays. Where nothing is ordered (twice) nothing
    changes. Refused: no reason, closed or changed meanwhile.
    """
    lock_records([follow_up.patient_id])
    reason = reason.strip()
    if not reason:
        raise CancellationImpossible(_("Say why the order is cancelled."), field="reason")
    current = FollowUp.objects.select_related("site").get(pk=follow_up.pk)
    if current.closed_at is None and current.ordered_on is None:
        return follow_up
    change_follow_up(
        follow_up=follow_up,
        action="follow_up_order_cancelled",
        fields={
            "ordered_on": None,
            "order_number": "",
            "arrangement_lost_on": current.site.local_date(now),
            "arrangement_lost_reason": reason,
        },
        detail={"order_number": current.order_number},
        expected_version=expected_version,
        by=by,
        now=now,
    )
    return follow_up
