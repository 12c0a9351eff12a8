"""What was done about an obligation while it was open: booked, put aside, given to somebody.

A follow-up keeps its newest booking and owner only; the audit trail keeps each.
"""

from collections.abc import Iterator
from typing import Any

from django.contrib.auth.models import User

from patients.models import AuditEvent
from surveillance.models import FollowUp, Lesion
from surveillance.protocol.terms import RecommendationKind
from surveillance.timeline.entry import SYSTEM, TimelineEntry, TimelineKind, lines, who

WORDS = {
    "follow_up_ordered": "Ordered {ordered_on}",
    "follow_up_booked": "Booked for {booked_for}",
    "missed_appointment_recorded": "Did not attend the appointment of {booked_for}",
    "follow_up_booking_cancelled": "Booking cancelled",
    "follow_up_snoozed": "Put aside until {until}",
    "follow_up_reassigned": "Given to {owner}",
}


def steps(lesion: Lesion) -> Iterator[TimelineEntry]:
    """Every booking, cancellation, snooze and change of owner. Three queries."""
    owed = {str(row.pk): row for row in FollowUp.objects.filter(lesion=lesion)}
    events = list(
        AuditEvent.objects.filter(
            subject_type="followup", subject_id__in=owed, action__in=WORDS
        ).order_by("pk")
    )
    people = _people(events)
    for event in events:
        kind = RecommendationKind(owed[event.subject_id].recommendation)
        yield TimelineEntry(
            kind=TimelineKind.STEP,
            on=lesion.patient.site.local_date(event.at),
            at=event.at,
            title=_title(event, people),
            detail=lines(kind.label),
            by=people.get(event.actor, SYSTEM),
            ref=event.subject_id,
        )


def _title(event: AuditEvent, people: dict[str, str]) -> str:
    said: dict[str, Any] = {"booked_for": "", "until": "", "owner": "", "ordered_on": ""}
    said |= event.detail
    said["owner"] = people.get(said["owner"], "somebody else")
    return WORDS[event.action].format(**said)


def _people(events: list[AuditEvent]) -> dict[str, str]:
    """Names by the ids that the audit trail uses ('user:12')."""
    named = {text for event in events for text in (event.actor, event.detail.get("owner", ""))}
    keys = [int(text.removeprefix("user:")) for text in named if text.startswith("user:")]
    return {f"user:{user.pk}": who(user) for user in User.objects.filter(pk__in=keys)}
