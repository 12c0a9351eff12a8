"""What is owed to a lesion, in plain words, with the actions that a person may take."""

from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from surveillance.models import Escalation, FollowUp, OutsideCare
from surveillance.obligations import window_of
from surveillance.protocol.terms import ObligationKind
from surveillance.roles import Permission
from surveillance.web.lead_words import lead_lines
from surveillance.web.match_view import exam_words
from surveillance.web.patient_query import PatientRecords
from surveillance.web.protocol_words import Said, said
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
    owner_words,
)
from surveillance.workflows.snooze_follow_up import latest_snooze

OFFERED: tuple[tuple[Permission, str, str], ...] = (
    (Permission.BOOK, gettext_noop("Order or book"), "follow_up_book"),
    (Permission.BOOK, gettext_noop("Change order"), "follow_up_order"),
    (Permission.BOOK, gettext_noop("Order cancelled"), "follow_up_order_cancel"),
    (Permission.BOOK, gettext_noop("Did not attend"), "follow_up_missed"),
    (Permission.RECORD_EXAM, gettext_noop("Record the answer"), "follow_up_answer"),
    (Permission.VIEW_PATIENT, gettext_noop("Calendar file"), "appointment_file"),
    (Permission.LOG_CONTACT, gettext_noop("Followed elsewhere"), "follow_up_elsewhere"),
    (Permission.SNOOZE, gettext_noop("Snooze"), "follow_up_snooze"),
    (Permission.CLOSE, gettext_noop("Close"), "follow_up_close"),
    (Permission.REASSIGN, gettext_noop("Change owner"), "follow_up_owner"),
    (Permission.ACKNOWLEDGE, gettext_noop("Not mine"), "follow_up_not_mine"),
    (Permission.RECORD_EXAM, gettext_noop("Send a sample result"), "sample_result"),
)
"""Who may, words, address by the follow-up's id. “Order or book” takes an order, an appointment or
both; an order has a page of its own only to be changed once it is on file. A sample result is for a
demonstration only."""


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
    reason: Said
    window: str
    stage: Tag
    days: str
    booking: str
    leads: tuple[Tag, ...]
    snooze: str
    no_snooze: str
    next_step: str
    owner: str
    escalations: tuple[EscalationView, ...]
    elsewhere: tuple[Link, ...]
    exams: tuple[Link, ...]
    links: tuple[Link, ...]


def owed_view(row: FollowUp, records: PatientRecords, allowed: frozenset[Permission]) -> Owed:
    """One obligation with its place in time and the actions that this person may take."""
    window = window_of(row)
    return Owed(
        key=str(row.pk),
        lesion=lesion_words(row.lesion),
        owed=owed_words(row),
        reason=said(row.reason),
        window=window_words(window.earliest, window.target, window.latest),
        stage=stage_tag(row, records.on),
        days=days_words(row, records.on),
        booking=booking_words(row),
        leads=lead_lines(row, records.on),
        snooze=_snooze_words(row, records.on),
        no_snooze=_no_snooze_words(row, allowed, records.on),
        next_step=next_step(row, records.on),
        owner=owner_words(
            row.owner, records.stand_ins.get((row.site_id, row.owner_id or 0)), _("No owner")
        ),
        escalations=tuple(
            escalation_view(one, records) for one in records.escalations.get(row.pk, [])
        ),
        elsewhere=tuple(
            _elsewhere(care, records.on)
            for care in records.outside_care.get(row.lesion_id, [])
            if care.follow_up.kind == row.kind
        ),
        exams=_exams(row, records),
        links=links_of(row, allowed, records),
    )


def _exams(row: FollowUp, records: PatientRecords) -> tuple[Link, ...]:
    """'MRI, 3 Mar 2026': each leads to the reasons and the finding to confirm."""
    if row.kind != ObligationKind.IMAGING:
        return ()
    waiting = records.exams_waiting.get(row.lesion_id, [])
    return tuple(Link(exam_words(one), reverse("exam_match", args=[one.pk])) for one in waiting)


def _elsewhere(care: OutsideCare, on: date) -> Link:
    """'Liver centre, Cork: waits for a second look, counts until 3 Mar 2026'."""
    state = _(str(care.state_on(on).label)).lower()
    words = _("{institution}: {state}, counts until {day}").format(
        institution=care.institution, state=state, day=date_words(care.expires_on)
    )
    return Link(words, reverse("outside_care", args=[care.pk]))


def _snooze_words(row: FollowUp, on: date) -> str:
    """Why it is put aside; empty once the day has come."""
    is_asleep = row.snoozed_until is not None and row.snoozed_until > on
    return row.snooze_reason if is_asleep else ""


def _no_snooze_words(row: FollowUp, allowed: frozenset[Permission], on: date) -> str:
    """Why whoever may put things aside finds no “Snooze” here; empty where they do."""
    if Permission.SNOOZE not in allowed or latest_snooze(row, on) > on:
        return ""
    return _("Cannot be put aside: its last day, {day}, has come.").format(
        day=date_words(row.latest_on)
    )


def booking_words(row: FollowUp) -> str:
    """'Ordered 3 Mar 2026 (number A1), booked for 4 Apr 2026'."""
    booked = _("not booked")
    if row.booked_for:
        booked = _("booked for {day}").format(day=date_words(row.booked_for))
    words = f"{_ordered_words(row)}, {booked}"
    if row.missed_appointments:
        words += f", {count_words(row.missed_appointments, 'missed appointment')}"
    if row.arrangement_lost_on is None:
        return words
    return _("{arranged}. Last cancelled on {day}: {reason}").format(
        arranged=words,
        day=date_words(row.arrangement_lost_on),
        reason=row.arrangement_lost_reason,
    )


def _ordered_words(row: FollowUp) -> str:
    if row.ordered_on is None:
        return _("Not ordered")
    day, number = date_words(row.ordered_on), row.order_number
    if not number:
        return _("Ordered {day}").format(day=day)
    return _("Ordered {day} (number {number})").format(day=day, number=number)


def escalation_view(row: Escalation, records: PatientRecords) -> EscalationView:
    """One escalation with its owner and what was promised."""
    raised = moment_words(row.raised_at, records.patient.site)
    return EscalationView(
        words=_("{escalation}, raised {at}").format(
            escalation=escalation_words(row, records.on), at=raised
        ),
        owner=owner_words(
            row.owner,
            records.stand_ins.get((records.patient.site_id, row.owner_id or 0)),
            _("nobody"),
        ),
        next_action=row.next_action,
        url=reverse("escalation", args=[row.pk]),
    )


def links_of(
    row: FollowUp, allowed: frozenset[Permission], records: PatientRecords
) -> tuple[Link, ...]:
    """The actions on one follow-up that the person's role allows."""
    on, is_review = records.on, row.kind == ObligationKind.REVIEW
    not_now = {
        "follow_up_order": is_review or row.ordered_on is None,
        "follow_up_order_cancel": is_review or row.ordered_on is None,
        "follow_up_book": is_review,
        "follow_up_missed": is_review or row.booked_for is None or row.booked_for > on,
        "follow_up_elsewhere": is_review,
        "follow_up_answer": row.kind != ObligationKind.REFERRAL,
        "appointment_file": row.booked_for is None or row.booked_for < on,
        "follow_up_snooze": latest_snooze(row, on) <= on,
        "follow_up_not_mine": row.owner_id not in records.mine,
        "sample_result": not (settings.DEMO and row.kind == ObligationKind.IMAGING),
    }
    return tuple(
        Link(_(words), reverse(name, args=[row.pk]))
        for permission, words, name in OFFERED
        if permission in allowed and not not_now.get(name, False)
    )
