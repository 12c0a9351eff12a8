"""Who must be told on which day while an obligation stays open (8.6).

Everything here is a function of the window, the class and the day: nothing is remembered. Steps
are returned in full, so that a sweep that was down sends the tier of today and records the rest.

A site may bring the ladder forward by some days (`earlier`), never put it back: each step falls on
its own day or before, none disappears, and none swallows the one before it.
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


@dataclass(frozen=True, slots=True)
class Climb:
    """One obligation on the ladder of a site that is `earlier` days ahead of the protocol's.

    `owed_since` is the day the obligation was opened. An appointment on or before the latest day
    silences the steps before that day; after it, and for a later appointment, the ladder runs.
    """

    escalation_class: EscalationClass
    window: Window
    owed_since: date
    booked_for: date | None = None
    earlier: int = 0

    @property
    def days_ahead(self) -> int:
        """Never negative: a ladder that was put back counts as the protocol's."""
        return max(0, self.earlier)


def tier_on(
    escalation_class: EscalationClass,
    window: Window,
    day: date,
    *,
    owed_since: date,
    booked_for: date | None = None,
) -> int:
    """The highest tier (0-4) owed on `day`; it never falls while nothing is booked (I28)."""
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
    """Every step of the protocol's own ladder owed on or before `day`, oldest first."""
    return steps_of(Climb(escalation_class, window, owed_since, booked_for), day)


def steps_of(climb: Climb, day: date) -> tuple[LadderStep, ...]:
    """Every step owed on or before `day` at the site, oldest first."""
    return tuple(sorted(_steps(climb, until=day), key=lambda step: (step.due_on, step.tier)))


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


def next_look_on(climb: Climb, day: date) -> date | None:
    """The first day after `day` on which a ladder step or a patient reminder falls."""
    horizon = max(day, climb.window.latest, climb.owed_since) + timedelta(
        days=parameters.LADDER_INCIDENT_REVIEW.value + 1
    )
    steps = _steps(climb, until=horizon)
    reminders = _reminders(climb.escalation_class, climb.window, climb.booked_for, until=horizon)
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


def _steps(climb: Climb, *, until: date) -> list[LadderStep]:
    window = climb.window
    created_overdue = climb.owed_since > window.latest
    steps: list[LadderStep] = []
    if not created_overdue and not _booked_in_time(window, climb.booked_for):
        steps += _steps_before_latest(climb)
    steps += _steps_after_latest(climb, created_overdue, until)
    return [step for step in steps if step.due_on <= until]


def _booked_in_time(window: Window, booked_for: date | None) -> bool:
    return booked_for is not None and booked_for <= window.latest


def _steps_before_latest(climb: Climb) -> Iterator[LadderStep]:
    window = climb.window
    rungs = [rung for rung in _RUNGS[climb.escalation_class] if rung.days < 0]
    for place, rung in enumerate(rungs):
        due = _brought_forward(climb, window.latest + timedelta(days=rung.days), place)
        yield LadderStep(f"L{rung.days}", rung.tier, due)
    if climb.escalation_class is EscalationClass.URGENT:
        tier = parameters.LADDER_URGENT_AT_CREATION.value
        yield LadderStep("created", tier, climb.owed_since)
        after_target = window.target + timedelta(days=1)
        if max(after_target, climb.owed_since) <= window.latest:
            due = _brought_forward(climb, after_target, 1)
            yield LadderStep("T+1", parameters.LADDER_URGENT_AFTER_TARGET.value, due)


def _brought_forward(climb: Climb, day: date, place: int) -> date:
    """The protocol's day, or the site's before it; the opening when it has passed by then.

    So many steps (`place`) come first and keep a day of their own where the site is ahead.
    """
    protocol = max(day, climb.owed_since)
    own = max(day - timedelta(days=climb.days_ahead), climb.owed_since + timedelta(days=place))
    return min(protocol, own)


def _steps_after_latest(climb: Climb, created_overdue: bool, until: date) -> Iterator[LadderStep]:
    """Steps counted from the latest day, or from the creation of an already overdue task."""
    base = climb.owed_since if created_overdue else climb.window.latest
    rungs = [rung for rung in _RUNGS[climb.escalation_class] if rung.days > 0]
    for place, rung in enumerate(rungs, start=1):
        first_at_creation = created_overdue and rung.days == 1
        days = 0 if first_at_creation else _days_after(climb, rung.days, place)
        yield LadderStep(f"L+{rung.days}", rung.tier, base + timedelta(days=days))
    if climb.escalation_class in _WEEKLY:
        last = len(rungs) + 1
        yield from _weekly_steps(climb, base, last, until)
        days = parameters.LADDER_INCIDENT_REVIEW.value
        due = base + timedelta(days=_days_after(climb, days, last))
        yield LadderStep(f"L+{days}", _TOP_TIER, due)


def _days_after(climb: Climb, days: int, place: int) -> int:
    """The days of a rung after the base, or the site's fewer. Nothing is overdue before the first
    rung, and each keeps a day of its own."""
    return min(days, max(days - climb.days_ahead, place))


def _weekly_steps(climb: Climb, base: date, place: int, until: date) -> Iterator[LadderStep]:
    days = parameters.LADDER_WEEKLY_FROM.value
    while (due := base + timedelta(days=_days_after(climb, days, place))) <= until:
        yield LadderStep(f"L+{days}", _TOP_TIER, due)
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
