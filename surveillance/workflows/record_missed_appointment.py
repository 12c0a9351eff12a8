"""The patient did not come to an appointment (DNA)."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from surveillance.chase_staff import owner_in_post
from surveillance.models import FollowUp, NotificationChannel, NotificationTemplate
from surveillance.record_locks import lock_records
from surveillance.workflows.change_follow_up import change_follow_up
from surveillance.workflows.errors import WorkflowRefused
from surveillance.workflows.notify import notify

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class NoAppointmentToMiss(WorkflowRefused):
    """Nothing is booked, or its day has not come."""

    code = "no_appointment_to_miss"


@transaction.atomic
def record_missed_appointment(
    *,
    follow_up: FollowUp,
    missed_on: date | None = None,
    expected_version: int | None = None,
    by: "User | None",
    now: datetime,
) -> FollowUp:
    """Clear the missed booking, count it, and ask the owner to contact the patient (8.2).

    What is owed stays owed and its ladder runs again from today; from the second missed
    appointment on, the lead navigator is told at once. An order stays. Only this follow-up is
    concerned: others that the appointment served are recorded one by one. `missed_on`: the system
    that books tells of the day, which may never have been on file; what is booked for later stays.
    Refused: nothing is booked (nor told of), the day is still to come, closed or changed meanwhile.
    """
    lock_records([follow_up.patient_id])
    current = FollowUp.objects.select_related("site", "patient").get(pk=follow_up.pk)
    today, day = current.site.local_date(now), missed_on or current.booked_for
    if current.closed_at is None and (day is None or day > today):
        raise NoAppointmentToMiss(
            _(
                "There is no appointment of today or before that could have been missed. Reload "
                "the page: it may have been moved, or recorded as missed by somebody else."
            )
        )
    missed = current.missed_appointments + 1
    twice_missed_on = current.twice_missed_on or (today if missed > 1 else None)
    change_follow_up(
        follow_up=current,
        action="missed_appointment_recorded",
        fields={
            "booked_for": _ahead(current, today) if missed_on else None,
            "missed_appointments": missed,
            "twice_missed_on": twice_missed_on,
        },
        detail={"booked_for": str(day), "missed_appointments": missed},
        expected_version=expected_version,
        by=by,
        now=now,
    )
    _ask_to_contact(current, now)
    follow_up.refresh_from_db()
    return follow_up


def _ahead(follow_up: FollowUp, today: date) -> date | None:
    booked_for = follow_up.booked_for
    return booked_for if booked_for is not None and booked_for > today else None


def _ask_to_contact(follow_up: FollowUp, now: datetime) -> None:
    """A task for the owner; with nobody in post the failsafe already names the follow-up."""
    recipient = owner_in_post(follow_up, follow_up.site.local_date(now))
    if recipient is None:
        return
    notify(
        site=follow_up.site,
        channel=NotificationChannel.IN_APP,
        template=NotificationTemplate.MISSED_APPOINTMENT,
        dedupe_key=f"missed:{follow_up.pk}:{follow_up.missed_appointments}",
        recipient=recipient,
        patient=follow_up.patient,
        follow_up=follow_up,
        now=now,
    )
