"""Which reminder a patient gets on a day. Decides; the sweep writes.

Lesions owe, people are called: one message per patient, step and window covers every lesion. While
several are to be booked, the one whose last day comes first speaks for all of them.
"""

from collections.abc import Iterable
from datetime import date

from surveillance.chase_facts import Candidate
from surveillance.chase_staff import accountable
from surveillance.models import NotificationChannel, NotificationTemplate
from surveillance.outreach import appointment_key, reminder_key
from surveillance.protocol.ladder import ReminderStep, reminders_due
from surveillance.protocol.terms import ObligationKind
from surveillance.workflows.escalate import Moment
from surveillance.workflows.notify import NewNotification, notification_id


def remind(
    *, candidate: Candidate, others: Iterable[Candidate], moment: Moment
) -> tuple[NewNotification, ...]:
    """The message owed to the patient for this follow-up today, if any.

    `others` are the patient's open follow-ups. By e-mail with consent and an address, up to the
    last day; otherwise, and after it, as a task for the navigator: call the patient. Quiet
    patients get nothing.
    """
    step = reminder_due(candidate, moment.day)
    if step is None:
        return ()
    if candidate.booked_for is not None:
        template = NotificationTemplate.APPOINTMENT_REMINDER
        key = appointment_key(candidate.patient_id, candidate.booked_for, step.key)
        return _message(candidate, template, key, moment)
    if _speaker([candidate, *others], moment.day) != candidate.id:
        return ()
    key = reminder_key(candidate.patient_id, candidate.latest_on, step.key)
    return _message(candidate, NotificationTemplate.PATIENT_REMINDER, key, moment)


def reminder_due(candidate: Candidate, day: date) -> ReminderStep | None:
    """The step that came due last by `day`; an earlier one that was missed is not caught up with.

    Patients are asked to book imaging; a referral is arranged between clinicians and concerns
    the patient once it has an appointment, a review never does.
    """
    if candidate.is_patient_quiet:
        return None
    if candidate.kind == ObligationKind.REVIEW:
        return None
    if candidate.kind == ObligationKind.REFERRAL and candidate.booked_for is None:
        return None
    if candidate.booked_for is not None and candidate.booked_for < day:
        return None
    steps = reminders_due(candidate.ladder, candidate.window, day, booked_for=candidate.booked_for)
    return steps[-1] if steps else None


def _speaker(candidates: Iterable[Candidate], day: date) -> object:
    """Which follow-up speaks for all that wait for a booking."""
    waiting = [each for each in candidates if each.booked_for is None and reminder_due(each, day)]
    return min(waiting, key=lambda each: (each.latest_on, each.id)).id


def _message(
    candidate: Candidate, template: NotificationTemplate, key: str, moment: Moment
) -> tuple[NewNotification, ...]:
    by_email = candidate.may_be_emailed and moment.day <= candidate.latest_on
    recipient = None if by_email else accountable(1, candidate, moment.staff)
    if not by_email and recipient is None:
        return ()  # nobody is in post: the failsafe says so
    channel = NotificationChannel.EMAIL if by_email else NotificationChannel.IN_APP
    return (
        NewNotification(
            id=notification_id(key),
            site_id=candidate.site_id,
            channel=channel.value,
            template=template.value,
            dedupe_key=key,
            recipient_id=recipient,
            patient_id=candidate.patient_id,
            follow_up_id=candidate.id,
            escalation_id=None,
            created_at=moment.now,
            not_before=moment.now,
        ),
    )
