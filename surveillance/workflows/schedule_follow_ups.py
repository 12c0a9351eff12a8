"""Opens follow-ups, many in a few statements, each closing in the same breath what it replaces."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from patients.audit import Deed, record_events
from patients.models import Patient
from surveillance.lead_days import lead_steps_of_row, settings_of
from surveillance.models import FollowUp, FollowUpOutcome, Lesion, LesionAssessment
from surveillance.obligations import window_of
from surveillance.ownership import Owners
from surveillance.protocol.ladder import Climb, next_look_on, reminders_due, steps_of
from surveillance.protocol.lead_times import missing_steps
from surveillance.protocol.priority import sort_key
from surveillance.protocol.recommendation import Obligation, Window
from surveillance.protocol.terms import EscalationClass
from surveillance.workflows.close_follow_ups import Closing, close_follow_ups

if TYPE_CHECKING:
    from django.contrib.auth.models import User

NEVER_SNOOZED_PAST_LATEST = (EscalationClass.AT_RISK, EscalationClass.URGENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFollowUp:
    """An obligation that becomes a follow-up; `replaces` is the open one of its kind, if any.

    `after` is a follow-up that has ended and whose owner goes on answering.
    """

    lesion: Lesion
    patient: Patient
    assessment: LesionAssessment
    obligation: Obligation
    replaces: FollowUp | None = None
    after: FollowUp | None = None


@transaction.atomic
def schedule_follow_ups(
    *,
    new: Sequence[NewFollowUp],
    owners: Owners | None = None,
    by: "User | None",
    now: datetime,
) -> list[FollowUp]:
    """Open the follow-ups, in order; what each replaces is closed as SUPERSEDED first.

    A successor keeps its predecessor's owner, its place on the ladder (`owed_since` and missed
    appointments), and order, booking and snooze as far as they still make sense.
    """
    if not new:
        return []
    owners = owners or Owners(one.patient for one in new)
    rows = [_row(one, owners, now) for one in new]
    closings = [
        Closing(
            follow_up=one.replaces,
            outcome=FollowUpOutcome.SUPERSEDED,
            superseded_by=row.pk,
        )
        for one, row in zip(new, rows, strict=True)
        if one.replaces is not None
    ]
    close_follow_ups(closings=closings, by=by, now=now)
    FollowUp.objects.bulk_create(rows)
    record_events([_deed(row) for row in rows], by=by, now=now)
    return rows


def _row(one: NewFollowUp, owners: Owners, now: datetime) -> FollowUp:
    today = one.patient.site.local_date(now)
    owed, window = one.obligation, one.obligation.window
    since = _owed_since(one, today)
    carried = _carried(one)
    earlier = one.replaces or one.after
    row = FollowUp(
        lesion=one.lesion,
        patient=one.patient,
        site=one.patient.site,
        assessment=one.assessment,
        kind=owed.kind,
        recommendation=owed.recommendation,
        advised_modality=owed.modality or "",
        escalation_class=owed.escalation_class,
        reason=owed.reason,
        earliest_on=window.earliest,
        target_on=window.target,
        latest_on=window.latest,
        owed_since=since,
        opened_at=now,
        owner=owners.of(one.patient, before=earlier.owner_id if earlier else None),
        sort_key=sort_key(owed.escalation_class, window),
        **carried,
    )
    row.next_look_on = _first_look(row, today)
    return row


def _first_look(row: FollowUp, today: date) -> date | None:
    """Today if a step of the chase is due already, else the day of the first."""
    window = window_of(row)
    climb = Climb(
        EscalationClass(row.escalation_class),
        window,
        row.owed_since,
        row.booked_for,
        settings_of(row.site).ladder_days_earlier,
    )
    reminded = reminders_due(climb.escalation_class, window, today, booked_for=row.booked_for)
    if row.twice_missed_on or steps_of(climb, today) or reminded:
        return today
    lead = _first_lead_step(row)
    if lead is not None and lead <= today:
        return today
    days = (lead, next_look_on(climb, today))
    return min((day for day in days if day is not None), default=None)


def _first_lead_step(row: FollowUp) -> date | None:
    """The day of the first step for want of an order or a booking, unless it is booked."""
    if row.booked_for is not None:
        return None
    steps = missing_steps(lead_steps_of_row(row), is_ordered=row.ordered_on is not None)
    return min((step.due_on for step in steps), default=None)


def _owed_since(one: NewFollowUp, today: date) -> date:
    """The day from which the ladder counts.

    Superseding never resets the ladder. Only a need that arises today and is overdue already
    counts from today (A-53), unless what it replaces was overdue too.
    """
    replaced = one.replaces
    if replaced is None:
        return today
    overdue_anew = one.obligation.window.latest < today <= replaced.latest_on
    return today if overdue_anew else replaced.owed_since


def _carried(one: NewFollowUp) -> dict[str, Any]:
    """What a person arranged for the predecessor and the new window still allows."""
    replaced = one.replaces
    if replaced is None:
        return {}
    window = one.obligation.window
    carried: dict[str, Any] = {
        "missed_appointments": replaced.missed_appointments,
        "twice_missed_on": replaced.twice_missed_on,
        "arrangement_lost_on": replaced.arrangement_lost_on,
        "arrangement_lost_reason": replaced.arrangement_lost_reason,
    }
    if replaced.advised_modality == (one.obligation.modality or ""):
        carried["ordered_on"] = replaced.ordered_on
        carried["order_number"] = replaced.order_number
        if replaced.booked_for is not None and replaced.booked_for <= window.latest:
            carried["booked_for"] = replaced.booked_for
    if replaced.snoozed_until is not None and _may_sleep(replaced.snoozed_until, one, window):
        carried["snoozed_until"] = replaced.snoozed_until
        carried["snooze_reason"] = replaced.snooze_reason
    return carried


def _may_sleep(until: date, one: NewFollowUp, window: Window) -> bool:
    return until < window.latest or (
        one.obligation.escalation_class not in NEVER_SNOOZED_PAST_LATEST
    )


def _deed(row: FollowUp) -> Deed:
    detail = {
        "lesion": str(row.lesion_id),
        "kind": row.kind,
        "recommendation": row.recommendation,
        "latest_on": row.latest_on.isoformat(),
    }
    return Deed("follow_up_opened", row.site, row, row.patient, detail)
