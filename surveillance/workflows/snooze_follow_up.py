"""A follow-up is put aside for a while, never past what is safe."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from surveillance.models import FollowUp
from surveillance.protocol.parameters import SNOOZE_LIMIT_LOW
from surveillance.protocol.terms import EscalationClass
from surveillance.workflows.change_follow_up import change_follow_up
from surveillance.workflows.errors import WorkflowRefused

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class SnoozeRefused(WorkflowRefused):
    """The follow-up may not be put aside for that long, or nobody said why."""

    code = "snooze_refused"


@transaction.atomic
def snooze_follow_up(
    *,
    follow_up: FollowUp,
    until: date,
    reason: str,
    expected_version: int | None = None,
    by: "User | None",
    now: datetime,
) -> FollowUp:
    """Put `follow_up` aside until that day: it leaves the list, the ladder goes on.

    Twice changes nothing. Refused: no reason, a day not in the future, past the last day of an
    at-risk or urgent follow-up (S28), more than thirty days ahead in the low class, closed or
    changed meanwhile.
    """
    today = follow_up.site.local_date(now)
    if not reason.strip():
        raise SnoozeRefused(_("Say why this is put aside."), field="reason")
    if until <= today:
        raise SnoozeRefused(_("{day} is not in the future.").format(day=until), field="until")
    latest = latest_snooze(follow_up, today)
    if until > latest:
        raise SnoozeRefused(
            _("This follow-up cannot be put aside past {latest}. Its last day is {last}.").format(
                latest=latest, last=follow_up.latest_on
            ),
            field="until",
            latest=latest,
        )
    change_follow_up(
        follow_up=follow_up,
        action="follow_up_snoozed",
        fields={"snoozed_until": until, "snooze_reason": reason},
        detail={"until": until.isoformat()},
        expected_version=expected_version,
        by=by,
        now=now,
    )
    return follow_up


def latest_snooze(follow_up: FollowUp, today: date) -> date:
    """The last day up to which it may be put aside; nothing is left where that is not ahead."""
    if follow_up.escalation_class in (EscalationClass.AT_RISK, EscalationClass.URGENT):
        return follow_up.latest_on
    return today + timedelta(days=SNOOZE_LIMIT_LOW.value)
