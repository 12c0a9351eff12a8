"""Leave and cover in plain words."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib.auth.models import User
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from patients.models import Absence, Site
from surveillance.absences import people_standing_in
from surveillance.models import (
    ContactChannel,
    ContactOutcome,
    Escalation,
    EscalationResolution,
    FollowUpOutcome,
)
from surveillance.web.absence_query import (
    MOST,
    absences_at,
    escalations_of,
    meanwhile_of,
    owed_by,
)
from surveillance.web.queue_query import surroundings_of
from surveillance.web.queue_rows import (
    QueueRow,
    days_words,
    escalation_words,
    owed_words,
    queue_rows,
)
from surveillance.web.wording import (
    Tag,
    date_words,
    label_of,
    lesion_words,
    moment_words,
    name_of_patient,
    name_of_user,
)

LATELY = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class AbsenceRow:
    """One absence in the list."""

    key: str
    person: str
    days: str
    cover: str
    state: Tag
    url: str
    end_words: str


@dataclass(frozen=True, slots=True)
class EscalationRow:
    """One escalation that waits for an answer."""

    patient: str
    words: str
    about: str
    days: str
    url: str


@dataclass(frozen=True, slots=True)
class HandOver:
    """What is taken over."""

    person: str
    days: str
    cover: str
    state: Tag
    as_of: str
    owed: tuple[QueueRow, ...]
    escalations: tuple[EscalationRow, ...]
    left_out: str


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that was done while the person was away."""

    at: str
    patient: str
    url: str
    words: str
    by: str


def absence_rows(
    site: Site, on: date, reader: User, *, may_end_all: bool
) -> tuple[AbsenceRow, ...]:
    """Absences of the site, as of its day; those one may end carry the words of the button."""
    stand_ins = people_standing_in([site.pk], on)
    return tuple(
        AbsenceRow(
            key=str(row.pk),
            person=name_of_user(row.user),
            days=_days(row),
            cover=_cover(row, on, stand_ins.get((site.pk, row.user_id))),
            state=state_of(row, on),
            url=reverse("absence", args=[row.pk]),
            end_words=_end_words(row, on, may_end=may_end_all or row.user_id == reader.pk),
        )
        for row in absences_at(site.pk, on, on - LATELY)
    )


def state_of(row: Absence, on: date) -> Tag:
    """Coming, away, or back."""
    if row.ended_on is not None and row.ended_on <= on:
        words = _("Back early") if row.ended_on > row.first_on else _("Did not go")
        return Tag(words, "quiet")
    if on < row.first_on:
        return Tag(pgettext("absence", "Coming"), "soon")
    return (
        Tag(pgettext("absence", "Away"), "due")
        if on <= row.last_on
        else Tag(pgettext("absence", "Back"), "quiet")
    )


def _days(row: Absence) -> str:
    first, last = date_words(row.first_on), date_words(row.last_on)
    return _("{first} to {last}").format(first=first, last=last)


def _cover(row: Absence, on: date, stand_in: User | None) -> str:
    is_running = row.first_on <= on <= row.last_on and row.ended_on is None
    if not is_running or (stand_in is not None and stand_in.pk == row.cover_id):
        return name_of_user(row.cover)
    away = _("{person}, although away").format(person=name_of_user(row.user))
    return _("{cover} cannot answer any more: {person} does").format(
        cover=name_of_user(row.cover), person=name_of_user(stand_in, away)
    )


def _end_words(row: Absence, on: date, *, may_end: bool) -> str:
    if not may_end or row.ended_on is not None or row.last_on < on:
        return ""
    return _("Cancel") if on < row.first_on else _("Back today")


def handed_over(absence: Absence, on: date, reader: User) -> HandOver:
    """Everything that the absent person owns at the site, on its day."""
    owed, raised = owed_by(absence), escalations_of(absence)
    stand_ins = people_standing_in([absence.site_id], on)
    is_cut = len(owed) > MOST or len(raised) > MOST
    return HandOver(
        person=name_of_user(absence.user),
        days=_days(absence),
        cover=_cover(absence, on, stand_ins.get((absence.site_id, absence.user_id))),
        state=state_of(absence, on),
        as_of=date_words(on),
        owed=queue_rows(owed[:MOST], surroundings_of(owed[:MOST], on, reader), on),
        escalations=tuple(_escalation_row(row, on) for row in raised[:MOST]),
        left_out=_left_out() if is_cut else "",
    )


def _left_out() -> str:
    words = _("Only the first {most} of a kind are shown; the queue’s list “Mine” has all.")
    return words.format(most=MOST)


def _escalation_row(row: Escalation, on: date) -> EscalationRow:
    follow_up = row.follow_up
    return EscalationRow(
        patient=name_of_patient(follow_up.patient),
        words=escalation_words(row, on),
        about=f"{lesion_words(follow_up.lesion)}: {owed_words(follow_up)}",
        days=_("{days}, last day {day}").format(
            days=days_words(follow_up, on), day=date_words(follow_up.latest_on)
        ),
        url=reverse("escalation", args=[row.pk]),
    )


def meanwhile(absence: Absence, now: datetime) -> tuple[Happening, ...]:
    """What was done about their work since the first day away, the newest first."""
    found = sorted(_happenings(absence, now), key=lambda one: one[0], reverse=True)
    return tuple(
        Happening(
            at=moment_words(at, absence.site),
            patient=patient,
            url=url,
            words=words,
            by=name_of_user(by, "HepCalc"),
        )
        for at, patient, url, words, by in found
    )


Found = tuple[datetime, str, str, str, User | None]


def _happenings(absence: Absence, now: datetime) -> Iterator[Found]:
    read = meanwhile_of(absence, now)
    for contact in read.contacts:
        channel = _(str(ContactChannel(contact.channel).label))
        words = f"{channel}: {label_of(ContactOutcome, contact.outcome)}"
        who, url = name_of_patient(contact.patient), reverse("patient", args=[contact.patient_id])
        yield contact.attempted_at, who, url, words, contact.attempted_by
    for row in read.opened:
        who, url = name_of_patient(row.patient), reverse("patient", args=[row.patient_id])
        words = _("Owed from now on: {owed}").format(owed=owed_words(row))
        yield row.opened_at, who, url, words, None
    for row in read.closed:
        who, url = name_of_patient(row.patient), reverse("patient", args=[row.patient_id])
        words = f"{owed_words(row)}: {_(str(FollowUpOutcome(row.outcome).label))}"
        yield row.closed_at or row.opened_at, who, url, words, row.closed_by
    for raised in read.escalations:
        yield from _of_escalation(raised)
    for gone in read.passed_on:
        who = name_of_patient(gone.follow_up.patient)
        url = reverse("patient", args=[gone.follow_up.patient_id])
        words = _("Not mine: passed on to {person}").format(person=name_of_user(gone.passed_to))
        yield gone.at, who, url, words, gone.user


def _of_escalation(row: Escalation) -> Iterator[Found]:
    who, url = name_of_patient(row.follow_up.patient), reverse("escalation", args=[row.pk])
    yield row.raised_at, who, url, _("Escalated to tier {tier}").format(tier=row.tier), None
    if row.acknowledged_at is not None:
        words = _("Escalation answered: {action}").format(action=row.next_action)
        yield row.acknowledged_at, who, url, words, row.acknowledged_by
    if row.resolved_at is not None:
        how = _(str(EscalationResolution(row.resolution).label))
        words = _("Escalation ended: {how}").format(how=how)
        yield row.resolved_at, who, url, words, None
