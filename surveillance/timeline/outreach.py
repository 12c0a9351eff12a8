"""Who was called, who was told, and who answered."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Q

from surveillance.models import (
    ContactAttempt,
    Escalation,
    Lesion,
    Notification,
    NotificationChannel,
    NotificationStatus,
    PatientNote,
)
from surveillance.models.notification import NotificationTemplate
from surveillance.timeline.entry import (
    SYSTEM,
    Later,
    TimelineEntry,
    TimelineKind,
    labelled,
    lines,
    who,
)
from surveillance.timeline.unsent import why_not_sent

RAISED = "raised"


def contacts(lesion: Lesion) -> Iterator[TimelineEntry]:
    """Every attempt to reach the patient, for whichever lesion: people are called, not lesions."""
    rows = ContactAttempt.objects.filter(patient=lesion.patient_id).select_related(
        "attempted_by", "retracted_by"
    )
    zone = ZoneInfo(lesion.patient.site.time_zone)
    for row in rows:
        yield TimelineEntry(
            kind=TimelineKind.CONTACT,
            on=lesion.patient.site.local_date(row.attempted_at),
            at=row.attempted_at,
            title=f"{row.get_channel_display()}: {row.get_outcome_display()}",
            detail=lines(row.note, labelled("Next try", next_try_of(row, zone))),
            by=who(row.attempted_by),
            ref=str(row.pk),
            withdrawn_at=row.retracted_at,
        )
        if row.retracted_at is not None:
            yield _taken_back(lesion, row, row.retracted_at)


def _taken_back(lesion: Lesion, row: ContactAttempt, at: datetime) -> TimelineEntry:
    return TimelineEntry(
        kind=TimelineKind.CONTACT,
        on=lesion.patient.site.local_date(at),
        at=at,
        title=f"{row.get_channel_display()}: {row.get_outcome_display()}, taken back",
        detail=lines(row.retracted_reason),
        by=who(row.retracted_by),
        ref=str(row.pk),
    )


def next_try_of(row: ContactAttempt, zone: ZoneInfo) -> str:
    """'2026-03-03, afternoon', the promised moment, or nothing."""
    if row.call_back_at is not None:
        return f"{row.call_back_at.astimezone(zone):%Y-%m-%d, %H:%M}"
    day = row.next_try_on.isoformat() if row.next_try_on else ""
    return ", ".join(part for part in (day, row.get_next_try_part_display().lower()) if part)


def notes(lesion: Lesion) -> Iterator[TimelineEntry]:
    """What colleagues wrote about the patient for each other."""
    rows = PatientNote.objects.filter(patient=lesion.patient_id).select_related("written_by")
    for row in rows:
        yield TimelineEntry(
            kind=TimelineKind.NOTE,
            on=lesion.patient.site.local_date(row.written_at),
            at=row.written_at,
            title="Note",
            detail=(row.text,),
            by=who(row.written_by),
            ref=str(row.pk),
        )


def escalations(lesion: Lesion) -> Iterator[TimelineEntry]:
    """Each escalation: raised, acknowledged, resolved."""
    rows = Escalation.objects.filter(follow_up__lesion=lesion)
    for row in rows.select_related("owner", "acknowledged_by"):
        for at, word, detail, by in _steps(row):
            yield TimelineEntry(
                kind=TimelineKind.ESCALATION,
                on=lesion.patient.site.local_date(at),
                at=at,
                title=f"Escalation, tier {row.tier} ({row.step}): {word}",
                detail=detail,
                by=by,
                ref=str(row.pk),
                later=_owner_today(row) if word == RAISED else (),
            )


def _owner_today(row: Escalation) -> tuple[Later, ...]:
    """Whoever answers now: escalations are passed on, and each time is an entry of its own."""
    return (Later(labelled("Owner", who(row.owner) if row.owner else "nobody")),)


def _steps(row: Escalation) -> Iterator[tuple[datetime, str, tuple[str, ...], str]]:
    owner = tuple(one.text for one in _owner_today(row))
    yield row.raised_at, RAISED, owner, SYSTEM
    if row.acknowledged_at is not None:
        until = labelled("Silent until", row.acknowledged_until)
        answer = lines(labelled("Next", row.next_action), until)
        yield row.acknowledged_at, "acknowledged", answer, who(row.acknowledged_by)
    if row.resolved_at is not None:
        yield row.resolved_at, "resolved", lines(row.get_resolution_display()), SYSTEM


def notifications(lesion: Lesion) -> Iterator[TimelineEntry]:
    """Messages about the lesion, or to its patient, that were sent or could not be, and lines of
    others in the application."""
    sent = Q(status__in=(NotificationStatus.SENT, NotificationStatus.FAILED))
    joined = Q(status=NotificationStatus.DIGESTED, channel=NotificationChannel.IN_APP)
    about = Q(follow_up__lesion=lesion) | Q(follow_up=None, patient=lesion.patient_id)
    rows = Notification.objects.filter(about, sent | joined)
    for row in rows.select_related("recipient", "template_version"):
        assert row.finished_at is not None  # the database says so of every ended message
        to = who(row.recipient) if row.recipient else "the patient"
        reported = lines(labelled("Then", row.get_reported_display()))
        yield TimelineEntry(
            kind=TimelineKind.NOTIFICATION,
            on=lesion.patient.site.local_date(row.finished_at),
            at=row.finished_at,
            title=_title_of(row),
            detail=lines(
                labelled("To", to),
                labelled("By", row.get_channel_display()),
                *reported,
                labelled("Why", why_not_sent(row.last_error)),
                *_exact_words(row),
            ),
            by=SYSTEM,
            ref=str(row.pk),
            later=tuple(Later(text, row.reported_at) for text in reported),
        )


ASKED_OF_COLLEAGUES = {
    NotificationTemplate.PATIENT_REMINDER: "Remind the patient to book, by telephone",
    NotificationTemplate.APPOINTMENT_REMINDER: "Remind the patient of the visit, by telephone",
    NotificationTemplate.APPOINTMENT_CANCELLED: "Tell the patient that the appointment is off",
}
"""What would else have gone to the patient, as a task of the person who was told."""


def _title_of(row: Notification) -> str:
    """'Reminder to the patient: sent', where the patient was written to; else who was told what."""
    status = row.get_status_display().lower()
    if row.recipient is None:
        return f"{row.get_template_display()}: {status}"
    what = ASKED_OF_COLLEAGUES.get(NotificationTemplate(row.template)) or row.get_template_display()
    return f"To {who(row.recipient)}: {what} ({status})"


def _exact_words(row: Notification) -> tuple[str, ...]:
    """The text as it went out, and which words it was made from; nothing for older messages."""
    if not row.body:
        return ()
    version = row.template_version
    made_from = "the built-in words" if version is None else f"version {version.number}"
    return (
        labelled("Text from", made_from),
        labelled("Subject", row.subject),
        *(line.strip() for line in row.body.splitlines()),
    )
