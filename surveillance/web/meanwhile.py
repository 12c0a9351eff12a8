"""Who else did what to a follow-up while somebody looked at an older copy of it."""

from datetime import datetime

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from patients.models import AuditEvent
from surveillance.models import FollowUp
from surveillance.web.audit_words import action_words
from surveillance.web.fact_values import lower_first
from surveillance.web.wording import moment_words, name_of_user
from surveillance.workflows.change_follow_up import FollowUpAlreadyClosed, FollowUpChangedMeanwhile
from surveillance.workflows.errors import WorkflowRefused

DEEDS = {
    "follow_up_booked": gettext_noop("noted an appointment or an order"),
    "follow_up_booking_cancelled": gettext_noop("cancelled the appointment"),
    "follow_up_ordered": gettext_noop("noted an order"),
    "follow_up_order_cancelled": gettext_noop("cancelled the order"),
    "follow_up_snoozed": gettext_noop("put it aside"),
    "follow_up_reassigned": gettext_noop("changed the owner"),
    "follow_up_closed": gettext_noop("closed it"),
    "follow_up_disowned": gettext_noop("passed it on"),
    "follow_up_handed_over": gettext_noop("handed it over"),
    "missed_appointment_recorded": gettext_noop("recorded a missed appointment"),
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
    kind, _colon, pk = actor.partition(":")
    if kind != "user" or not pk.isdigit():
        return _("The system")
    return name_of_user(User.objects.filter(pk=pk).first(), _("Somebody"))


def _what(action: str) -> str:
    if action in DEEDS:
        return _(DEEDS[action])
    return _("did this: {action}").format(action=lower_first(action_words(action)))


def _when(at: datetime, follow_up: FollowUp) -> str:
    return moment_words(at, follow_up.site)


def overtaken_words(follow_up: FollowUp) -> str:
    """What the second of two people is told; their own words are still in the form."""
    deed = last_deed(follow_up) or _("Somebody else changed this follow-up")
    if follow_up.closed_at is not None:
        return _(
            "{deed}, after you opened this page. It is closed: nothing of yours was saved. What "
            "you typed is still here."
        ).format(deed=deed)
    return _(
        "{deed}, after you opened this page. Nothing of yours was saved, and what you typed is "
        "still here. Look at how it stands now, and save again if it is still right."
    ).format(deed=deed)
