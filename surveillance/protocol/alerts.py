"""Which e-mail interrupts a colleague at once, and when the others are told together."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from surveillance.protocol.parameters.alerts import ALERTS_PER_WEEK, DIGEST_HOUR
from surveillance.protocol.terms import EscalationClass

DAY = timedelta(days=1)
LONGEST_WAIT = 60
"""Working days are looked for so many days ahead; then the next morning does."""
DANGEROUS = frozenset({EscalationClass.AT_RISK, EscalationClass.URGENT})


@dataclass(frozen=True, slots=True)
class Alert:
    """What an e-mail about an escalation is about."""

    escalation_class: EscalationClass
    is_overdue: bool

    @property
    def is_breach(self) -> bool:
        """Past the last day, in a class where waiting is dangerous: never held back."""
        return self.is_overdue and self.escalation_class in DANGEROUS


def budget_of(site_budget: int | None) -> int:
    """E-mails at once per person and week: a site may choose fewer, never more."""
    ours = ALERTS_PER_WEEK.value
    return ours if site_budget is None else min(ours, site_budget)


def is_interruptive(alert: Alert, sent_this_week: int, budget: int) -> bool:
    """Whether it is sent by itself: a breach always, anything else while the budget lasts.

    `sent_this_week` counts all that interrupted the person, breaches too.
    """
    return alert.is_breach or sent_this_week < budget


def next_digest(after: datetime, is_closed: Callable[[date], bool]) -> datetime:
    """The first morning of a working day after `after` (aware, on the site's clock)."""
    moment = datetime.combine(after.date(), time(DIGEST_HOUR.value), tzinfo=after.tzinfo)
    first = moment if moment > after else moment + DAY
    for days in range(LONGEST_WAIT):
        if not is_closed(first.date() + days * DAY):
            return first + days * DAY
    return first
