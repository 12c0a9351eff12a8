"""The reason for an escalation is gone."""

from datetime import datetime
from typing import TYPE_CHECKING

from surveillance.models import EscalationResolution, FollowUp
from surveillance.workflows.end_escalations import end_escalations

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def resolve_escalations(
    *,
    follow_up: FollowUp,
    resolution: EscalationResolution,
    by: "User | None" = None,
    now: datetime,
) -> int:
    """Resolve what is still raised for `follow_up`; returns how many. Twice changes nothing."""
    return end_escalations(follow_ups=[follow_up], resolution=resolution, by=by, now=now)
