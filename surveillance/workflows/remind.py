"""Which reminder a patient gets on a day. Decides; the sweep writes.

Lesions owe, people are called: one message per patient, step and window covers every lesion. While
several are to be booked, the one whose last day comes first speaks for all of them.
"""

from collections.abc import Iterable
from datetime import date

from surveillance.chase_facts import Candidate, Waiting
from surveillance.chase_ladder import newest_reminder
from surveillance.chase_staff import accountable
from surveillance.models import NotificationChannel, NotificationTemplate
from surveillance.outreach import appointment_key, reminder_key, ways_of
from surveillance.protocol.channels import WhyCall, why_call
from surveillance.protocol.ladder import ReminderStep
from surveillance.protocol.mailing import is_paper_in_time
from surveillance.protocol.terms import ObligationKind
from surveillance.workflows.escalate import Moment
from surveillance.workflows.notify import NewNotification


def remind(
    *, candidate: Candidate, step: ReminderStep, others: Iterable[Waiting], moment: Moment
) -> tuple[NewNotification, ...]:
    """The message owed to the patient for this follow-up today, if any.

    `step` is its `reminder_due`; `others` are what else waits for a booking. By the first channel
    of the site's order that the patient allows and that reaches, up to the last day and in the
    hours of that channel; otherwise, and after it, as a task for the navigator: call the patient.
    """
    if candidate.booked_for is not None:
        template = NotificationTemplate.APPOINTMENT_REMINDER
        key = appointment_key(candidate.patient_id, candidate.booked_for, step.key)
        return _message(candidate, template, key, moment)
    if not _speaks_for(candidate, others, moment.reach):
        return ()
    key = reminder_key(candidate.patient_id, candidate.latest_on, step.key)
    return _message(candidate, NotificationTemplate.PATIENT_REMINDER, key, moment)


def reminder_due(candidate: Candidate, moment: Moment) -> ReminderStep | None:
    """The step that came due last; an earlier one that was missed is not caught up with.

    Patients are asked to book imaging; a referral is arranged between clinicians and concerns
    the patient once it has an appointment, a review never does. Quiet patients hear nothing.
    """
    booked_for = candidate.booked_for
    if candidate.is_patient_quiet or candidate.kind == ObligationKind.REVIEW:
        return None
    if booked_for is None and candidate.kind != ObligationKind.IMAGING:
        return None
    if booked_for is not None and booked_for < moment.day:
        return None
    return newest_reminder(candidate.columns, moment.reach, booked_for)


def _speaks_for(candidate: Candidate, others: Iterable[Waiting], day: date) -> bool:
    """Whether nothing else that waits for a booking, and has a reminder, ends sooner."""
    own = candidate.latest_on, candidate.id
    sooner = (each for each in others if (each.latest_on, each.id) < own)
    return not any(newest_reminder(each.columns, day, None) for each in sooner)


def _message(
    candidate: Candidate, template: NotificationTemplate, key: str, moment: Moment
) -> tuple[NewNotification, ...]:
    booked_for, latest_on = candidate.booked_for, candidate.latest_on
    channel = moment.outreach.channel(
        candidate.contact,
        is_past_last_day=moment.day > latest_on,
        paper_is_in_time=is_paper_in_time(booked_for, latest_on, moment.day),
    )
    is_call = channel == NotificationChannel.IN_APP
    recipient = None
    if is_call:
        recipient = moment.staff.answering(accountable(1, candidate, moment.staff))
    if is_call and recipient is None:
        return ()  # nobody is in post: the failsafe says so
    return (
        NewNotification(
            channel=channel.value,
            template=template.value,
            dedupe_key=key,
            recipient_id=recipient,
            escalation_id=None,
            cause=_why_call(candidate, moment).value if is_call else "",
            not_before=moment.outreach.allowed_from(channel, moment.now),
        ),
    )


def _why_call(candidate: Candidate, moment: Moment) -> WhyCall:
    return why_call(
        ways_of(candidate.contact),
        moment.outreach.available,
        is_past_last_day=moment.day > candidate.latest_on,
    )
