"""What the ladder says of a follow-up, asked in the words of its columns.

The answers are pure, and on one day very many follow-ups share a window: each is worked out once.
"""

from datetime import date
from functools import lru_cache

from surveillance.protocol import ladder
from surveillance.protocol.ladder import Climb, LadderStep, ReminderStep
from surveillance.protocol.recommendation import Window
from surveillance.protocol.terms import EscalationClass

KEPT = 4096
Columns = tuple[str, date, date, date]
"""Escalation class as stored, earliest, target and latest day."""


@lru_cache(maxsize=KEPT)
def steps_due(
    columns: Columns,
    day: date,
    owed_since: date,
    twice_missed_on: date | None = None,
    earlier: int = 0,
) -> tuple[LadderStep, ...]:
    """The steps owed by `day` while nothing is booked in time, at a site that is so many days
    earlier than the protocol; ValueError for an unknown class."""
    name, *window = columns
    escalation_class = EscalationClass(name)
    climb = Climb(escalation_class, Window(*window), owed_since, earlier=earlier)
    steps = ladder.steps_of(climb, day)
    missed = ladder.steps_after_missed(escalation_class, day, twice_missed_on)
    return tuple(sorted((*steps, *missed), key=lambda step: (step.due_on, step.tier)))


@lru_cache(maxsize=KEPT)
def newest_reminder(columns: Columns, day: date, booked_for: date | None) -> ReminderStep | None:
    """The reminder that came due last by `day`; an earlier one that was missed is not made up."""
    escalation_class, *window = columns
    steps = ladder.reminders_due(
        EscalationClass(escalation_class), Window(*window), day, booked_for=booked_for
    )
    return steps[-1] if steps else None


@lru_cache(maxsize=KEPT)
def next_step_on(
    columns: Columns, day: date, owed_since: date, booked_for: date | None, earlier: int = 0
) -> date | None:
    """The first day after `day` on which a step of the ladder or a reminder falls."""
    name, *window = columns
    climb = Climb(EscalationClass(name), Window(*window), owed_since, booked_for, earlier)
    return ladder.next_look_on(climb, day)
