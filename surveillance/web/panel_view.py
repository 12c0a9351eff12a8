"""The side panel of the queue in plain words: one patient's story and what comes next."""

from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from uuid import UUID

from django.contrib.auth.models import User
from django.urls import resolve, reverse
from django.utils.translation import gettext as _

from surveillance.models import FollowUp, Lesion, LesionObservation
from surveillance.outreach import why_not_written_to
from surveillance.protocol.terms import LesionKind, ObligationKind
from surveillance.roles import Permission
from surveillance.web.consent_words import no_way_words
from surveillance.web.contact_undo import Undo, undo_of
from surveillance.web.meanwhile import last_deed
from surveillance.web.owed_view import Link, Owed, links_of, owed_view
from surveillance.web.patient_query import PatientRecords
from surveillance.web.person_view import ContactRow, NoteRow, contact_rows, note_rows
from surveillance.web.queue_query import Surroundings
from surveillance.web.queue_rows import QueueRow, next_step, queue_row
from surveillance.web.risk_words import risk_tag, risk_why
from surveillance.web.way_back import with_row
from surveillance.web.wording import Tag, date_words, label_of, lesion_words, size_words

SHOWN = 3
"""Of contacts and of sizes: the story in short; the whole record is one click away."""
KEYS = {"contact_log": "c", "follow_up_book": "b", "follow_up_snooze": "s"}
SAMPLE = "sample_result"
LEFT_OUT = ("appointment_file", "follow_up_order", SAMPLE)
"""A download, and an order apart: “Order or book” takes an order, an appointment or both; a sample
result has a link of its own, because it takes a whole page."""


@dataclass(frozen=True, slots=True)
class PanelLink:
    """Something that the person may do now (`verb` names its page), with its key."""

    verb: str
    words: str
    url: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class PanelLesion:
    """One lesion: what it is, how it grew, what is owed."""

    name: str
    kind: str
    sizes: str
    owed: tuple[Owed, ...]


@dataclass(frozen=True, slots=True)
class Panel:
    """What the panel prints beside who the patient is."""

    key: str
    url: str
    risk: Tag | None
    risk_why: str
    next_step: str
    next_link: PanelLink | None
    ended: str
    lesions: tuple[PanelLesion, ...]
    contacts: tuple[ContactRow, ...]
    notes: tuple[NoteRow, ...]
    links: tuple[PanelLink, ...]
    undo: Undo | None
    sheet_url: str
    sample_url: str
    row: QueueRow | None


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks, when, and what they may do at the patient's site."""

    user: User
    now: datetime
    allowed: frozenset[Permission]


def panel_view(
    follow_up: FollowUp, records: PatientRecords, around: Surroundings, viewer: Viewer
) -> Panel:
    """The panel of one row of the queue. Where that follow-up ended, of what is owed next."""
    shown = follow_up if follow_up.closed_at is None else _next_owed(records)
    tried = around.next_tries.get(follow_up.patient_id)
    owed = links_of(shown, viewer.allowed, records) if shown else ()
    links = _links(owed, records, viewer.allowed, follow_up.pk)
    step = next_step(shown, records.on, tried) if shown else _("Nothing is owed at present")
    return Panel(
        key=str(follow_up.pk),
        url=reverse("follow_up_panel", args=[follow_up.pk]),
        risk=risk_tag(shown.assessment.risk) if shown else None,
        risk_why=risk_why(records.profile),
        next_step=step,
        next_link=_next_link(shown, records, links, is_promised=bool(tried)) if shown else None,
        ended=_ended(follow_up),
        lesions=tuple(_lesion(lesion, records, viewer.allowed) for lesion in records.lesions),
        contacts=contact_rows(records)[:SHOWN],
        notes=note_rows(records)[:SHOWN],
        links=links,
        undo=undo_of(records.contacts, viewer.user, viewer.now, follow_up.pk),
        sheet_url=with_row(reverse("call_sheet", args=[follow_up.patient_id]), follow_up.pk),
        sample_url=next((one.url for one in owed if resolve(one.url).url_name == SAMPLE), ""),
        row=queue_row(shown, around, records.on) if shown else None,
    )


