"""What is owed to a lesion, in plain words, with the actions that a person may take."""

from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from surveillance.models import Escalation, FollowUp
from surveillance.obligations import window_of
from surveillance.protocol.terms import ObligationKind
from surveillance.roles import Permission
from surveillance.web.patient_query import PatientRecords
from surveillance.web.queue_rows import (
    days_words,
    escalation_words,
    next_step,
    owed_words,
    stage_tag,
)
from surveillance.web.recommendation_view import window_words
from surveillance.web.wording import (
    Tag,
    count_words,
    date_words,
    lesion_words,
    moment_words,
    name_of_user,
)
from surveillance.workflows.snooze_follow_up import latest_snooze


@dataclass(frozen=True, slots=True)
class Link:
    """An action that the person may take, for one thing."""

    words: str
    url: str


@dataclass(frozen=True, slots=True)
class EscalationView:
    """One open escalation of a follow-up."""

    words: str
    owner: str
    next_action: str
    url: str


@dataclass(frozen=True, slots=True)
class Owed:
    """One open follow-up and what may be done about it."""

    key: str
    lesion: str
    owed: str
    reason: str
    window: str
    stage: Tag
    days: str
    booking: str
    snooze: str
    next_step: str
    owner: str
    escalations: tuple[EscalationView, ...]
    links: tuple[Link, ...]


def owed_view(row: FollowUp, records: PatientRecords, allowed: frozenset[Permission]) -> Owed:
    """One obligation with its place in time and the actions that this person may take."""
    window = window_of(row)
    return Owed(
        key=str(row.pk),
        lesion=lesion_words(row.lesion),
        owed=owed_words(row),
        reason=row.reason,
        window=window_words(window.earliest, window.target, window.latest),
        stage=stage_tag(row, records.on),
        days=days_words(row, records.on),
        booking=booking_words(row),
        snooze=_snooze_words(row, records.on),
        next_step=next_step(row, records.on),
        owner=name_of_user(row.owner, "No owner"),
        escalations=tuple(
            escalation_view(one, records) for one in records.escalations.get(row.pk, [])
        ),
        links=links_of(row, allowed, records.on),
    )


def _snooze_words(row: FollowUp, on: date) -> str:
    """Why it is put aside; empty once the day has come."""
    is_asleep = row.snoozed_until is not None and row.snoozed_until > on
    return row.snooze_reason if is_asleep else ""


def booking_words(row: FollowUp) -> str:
    """'Ordered 3 Mar 2026 (number A1), booked for 4 Apr 2026'."""
    number = f" (number {row.order_number})" if row.order_number else ""
    ordered = f"Ordered {date_words(row.ordered_on)}{number}" if row.ordered_on else "Not ordered"
    booked = f"booked for {date_words(row.booked_for)}" if row.booked_for else "not booked"
    missed = count_words(row.missed_appointments, "missed appointment")
    return f"{ordered}, {booked}{f', {missed}' if row.missed_appointments else ''}"


def escalation_view(row: Escalation, records: PatientRecords) -> EscalationView:
    """One escalation with its owner and what was promised."""
    raised = moment_words(row.raised_at, records.patient.site)
    return EscalationView(
        words=f"{escalation_words(row, records.on)}, raised {raised}",
        owner=name_of_user(row.owner, "nobody"),
        next_action=row.next_action,
        url=reverse("escalation", args=[row.pk]),
    )


def links_of(row: FollowUp, allowed: frozenset[Permission], on: date) -> tuple[Link, ...]:
    """The actions on one follow-up that the person's role allows."""
    offered = [
        (Permission.BOOK, "Order or book", "follow_up_book"),
        (Permission.BOOK, "Did not attend", "follow_up_missed"),
        (Permission.RECORD_EXAM, "Record the answer", "follow_up_answer"),
        (Permission.VIEW_PATIENT, "Calendar file", "appointment_file"),
        (Permission.SNOOZE, "Snooze", "follow_up_snooze"),
        (Permission.CLOSE, "Close", "follow_up_close"),
        (Permission.REASSIGN, "Change owner", "follow_up_owner"),
    ]
    not_now = set()
    if row.kind == ObligationKind.REVIEW:
        not_now |= {"follow_up_book", "follow_up_missed"}
    if row.booked_for is None or row.booked_for < on:
        not_now.add("appointment_file")
    if row.kind != ObligationKind.REFERRAL:
        not_now.add("follow_up_answer")
    if row.booked_for is None or row.booked_for > on:
        not_now.add("follow_up_missed")
    if latest_snooze(row, on) <= on:
        not_now.add("follow_up_snooze")
    return tuple(
        Link(words, reverse(name, args=[row.pk]))
        for permission, words, name in offered
        if permission in allowed and name not in not_now
    )
