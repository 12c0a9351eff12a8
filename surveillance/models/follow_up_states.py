"""What a follow-up must be to count as overdue, due, to order …: each said once.

A question filters by it (`FollowUpQuerySet`, `web/queue_tabs.py`); where many counts are needed at
once the rows are marked with it instead (`web/queue_counts.py`).
"""

from datetime import date, timedelta

from django.db.models import Q

from surveillance.protocol.terms import ObligationKind

OPEN = Q(closed_at=None)
WITHOUT_ORDER = Q(kind=ObligationKind.IMAGING, ordered_on=None, booked_for=None)
"""Imaging for which no order was placed."""
WITHOUT_APPOINTMENT = ~Q(kind=ObligationKind.REVIEW) & Q(booked_for=None)
"""Not a review, and without an appointment."""
IS_REVIEW = Q(kind=ObligationKind.REVIEW)
"""A human must complete or correct facts."""


def is_overdue(on: date) -> Q:
    """Past the last day of its window: the first overdue day is latest + 1."""
    return Q(latest_on__lt=on)


def is_due(on: date) -> Q:
    """Past the target and not yet overdue."""
    return Q(target_on__lt=on, latest_on__gte=on)


def is_due_soon(on: date, within_days: int) -> Q:
    """The target is not yet past and is reached within so many days."""
    return Q(target_on__gte=on, target_on__lte=on + timedelta(days=within_days))


def is_snoozed(on: date) -> Q:
    """Put aside until a later day."""
    return Q(snoozed_until__gt=on)


def is_awake(on: date) -> Q:
    """Never put aside, or the day it was put aside until has come."""
    return Q(snoozed_until=None) | Q(snoozed_until__lte=on)


def is_opening_by(on: date) -> Q:
    """Its window has opened by that day."""
    return Q(earliest_on__lte=on)