def _next_owed(records: PatientRecords) -> FollowUp | None:
    rows = [row for owed in records.open_by_lesion.values() for row in owed]
    return min(rows, key=lambda row: (row.sort_key, row.pk), default=None)


def _ended(follow_up: FollowUp) -> str:
    """'Closed: Entered in error. Nora Navigator closed it, 3 Mar 2026, 14:05'."""
    if follow_up.closed_at is None:
        return ""
    closed = _("Closed: {outcome}.").format(outcome=follow_up.get_outcome_display())
    return f"{closed} {last_deed(follow_up)}".strip()


def _links(
    owed: tuple[Link, ...], records: PatientRecords, allowed: frozenset[Permission], row: UUID
) -> tuple[PanelLink, ...]:
    """What may be done for the patient, then for the follow-up; all of it returns to this row."""
    patient = records.patient
    found = []
    if Permission.LOG_CONTACT in allowed:
        found = [
            (_("Log contact"), reverse("contact_log", args=[patient.pk])),
            (_("Note"), reverse("patient_note", args=[patient.pk])),
        ]
        if not why_not_written_to(patient):
            found.append((_("Letter"), reverse("patient_letter", args=[patient.pk])))
    found += [(link.words, link.url) for link in owed]
    links = (_link(words, url, row) for words, url in found)
    return tuple(link for link in links if link.verb not in LEFT_OUT)


def _link(words: str, url: str, row: UUID) -> PanelLink:
    verb = resolve(url).url_name or ""
    return PanelLink(verb, words, with_row(url, row), KEYS.get(verb, ""))


def _next_link(
    row: FollowUp, records: PatientRecords, links: tuple[PanelLink, ...], *, is_promised: bool
) -> PanelLink | None:
    """The one action that the next step asks for, if this person may take it."""
    by_verb = {link.verb: link for link in links}
    return by_verb.get(_next_errand(row, records, is_promised=is_promised))


def _next_errand(row: FollowUp, records: PatientRecords, *, is_promised: bool) -> str:
    """The verb of the link that `next_step` calls for; empty where there is nothing to do."""
    if row.kind == ObligationKind.REVIEW:
        return ""
    if row.booked_for is None and no_way_words(records.patient):
        return ""
    if row.booked_for is None:
        is_unordered = row.kind == ObligationKind.IMAGING and row.ordered_on is None
        return "follow_up_book" if is_unordered and not is_promised else "contact_log"
    if row.booked_for < records.on:
        return "follow_up_missed"
    is_too_late = row.booked_for > row.latest_on >= records.on
    return "follow_up_book" if is_too_late else ""


def _lesion(lesion: Lesion, records: PatientRecords, allowed: frozenset[Permission]) -> PanelLesion:
    owed = records.open_by_lesion.get(lesion.pk, [])
    is_known = lesion.kind != LesionKind.UNKNOWN
    return PanelLesion(
        name=lesion_words(lesion),
        kind=label_of(LesionKind, lesion.kind) if is_known else _("Kind not known"),
        sizes=sizes_words(records.observations.get(lesion.pk, [])),
        owed=tuple(owed_view(row, records, allowed) for row in owed),
    )


def sizes_words(newest_first: list[LesionObservation]) -> str:
    """'7.0 mm on 1 Sep 2025, then 9.96 mm on 3 Mar 2026'."""
    measured = [row for row in newest_first if row.size_mm is not None][:SHOWN]
    words = [
        _("{size} on {day}").format(
            size=size_words(row.size_mm), day=date_words(row.exam.performed_on)
        )
        for row in reversed(measured)
    ]
    if not words:
        return _("not measured yet")
    return reduce(_then, words)


def _then(before: str, after: str) -> str:
    return _("{before}, then {after}").format(before=before, after=after)
