"""Who was called, who was told, and who answered."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override, pgettext

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
from surveillance.protocol.message_terms import language_of
from surveillance.timeline.entry import (
    ENGLISH,
    Later,
    TimelineEntry,
    TimelineKind,
    Verbatim,
    labelled,
    lines,
    who,
)
from surveillance.timeline.unsent import why_not_sent


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
            title=_attempt(row),
            detail=lines(row.note, labelled(_("Next try"), next_try_of(row, zone))),
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
        title=_("{what}, taken back").format(what=_attempt(row)),
        detail=lines(row.retracted_reason),
        by=who(row.retracted_by),
        ref=str(row.pk),
    )


def _attempt(row: ContactAttempt) -> str:
    return f"{_(row.get_channel_display())}: {_(row.get_outcome_display())}"


def next_try_of(row: ContactAttempt, zone: ZoneInfo) -> str:
    """'2026-03-03, afternoon', the promised moment, or nothing."""
    if row.call_back_at is not None:
        return f"{row.call_back_at.astimezone(zone):%Y-%m-%d, %H:%M}"
    day = row.next_try_on.isoformat() if row.next_try_on else ""
    part = _(row.get_next_try_part_display()).lower()
    return ", ".join(words for words in (day, part) if words)


def notes(lesion: Lesion) -> Iterator[TimelineEntry]:
    """What colleagues wrote about the patient for each other."""
    rows = PatientNote.objects.filter(patient=lesion.patient_id).select_related("written_by")
    for row in rows:
        yield TimelineEntry(
            kind=TimelineKind.NOTE,
            on=lesion.patient.site.local_date(row.written_at),
            at=row.written_at,
            title=_("Note"),
            detail=(row.text,),
            by=who(row.written_by),
            ref=str(row.pk),
        )


def escalations(lesion: Lesion) -> Iterator[TimelineEntry]:
    """Each escalation: raised, acknowledged, resolved."""
    rows = Escalation.objects.filter(follow_up__lesion=lesion)
    for row in rows.select_related("owner", "acknowledged_by"):
        for number, (at, word, detail, by) in enumerate(_steps(row)):
            yield TimelineEntry(
                kind=TimelineKind.ESCALATION,
                on=lesion.patient.site.local_date(at),
                at=at,
                title=escalation_title(row, word),
                detail=detail,
                by=by,
                ref=str(row.pk),
                later=() if number else _owner_today(row),
            )


def escalation_title(row: Escalation, what: str) -> str:
    """'Escalation, tier 2 (L+7): raised'."""
    return _("Escalation, tier {tier} ({step}): {what}").format(
        tier=row.tier, step=row.step, what=what
    )


def _owner_today(row: Escalation) -> tuple[Later, ...]:
    """Whoever answers now: escalations are passed on, and each time is an entry of its own."""
    return (Later(labelled(_("Owner"), who(row.owner) if row.owner else _("nobody"))),)


def _steps(row: Escalation) -> Iterator[tuple[datetime, str, tuple[str, ...], str]]:
    owner = tuple(one.text for one in _owner_today(row))
    yield row.raised_at, pgettext("escalation", "raised"), owner, who(None)
    if row.acknowledged_at is not None:
        until = labelled(_("Silent until"), row.acknowledged_until)
        answer = lines(labelled(_("Next"), row.next_action), until)
        words = pgettext("escalation", "acknowledged")
        yield row.acknowledged_at, words, answer, who(row.acknowledged_by)
    if row.resolved_at is not None:
        ended = lines(_(row.get_resolution_display()))
        yield row.resolved_at, pgettext("escalation", "resolved"), ended, who(None)


def notifications(lesion: Lesion) -> Iterator[TimelineEntry]:
    """Messages about the lesion, or to its patient, that were sent or could not be, and lines of
    others in the application."""
    sent = Q(status__in=(NotificationStatus.SENT, NotificationStatus.FAILED))
    joined = Q(status=NotificationStatus.DIGESTED, channel=NotificationChannel.IN_APP)
    about = Q(follow_up__lesion=lesion) | Q(follow_up=None, patient=lesion.patient_id)
    rows = Notification.objects.filter(about, sent | joined)
    for row in rows.select_related("recipient", "template_version"):
        assert row.finished_at is not None  # the database says so of every ended message
        to = who(row.recipient) if row.recipient else _("the patient")
        reported = lines(labelled(_("Then"), _(row.get_reported_display())))
        yield TimelineEntry(
            kind=TimelineKind.NOTIFICATION,
            on=lesion.patient.site.local_date(row.finished_at),
            at=row.finished_at,
            title=_title_of(row),
            detail=lines(
                labelled(pgettext("message", "To"), to),
                labelled(pgettext("message", "By"), _(row.get_channel_display())),
                *reported,
                labelled(_("Why"), why_not_sent(row.last_error)),
                *_exact_words(row, _language_of(row, lesion)),
            ),
            by=who(None),
            ref=str(row.pk),
            later=tuple(Later(text, row.reported_at) for text in reported),
        )


ASKED_OF_COLLEAGUES = {
    NotificationTemplate.PATIENT_REMINDER: gettext_noop("Remind the patient to book, by telephone"),
    NotificationTemplate.APPOINTMENT_REMINDER: gettext_noop(
        "Remind the patient of the visit, by telephone"
    ),
    NotificationTemplate.APPOINTMENT_CANCELLED: gettext_noop(
        "Tell the patient that the appointment is off"
    ),
}
"""What would else have gone to the patient, as a task of the person who was told."""


def _title_of(row: Notification) -> str:
    """'Reminder to the patient: sent', where the patient was written to; else who was told what."""
    status = _(row.get_status_display()).lower()
    if row.recipient is None:
        return f"{_(row.get_template_display())}: {status}"
    what = ASKED_OF_COLLEAGUES.get(NotificationTemplate(row.template)) or row.get_template_display()
    return _("To {name}: {what} ({status})").format(
        name=who(row.recipient), what=_(what), status=status
    )


def _language_of(row: Notification, lesion: Lesion) -> str:
    """Staff are written to in English, patients in the language of the words or their own."""
    if row.recipient_id is not None:
        return ENGLISH
    version = row.template_version
    return language_of(lesion.patient.language).value if version is None else version.language


def _exact_words(row: Notification, language: str) -> tuple[str, ...]:
    """The text as it went out, and which words it was made from; nothing for older messages."""
    if not row.body:
        return ()
    version = row.template_version
    made_from = (
        _("the built-in words")
        if version is None
        else _("version {number}").format(number=version.number)
    )
    return (
        labelled(_("Text from"), made_from),
        *_subject(row.subject, language),
        *(Verbatim(line.strip(), language) for line in row.body.splitlines()),
    )


def _subject(subject: str, language: str) -> tuple[str, ...]:
    """The whole line in the language of the message, so that it can be read out as such."""
    with override(language):
        line = labelled(_("Subject"), subject)
    return (Verbatim(line, language),) if line else ()
