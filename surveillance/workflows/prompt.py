"""Who is told that an order or an appointment is missing. Decides; the sweep writes.

These steps come before those of the ladder and replace none of them: the obligation keeps its
one owner, nothing is raised, and after the last day only the ladder speaks.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from surveillance.chase_facts import Candidate, Standing
from surveillance.chase_staff import accountable
from surveillance.lead_days import lead_steps_of
from surveillance.models import NotificationChannel, NotificationTemplate
from surveillance.outreach import is_booked_in_time, lead_key
from surveillance.protocol.lead_times import (
    LeadStep,
    LeadStepKind,
    next_lead_step_on,
    steps_to_tell,
)
from surveillance.workflows.escalate import Moment
from surveillance.workflows.notify import NewNotification

TEMPLATES = {
    LeadStepKind.ORDER: NotificationTemplate.ORDER_MISSING,
    LeadStepKind.BOOKING: NotificationTemplate.BOOKING_MISSING,
    LeadStepKind.CONTACT: NotificationTemplate.CONTACT_PATIENT,
}
NAVIGATOR = 1


def prompt(
    *,
    candidate: Candidate,
    standing: Mapping[int, Standing],
    told: Iterable[NewNotification] = (),
    moment: Moment,
) -> tuple[NewNotification, ...]:
    """The messages owed today for want of an order or an appointment.

    Nobody is told of quiet patients, of what is booked in time, after the last day, or on a day in
    the past that is looked at again; nor who is told of an escalation of the same follow-up today
    (`told`), or answers for one: it asks for the same and comes back by itself. Once per follow-up,
    step and window; again when an order or an appointment was cancelled.
    """
    if candidate.is_patient_quiet or moment.day > candidate.latest_on:
        return ()
    if is_booked_in_time(candidate.booked_for, candidate.latest_on, moment.day):
        return ()
    if any(
        each.raised_at.astimezone(moment.zone).date() > moment.day for each in standing.values()
    ):
        return ()  # what came later stands
    steps = lead_steps_of(candidate.lead_columns, moment.settings.lead)
    owed = steps_to_tell(steps, moment.reach, is_ordered=candidate.ordered_on is not None)
    know = {message.recipient_id for message in told} | set(_answering(standing, moment))
    found = (message for step in owed for message in _messages(candidate, step, moment))
    return tuple(message for message in found if message.recipient_id not in know)


def _answering(standing: Mapping[int, Standing], moment: Moment) -> Iterator[int | None]:
    for each in standing.values():
        if each.is_open:
            yield moment.staff.answering(each.owner_id)


def next_prompt_on(candidate: Candidate, moment: Moment) -> date | None:
    """The first day after today's reach on which such a step falls, while nothing is booked."""
    if candidate.is_patient_quiet:
        return None
    steps = lead_steps_of(candidate.lead_columns, moment.settings.lead)
    return next_lead_step_on(steps, moment.reach, is_ordered=candidate.ordered_on is not None)


def _messages(candidate: Candidate, step: LeadStep, moment: Moment) -> list[NewNotification]:
    """In the application; above the navigator it is a line of the daily digest as well."""
    recipient = accountable(step.tier, candidate, moment.staff)
    if recipient is None:
        return []  # nobody is in post: the failsafe says so
    channels = [NotificationChannel.IN_APP]
    if step.tier > NAVIGATOR and recipient in moment.staff.with_email:
        channels.append(NotificationChannel.EMAIL)
    key = lead_key(candidate.id, candidate.latest_on, step)
    return [
        NewNotification(
            channel=channel.value,
            template=TEMPLATES[step.kind].value,
            dedupe_key=f"{key}:{channel.value}",
            recipient_id=recipient,
            escalation_id=None,
        )
        for channel in channels
    ]
