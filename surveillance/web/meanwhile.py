"""Who else did what to a follow-up while somebody looked at an older copy of it."""

from datetime import datetime

from django.contrib.auth.models import User

from patients.models import AuditEvent
from surveillance.models import FollowUp
from surveillance.web.wording import moment_words, name_of_user
from surveillance.workflows.change_follow_up import FollowUpAlreadyClosed, FollowUpChangedMeanwhile
from surveillance.workflows.errors import WorkflowRefused

DEEDS = {
    "follow_up_booked": "noted an appointment or an order",
    "follow_up_booking_cancelled": "cancelled the appointment",
    "follow_up_ordered": "noted an order",
    "follow_up_order_cancelled": "cancelled the order",
    "follow_up_snoozed": "put it aside",
    "follow_up_reassigned": "changed the owner",
    "follow_up_closed": "closed it",
    "follow_up_disowned": "passed it on",
    "follow_up_handed_over": "handed it over",
    "missed_appointment_recorded": "recorded a missed appointment",
}
OVERTAKEN = (FollowUpAlreadyClosed.code, FollowUpChangedMeanwhile.code)


def is_overtaken(refused: WorkflowRefused) -> bool:
    """Whether somebody else was first."""
    return refused.code in OVERTAKEN


def last_deed(follow_up: FollowUp) -> str:
    """'Nora Navigator put it aside, 3 Mar 2026, 14:05'; empty where nothing is on file. One or two
    queries."""
    rows = AuditEvent.objects.filter(subject_type="followup", subject_id=str(follow_up.pk))
    newest = rows.exclude(action="viewed").order_by("-at", "-pk").first()
    if newest is None:
        return ""
    return f"{_who(newest.actor)} {_what(newest.action)}, {_when(newest.at, follow_up)}"


def _who(actor: str) -> str:
    kind, _, pk = actor.partition(":")
    if kind != "user" or not pk.isdigit():
        return "The system"
    return name_of_user(User.objects.filter(pk=pk).first(), "Somebody")


def _what(action: str) -> str:
    return DEEDS.get(action, f"did this: {action.replace('_', ' ')}")


def _when(at: datetime, follow_up: FollowUp) -> str:
    return moment_words(at, follow_up.site)


def overtaken_words(follow_up: FollowUp) -> str:
    """What the second of two people is told; their own words are still in the form."""
    deed = last_deed(follow_up)
    somebody = "Somebody else changed this follow-up"
    first = f"{deed or somebody}, after you opened this page."
    if follow_up.closed_at is not None:
        return f"{first} It is closed: nothing of yours was saved. What you typed is still here."
    return (
        f"{first} Nothing of yours was saved, and what you typed is still here. Look at how it "
        "stands now, and save again if it is still right."
    )
