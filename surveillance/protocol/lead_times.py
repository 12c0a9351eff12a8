"""By which day an exam must be ordered and booked, and its patient spoken to, to be in time.

Half of what is missed was never ordered, so a missing order is chased weeks before the exam is
due, the booking next, the patient after that. All days follow from the window and from how long a
site takes to authorise and to book; nothing is remembered. After the last day the ladder speaks.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from surveillance.protocol.dates import add_days
from surveillance.protocol.parameters.lead_times import (
    AIM_BEFORE_LATEST,
    AUTHORISATION_LEAD,
    BOOKING_LEAD,
    CONTACT_BEFORE_APPOINTMENT,
    ORDER_MISSING,
    PLAIN_AUTHORISATION_LEAD,
    PLAIN_STUDIES,
    URGENT_STEPS,
)
from surveillance.protocol.recommendation import Window
from surveillance.protocol.terms import EscalationClass, Modality, ObligationKind

_NAVIGATOR = 1


@dataclass(frozen=True, slots=True)
class LeadTimes:
    """Days that pass at a site, none negative: until an order is authorised, until a booked
    appointment comes."""

    booking: int = BOOKING_LEAD.value
    authorisation: int = AUTHORISATION_LEAD.value
    plain_authorisation: int = PLAIN_AUTHORISATION_LEAD.value

    def until_authorised(self, modality: Modality | None) -> int:
        """Ultrasound is authorised sooner than MRI and CT; what is not known takes long."""
        is_plain = modality in PLAIN_STUDIES.value
        return self.plain_authorisation if is_plain else self.authorisation


@dataclass(frozen=True, slots=True)
class Errand:
    """What is to be ordered and booked for one obligation.

    `lost_on`: the day on which an order or an appointment was cancelled last; the steps before it
    are owed again from then on.
    """

    kind: ObligationKind
    escalation_class: EscalationClass
    window: Window
    owed_since: date
    modality: Modality | None = None
    lost_on: date | None = None


@dataclass(frozen=True, slots=True)
class LeadDates:
    """The last days on which each link can be made for the exam to be in time.

    order_by <= book_by <= contact_by: what cannot be booked without an order is ordered first,
    and a patient is still reached when it should have been booked already.
    """

    order_by: date
    book_by: date
    contact_by: date


class LeadStepKind(StrEnum):
    """Which link is missing; in the order in which they are made."""

    ORDER = "ORDER"
    BOOKING = "BOOKING"
    CONTACT = "CONTACT"


@dataclass(frozen=True, slots=True)
class LeadStep:
    """From `due_on` on somebody of `tier` must be told that the link is missing."""

    kind: LeadStepKind
    tier: int
    due_on: date


def aim_of(window: Window) -> date:
    """The day for which one books: the target, two weeks before the last day at the latest, and
    never before the window opens."""
    in_time = add_days(window.latest, -AIM_BEFORE_LATEST.value)
    return max(window.earliest, min(window.target, in_time))


def lead_dates(errand: Errand, lead: LeadTimes) -> LeadDates:
    """Counted back from `aim_of`; never before the obligation opened, never after its last day.

    An urgent exam is ordered, booked and talked about within days of its opening, however short
    the site's own lead times are. A longer lead time never gives a later day.
    """
    aim = aim_of(errand.window)
    book_by = add_days(aim, -lead.booking)
    order_by = add_days(book_by, -lead.until_authorised(errand.modality))
    contact_by = add_days(aim, -min(lead.booking, CONTACT_BEFORE_APPOINTMENT.value))
    days = [order_by, book_by, contact_by]
    if errand.escalation_class is EscalationClass.URGENT:
        soon = (add_days(errand.owed_since, after) for after in URGENT_STEPS.value)
        days = [min(pair) for pair in zip(days, soon, strict=True)]
    return LeadDates(*(min(max(day, errand.owed_since), errand.window.latest) for day in days))


def lead_steps(errand: Errand, lead: LeadTimes) -> tuple[LeadStep, ...]:
    """Every step that may be owed, oldest first, none after the last day of the window.

    A referral is booked but neither ordered nor left to the patient; a review has none of it, nor
    has what is overdue when it is opened: there the ladder begins.
    """
    if errand.kind is ObligationKind.REVIEW or errand.escalation_class is EscalationClass.NONE:
        return ()
    dates = lead_dates(errand, lead)
    begin = errand.owed_since if errand.lost_on is None else max(errand.owed_since, errand.lost_on)
    steps = [LeadStep(LeadStepKind.BOOKING, _NAVIGATOR, max(dates.book_by, begin))]
    if errand.kind is ObligationKind.IMAGING:
        steps += _order_steps(errand.escalation_class, max(dates.order_by, begin))
        steps.append(LeadStep(LeadStepKind.CONTACT, _NAVIGATOR, max(dates.contact_by, begin)))
    in_time = (step for step in steps if step.due_on <= errand.window.latest)
    return tuple(sorted(in_time, key=_place))


def _place(step: LeadStep) -> tuple[date, int, int]:
    return step.due_on, step.tier, tuple(LeadStepKind).index(step.kind)


def _order_steps(escalation_class: EscalationClass, order_by: date) -> Iterator[LeadStep]:
    for rung in ORDER_MISSING.value[escalation_class]:
        yield LeadStep(LeadStepKind.ORDER, rung.tier, add_days(order_by, rung.days))


def missing_steps(steps: Iterable[LeadStep], *, is_ordered: bool) -> tuple[LeadStep, ...]:
    """The steps of what is still missing, in their order, while nothing is booked in time."""
    return tuple(step for step in steps if not (is_ordered and step.kind is LeadStepKind.ORDER))


def steps_to_tell(
    steps: Iterable[LeadStep], day: date, *, is_ordered: bool
) -> tuple[LeadStep, ...]:
    """What is to be said on `day`: of each missing link the newest step; one that was missed is
    not made up. What fell due together with the order waits for it: first things first."""
    owed = [step for step in missing_steps(steps, is_ordered=is_ordered) if step.due_on <= day]
    orders = [step for step in owed if step.kind is LeadStepKind.ORDER]
    visits = [step for step in owed if step.kind is not LeadStepKind.ORDER]
    if orders and visits and visits[-1].due_on == orders[0].due_on:
        visits = []
    return (*orders[-1:], *visits[-1:])


def next_lead_step_on(steps: Iterable[LeadStep], day: date, *, is_ordered: bool) -> date | None:
    """The first day after `day` on which a step of what is missing falls."""
    missing = missing_steps(steps, is_ordered=is_ordered)
    return min((step.due_on for step in missing if step.due_on > day), default=None)
