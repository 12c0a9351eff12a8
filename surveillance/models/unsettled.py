"""Which of the things that somebody was told still ask for anything."""

from datetime import date

from django.db.models import Exists, F, OuterRef, Q

from surveillance.models.contact_attempt import ContactAttempt, ContactChannel
from surveillance.models.notification import (
    TEMPLATES_OF_PROMPTS,
    TEMPLATES_TO_PATIENTS,
    NotificationQuerySet,
    NotificationTemplate,
)

CALLS = TEMPLATES_TO_PATIENTS | {NotificationTemplate.CONTACT_PATIENT}
"""Addressed to a colleague these say: call the patient."""
TO_BOOK = TEMPLATES_OF_PROMPTS | {NotificationTemplate.PATIENT_REMINDER}


def unsettled(messages: NotificationQuerySet, on: date) -> NotificationQuerySet:
    """`messages` to staff without those that nobody need act on any more on that day.

    The follow-up or the escalation ended, the escalation is acknowledged and that still runs, the
    order was placed, an appointment in time is made, somebody called the patient since (the next
    try stands in the queue).
    Derived each time: what is lost again (an appointment cancelled) asks again.
    """
    is_over = Q(follow_up__closed_at__isnull=False) | Q(escalation__resolved_at__isnull=False)
    is_in_hand = Q(escalation__acknowledged_until__gte=on)
    is_ordered = Q(template=NotificationTemplate.ORDER_MISSING, follow_up__ordered_on__isnull=False)
    is_booked = Q(
        template__in=TO_BOOK,
        follow_up__booked_for__gte=on,
        follow_up__booked_for__lte=F("follow_up__latest_on"),
    )
    tried = ContactAttempt.objects.standing().filter(
        patient=OuterRef("patient"),
        attempted_at__gte=OuterRef("created_at"),
        attempted_by__isnull=False,
        channel__in=(ContactChannel.PHONE, ContactChannel.IN_PERSON),
    )
    is_tried = Q(Exists(tried), template__in=CALLS)
    for is_settled in (is_over, is_in_hand, is_ordered, is_booked, is_tried):
        messages = messages.exclude(is_settled)
    return messages
