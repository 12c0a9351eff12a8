"""The order-by and book-by days in SQL, from stored columns: nothing derived is kept.

States the rule of protocol/lead_times.py a second time; a property test keeps the two equal.
"""

from datetime import date, timedelta

from django.db.models import Q

from surveillance.protocol.lead_times import LeadTimes
from surveillance.protocol.parameters.lead_times import (
    AIM_BEFORE_LATEST,
    PLAIN_STUDIES,
    URGENT_STEPS,
)
from surveillance.protocol.terms import EscalationClass


def order_by_is_at_most(day: date, lead: LeadTimes) -> Q:
    """Whose order-by day, at a site with these lead times, is `day` or before."""
    is_plain = Q(advised_modality__in=PLAIN_STUDIES.value)
    plain = _aim_is_at_most(day, lead.booking + lead.plain_authorisation)
    others = _aim_is_at_most(day, lead.booking + lead.authorisation)
    return _bounded(day, (is_plain & plain) | (~is_plain & others), URGENT_STEPS.value[0])


def book_by_is_at_most(day: date, lead: LeadTimes) -> Q:
    """Whose book-by day is `day` or before."""
    return _bounded(day, _aim_is_at_most(day, lead.booking), URGENT_STEPS.value[1])


def _aim_is_at_most(day: date, lead: int) -> Q:
    """The day one books for, less so many days of lead: max(earliest, min(target, latest - 14))."""
    aim = day + timedelta(days=lead)
    in_time = aim + timedelta(days=AIM_BEFORE_LATEST.value)
    return Q(earliest_on__lte=aim) & (Q(target_on__lte=aim) | Q(latest_on__lte=in_time))


def _bounded(day: date, counted_back: Q, urgent_after: int) -> Q:
    """Never before the opening, never after the last day, soon where it is urgent."""
    soon = day - timedelta(days=urgent_after)
    urgent = Q(escalation_class=EscalationClass.URGENT, owed_since__lte=soon)
    return Q(latest_on__lte=day) | (Q(owed_since__lte=day) & (counted_back | urgent))
