"""What waits for a patient by a way that is closed now takes another one."""

from datetime import datetime

from django.db import transaction

from patients.models import Patient
from surveillance.models import Notification, NotificationStatus
from surveillance.outreach import TO_PATIENTS, is_still_allowed
from surveillance.workflows.fall_back import fall_back


@transaction.atomic
def withdraw_messages(*, patient: Patient, why: str, now: datetime) -> int:
    """Cancel the waiting reminders that may not go their way any more; each falls back at once.

    `why` is a code. One that a sender holds at this moment is cancelled too; it may just have been
    handed over. Returns how many were cancelled.
    """
    waiting = Notification.objects.waiting().filter(
        patient=patient, recipient=None, template__in=TO_PATIENTS
    )
    cancelled = 0
    for message in waiting.select_related("site", "patient", "follow_up").order_by("pk"):
        if is_still_allowed(message):
            continue
        mine = Notification.objects.waiting().filter(pk=message.pk)
        ended = mine.update(
            status=NotificationStatus.CANCELLED,
            lease_owner="",
            lease_until=None,
            finished_at=now,
            last_error=why,
        )
        if ended:
            cancelled += 1
            fall_back(message=message, why=why, now=now)
    return cancelled
