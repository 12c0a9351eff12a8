"""Who must be told on which day while an obligation stays open (8.6).

Everything here is a function of the window, the class and the day: nothing is remembered. Steps
are returned in full, so that a sweep that was down sends the tier of today and records the rest.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from surveillance.protocol import parameters
from surveillance.protocol.parameters import Rung
from surveillance.protocol.recommendation import Window
from surveillance.protocol.terms import EscalationClass

acknowledgement_limit_days = parameters.ACKNOWLEDGEMENT_LIMIT_DAYS.value

_RUNGS: dict[EscalationClass, tuple[Rung, ...]] = {
    EscalationClass.NONE: (),
    EscalationClass.LOW: parameters.LADDER_LOW.value,
    EscalationClass.AT_RISK: parameters.LADDER_AT_RISK.value,
    EscalationClass.URGENT: parameters.LADDER_URGENT.value,
}
_WEEKLY = frozenset({EscalationClass.AT_RISK, EscalationClass.URGENT})
_TOP_TIER = 4


@dataclass(frozen=True, slots=True)
class LadderStep:
    """A tier that must be told from `due_on` on. Keys: 'created', 'L-30', 'T+1', 'L+7', 'L+60';
    'DNA2' after two missed appointments."""

    key: str
    tier: int
    due_on: date


@dataclass(frozen=True, slots=True)
class ReminderStep:
    """A message to the patient, without clinical content, due on `due_on`."""

    key: str
    due_on: date


def tier_on(
    escalation_class: EscalationClass,
    window: Window,
    day: date,
    *,
    owed_since: date,
    booked_for: date | None = None,
) -> int:
    """The highest tier (0-4) owed on `day`; it never falls while nothing is booked (I28).

    `owed_since` is the day the obligation was opened. An appointment on or before the latest day
    silences the steps before that day; after it, and for a later appointment, the ladder runs.
    """
    owed = steps_due(escalation_class, window, day, owed_since=owed_since, booked_for=booked_for)
    return max((step.tier for step in owed), default=0)


def steps_due(
    escalation_class: EscalationClass,
    window: Window,
    day: date,
    *,
    owed_since: date,
    booked_for: date | None = None,
) -> tuple[LadderStep, ...]:
    """Every step owed on or before `day`, oldest first."""
    steps = _steps(escalation_class, window, owed_since, booked_for, until=day)
    return tuple(sorted(steps, key=lambda step: (step.due_on, step.tier)))


def steps_after_missed(
    escalation_class: EscalationClass, day: date, twice_missed_on: date | None
) -> tuple[LadderStep, ...]:
    """The step owed from the day of the second missed appointment on (8.2); none for NONE.

    Like every step before the latest day it is silent while an appointment in time stands.
    """
    is_owed = twice_missed_on is not None and twice_missed_on <= day
    if twice_missed_on is None or not is_owed or escalation_class is EscalationClass.NONE:
        return ()
    return (LadderStep("DNA2", parameters.MISSED_TIER.value, twice_missed_on),)


def next_look_on(
    escalation_class: EscalationClass,
    window: Window,
    day: date,
    *,
    owed_since: date,
    booked_for: date | None,
) -> date | None:
    """The first day after `day` on which a ladder step or a patient reminder falls."""
    horizon = max(day, window.latest, owed_since) + timedelta(
        days=parameters.LADDER_INCIDENT_REVIEW.value + 1
    )
    steps = _steps(escalation_class, window, owed_since, booked_for, until=horizon)
    reminders = _reminders(escalation_class, window, booked_for, until=horizon)
    days = [step.due_on for step in steps] + [step.due_on for step in reminders]
    return min((each for each in days if each > day), default=None)


def reminders_due(
    escalation_class: EscalationClass, window: Window, day: date, *, booked_for: date | None
) -> tuple[ReminderStep, ...]:
    """Every patient reminder due on or before `day`, oldest first.

    Unbooked: 30 days before earliest, 14 before target, target, then every 14 days until booked
    (after the latest day by phone: a task for the navigator). Booked: 7 days and 1 day before the
    appointment, whose day is part of the key, so that a new appointment is announced anew.
    """
    steps = _reminders(escalation_class, window, booked_for, until=day)
    return tuple(sorted(steps, key=lambda step: step.due_on))


def _steps(
    escalation_class: EscalationClass,
    window: Window,
    owed_since: date,
    booked_for: date | None,
    *,
    until: date,
) -> list[LadderStep]:
    created_overdue = owed_since > window.latest
    steps: list[LadderStep] = []
    if not created_overdue and not _booked_in_time(window, booked_for):
        steps += _steps_before_latest(escalation_class, window, owed_since)
    base = owed_since if created_overdue else window.latest
    steps += _steps_after_latest(escalation_class, base, created_overdue, until)
    return [step for step in steps if step.due_on <= until]


def _booked_in_time(window: Window, booked_for: date | None) -> bool:
    return booked_for is not None and booked_for <= window.latest


def _steps_before_latest(
    escalation_class: EscalationClass, window: Window, owed_since: date
) -> Iterator[LadderStep]:
    for rung in _RUNGS[escalation_class]:
        if rung.days < 0:
            due = max(window.latest + timedelta(days=rung.days), owed_since)
            yield LadderStep(f"L{rung.days}", rung.tier, due)
    if escalation_class is EscalationClass.URGENT:
        tier = parameters.LADDER_URGENT_AT_CREATION.value
        yield LadderStep("created", tier, owed_since)
        after_target = max(window.target + timedelta(days=1), owed_since)
        if after_target <= window.latest:
            yield LadderStep("T+1", parameters.LADDER_URGENT_AFTER_TARGET.value, after_target)


def _steps_after_latest(
    escalation_class: EscalationClass, base: date, created_overdue: bool, until: date
) -> Iterator[LadderStep]:
    """Steps counted from `base`: the latest day, or the creation of an already overdue task."""
    for rung in _RUNGS[escalation_class]:
        if rung.days > 0:
            first_at_creation = created_overdue and rung.days == 1
            due = base if first_at_creation else base + timedelta(days=rung.days)
            yield LadderStep(f"L+{rung.days}", rung.tier, due)
    if escalation_class in _WEEKLY:
        yield from _weekly_steps(base, until)
        days = parameters.LADDER_INCIDENT_REVIEW.value
        yield LadderStep(f"L+{days}", _TOP_TIER, base + timedelta(days=days))


def _weekly_steps(base: date, until: date) -> Iterator[LadderStep]:
    days = parameters.LADDER_WEEKLY_FROM.value
    while base + timedelta(days=days) <= until:
        yield LadderStep(f"L+{days}", _TOP_TIER, base + timedelta(days=days))
        days += parameters.LADDER_WEEKLY_EVERY.value


def _reminders(
    escalation_class: EscalationClass, window: Window, booked_for: date | None, *, until: date
) -> list[ReminderStep]:
    if escalation_class is EscalationClass.NONE:
        return []
    if booked_for is None:
        steps = [*_first_reminders(window), *_repeated_reminders(window, until)]
    else:
        steps = [
            ReminderStep(f"booked-{days}:{booked_for}", booked_for - timedelta(days=days))
            for days in parameters.REMINDERS_BEFORE_APPOINTMENT.value
        ]
    return [step for step in steps if step.due_on <= until]


def _first_reminders(window: Window) -> Iterator[ReminderStep]:
    first, second = _lead_days()
    yield ReminderStep(f"earliest-{first}", window.earliest - timedelta(days=first))
    yield ReminderStep(f"target-{second}", window.target - timedelta(days=second))
    yield ReminderStep("target", window.target)


def _lead_days() -> tuple[int, int]:
    return parameters.REMINDER_BEFORE_EARLIEST.value, parameters.REMINDER_BEFORE_TARGET.value


def _repeated_reminders(window: Window, until: date) -> Iterator[ReminderStep]:
    days = parameters.REMINDER_EVERY.value
    while window.target + timedelta(days=days) <= until:
        yield ReminderStep(f"target+{days}", window.target + timedelta(days=days))
        days += parameters.REMINDER_EVERY.value
