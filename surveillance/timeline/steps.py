"""What was done about an obligation while it was open: booked, put aside, given to somebody; and
what became of its escalations in between.

A follow-up keeps its newest booking and owner only, an escalation its newest acknowledgement; the
audit trail keeps each.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, pgettext

from patients.models import AuditEvent
from surveillance.models import Escalation, FollowUp, Lesion
from surveillance.protocol.terms import RecommendationKind
from surveillance.timeline.entry import TimelineEntry, TimelineKind, lines, who
from surveillance.timeline.outreach import escalation_title

WORDS = {
    "follow_up_ordered": gettext_noop("Ordered {ordered_on}"),
    "follow_up_order_cancelled": gettext_noop("Order cancelled"),
    "follow_up_booked": gettext_noop("Booked for {booked_for}"),
    "missed_appointment_recorded": gettext_noop("Did not attend the appointment of {booked_for}"),
    "follow_up_booking_cancelled": gettext_noop("Booking cancelled"),
    "follow_up_snoozed": gettext_noop("Put aside until {until}"),
    "follow_up_reassigned": gettext_noop("Given to {owner}"),
    "follow_up_disowned": gettext_noop("Not theirs, passed to {owner}"),
    "follow_up_handed_over": gettext_noop("Handed over to {owner}"),
    "follow_up_adopted": gettext_noop("Given to {owner}, because nobody answered for it"),
}


def ladder_words() -> dict[str, str]:
    """What happens to an escalation, by the trail's action."""
    return {
        "escalation_acknowledged": pgettext("escalation", "acknowledged until {until}"),
        "escalation_raised_again": pgettext("escalation", "raised again"),
        "escalation_disowned": pgettext("escalation", "not theirs, passed to {owner}"),
        "escalation_handed_over": pgettext("escalation", "given to {owner}"),
        "escalation_resolved": pgettext("escalation", "resolved"),
        "incident_review_opened": pgettext("escalation", "incident review opened"),
    }


def steps(lesion: Lesion) -> Iterator[TimelineEntry]:
    """Every booking, cancellation, snooze and change of owner. Three queries."""
    owed = {str(row.pk): row for row in FollowUp.objects.filter(lesion=lesion)}
    events = _events("followup", owed, WORDS)
    people = _people(events)
    for event in events:
        kind = RecommendationKind(owed[event.subject_id].recommendation)
        entry = _entry(
            lesion, event, TimelineKind.STEP, _title(event, _(WORDS[event.action]), people), people
        )
        yield replace(entry, detail=lines(_(kind.label)))


def escalation_steps(lesion: Lesion) -> Iterator[TimelineEntry]:
    """What happened to an escalation that its row tells no longer. Three queries."""
    rows = Escalation.objects.filter(follow_up__lesion=lesion)
    raised = {str(row.pk): row for row in rows}
    words = ladder_words()
    events = _events("escalation", raised, words)
    people = _people(events)
    for event in events:
        row = raised[event.subject_id]
        if event.at not in _told_by(row):
            what = _title(event, words[event.action], people)
            yield _entry(
                lesion, event, TimelineKind.ESCALATION, escalation_title(row, what), people
            )


def _told_by(row: Escalation) -> tuple[datetime | None, datetime | None]:
    """The moments of which the row itself tells (`outreach.escalations`)."""
    return row.acknowledged_at, row.resolved_at


def _events(subject: str, ids: Iterable[str], actions: Iterable[str]) -> list[AuditEvent]:
    rows = AuditEvent.objects.filter(
        subject_type=subject, subject_id__in=list(ids), action__in=list(actions)
    )
    return list(rows.order_by("pk"))


def _entry(
    lesion: Lesion,
    event: AuditEvent,
    kind: TimelineKind,
    title: str,
    people: dict[str, str],
) -> TimelineEntry:
    return TimelineEntry(
        kind=kind,
        on=lesion.patient.site.local_date(event.at),
        at=event.at,
        title=title,
        detail=(),
        by=people.get(event.actor, who(None)),
        ref=event.subject_id,
    )


def _title(event: AuditEvent, words: str, people: dict[str, str]) -> str:
    said: dict[str, Any] = dict.fromkeys(("booked_for", "until", "owner", "ordered_on"), "")
    said |= event.detail
    said["owner"] = people.get(said["owner"], _("somebody else"))
    return words.format(**said)


def _people(events: list[AuditEvent]) -> dict[str, str]:
    """Names by the ids that the audit trail uses ('user:12')."""
    named = {text for event in events for text in (event.actor, event.detail.get("owner", ""))}
    keys = [int(text.removeprefix("user:")) for text in named if text.startswith("user:")]
    return {f"user:{user.pk}": who(user) for user in User.objects.filter(pk__in=keys)}
