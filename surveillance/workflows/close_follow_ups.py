"""Ends follow-ups, many in a few statements. No other code closes one."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.db.models import Case, F, Q, UUIDField, Value, When
from django.utils.translation import gettext as _

from patients.audit import Deed, record_events
from surveillance.models import (
    EscalationResolution,
    FollowUp,
    FollowUpOutcome,
    Notification,
    NotificationStatus,
)
from surveillance.workflows.change_follow_up import FollowUpAlreadyClosed
from surveillance.workflows.resolve_escalations import resolve_escalations

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """How one follow-up ends. `superseded_by` may be a row that is about to be written."""

    follow_up: FollowUp
    outcome: FollowUpOutcome
    note: str = ""
    completed_by: UUID | None = None
    superseded_by: UUID | None = None


@transaction.atomic
def close_follow_ups(*, closings: Sequence[Closing], by: "User | None", now: datetime) -> None:
    """End the follow-ups, resolve their escalations and cancel their waiting messages.

    Refused, all together: a follow-up that is closed already, or changed hands meanwhile.
    """
    if not closings:
        return
    alike: dict[tuple[FollowUpOutcome, str], list[Closing]] = defaultdict(list)
    for closing in closings:
        alike[closing.outcome, closing.note].append(closing)
    for group in alike.values():
        _close(group, by, now)
    _silence(closings, by, now)
    record_events([_deed(closing) for closing in closings], by=by, now=now)


def _close(group: Sequence[Closing], by: "User | None", now: datetime) -> None:
    """One statement for closings of one outcome and note."""
    unchanged = Q(pk__in=[closing.follow_up.pk for closing in group], closed_at=None)
    changed = FollowUp.objects.filter(unchanged).update(
        closed_at=now,
        closed_by=by,
        outcome=group[0].outcome,
        outcome_note=group[0].note,
        completed_by=_each(group, "completed_by"),
        superseded_by=_each(group, "superseded_by"),
        version=F("version") + 1,
    )
    if changed != len(group):
        raise FollowUpAlreadyClosed(
            _("This follow-up was closed meanwhile. Reload the page to see how."),
            follow_ups=[closing.follow_up.pk for closing in group],
        )


def _each(group: Sequence[Closing], name: str) -> Any:
    given = [
        When(pk=closing.follow_up.pk, then=Value(getattr(closing, name)))
        for closing in group
        if getattr(closing, name) is not None
    ]
    if not given:
        return None
    return Case(*given, default=None, output_field=UUIDField())


def _silence(closings: Iterable[Closing], by: "User | None", now: datetime) -> None:
    ended = defaultdict(list)
    for closing in closings:
        superseded = closing.outcome == FollowUpOutcome.SUPERSEDED
        why = EscalationResolution.SUPERSEDED if superseded else None
        ended[why or EscalationResolution.FOLLOW_UP_CLOSED].append(closing.follow_up)
    for resolution, follow_ups in ended.items():
        resolve_escalations(follow_ups=follow_ups, resolution=resolution, by=by, now=now)
    closed = [closing.follow_up for closing in closings]
    waiting = Notification.objects.waiting().filter(follow_up__in=closed)
    waiting.update(status=NotificationStatus.CANCELLED, finished_at=now)


def _deed(closing: Closing) -> Deed:
    follow_up = closing.follow_up
    detail = {"outcome": closing.outcome.value, "kind": follow_up.kind}
    return Deed("follow_up_closed", follow_up.site, follow_up, follow_up.patient, detail)
