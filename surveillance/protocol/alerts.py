"""Which e-mail interrupts a colleague at once, and when the others are told together.

What is here decides about e-mails. Inside the application everything is shown at once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from surveillance.protocol.parameters.alerts import ALERTS_PER_WEEK, DIGEST_HOUR
from surveillance.protocol.terms import EscalationClass

DAY = timedelta(days=1)
LONGEST_WAIT = 60
"""Working days are looked for so many days ahead; then the next morning does."""
DANGEROUS = frozenset({EscalationClass.AT_RISK, EscalationClass.URGENT})


class Occasion(StrEnum):
    """Why a colleague is written to."""

    RAISED = "RAISED"
    """A step of the ladder: this person answers for the case now."""
    RETURNED = "RETURNED"
    """Nothing had happened by the day that was given, and nobody above was told since."""
    RETURNED_BELOW = "RETURNED_BELOW"
    """The same on a tier above which another was told meanwhile: that one has the case."""
    PROMPT = "PROMPT"
    """An order, an appointment or a call is missing, before the ladder begins."""


@dataclass(frozen=True, slots=True)
class Alert:
    """What an e-mail to a colleague is about."""

    escalation_class: EscalationClass
    is_overdue: bool
    occasion: Occasion = Occasion.RAISED

    @property
    def is_breach(self) -> bool:
        """Past the last day, in a class where waiting is dangerous: never held back from whoever
        stands highest on the ladder."""
        has_the_case = self.occasion in (Occasion.RAISED, Occasion.RETURNED)
        return has_the_case and self.is_overdue and self.escalation_class in DANGEROUS

    @property
    def may_interrupt(self) -> bool:
        """Whether the budget is asked at all: a new urgent case, before its last day. The steps
        of every other class fall weeks before it, where the morning of a working day is soon
        enough."""
        is_urgent = self.escalation_class is EscalationClass.URGENT
        return self.occasion is Occasion.RAISED and is_urgent


def budget_of(site_budget: int | None) -> int:
    """E-mails at once per person and week: a site may choose fewer, never more."""
    ours = ALERTS_PER_WEEK.value
    return ours if site_budget is None else min(ours, site_budget)


def is_interruptive(alert: Alert, sent_this_week: int, budget: int) -> bool:
    """Whether it is sent by itself: a breach always, a new urgent case while the budget lasts,
    anything else never.

    `sent_this_week` counts all that interrupted the person, breaches too.
    """
    return alert.is_breach or (alert.may_interrupt and sent_this_week < budget)


def next_digest(after: datetime, is_closed: Callable[[date], bool]) -> datetime:
    """The first morning of a working day after `after` (aware, on the site's clock)."""
    moment = datetime.combine(after.date(), time(DIGEST_HOUR.value), tzinfo=after.tzinfo)
    first = moment if moment > after else moment + DAY
    for days in range(LONGEST_WAIT):
        if not is_closed(first.date() + days * DAY):
            return first + days * DAY
    return first
