"""The inbox in plain words, one entry per patient. Presenters: no queries, no clock."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum
from uuid import UUID

from django.urls import reverse

from patients.models import Site
from surveillance.delivery.sms import NUMBER_CANNOT_BE_TEXTED
from surveillance.delivery.texts import PAGES
from surveillance.models import Escalation, FollowUp, Notification, NotificationTemplate
from surveillance.outreach import ADDRESS_CAME_BACK, CONSENT_WITHDRAWN, NO_ADDRESS
from surveillance.protocol.channels import WhyCall
from surveillance.protocol.dates import add_working_days
from surveillance.protocol.parameters import MISSED_CONTACT_WITHIN
from surveillance.web.queue_rows import days_words, escalation_words
from surveillance.web.wording import (
    date_words,
    joined,
    language_words,
    lesion_words,
    moment_words,
    name_of_patient,
)

OUR_NAME = "HepCalc: "
"""What a subject begins with, for the sake of a mailbox; in our own inbox it says nothing."""
WORDS = {
    NotificationTemplate.PATIENT_REMINDER: "Call the patient: no message could remind them",
    NotificationTemplate.APPOINTMENT_REMINDER: "Call the patient about the coming appointment",
}
"""A message meant for a patient that is in a colleague's inbox is a call to be made."""
CAUSES = {
    CONSENT_WITHDRAWN: "they do not want that kind of message any more",
    ADDRESS_CAME_BACK: "the message came back",
    NUMBER_CANNOT_BE_TEXTED: "the number takes no text messages",
    NO_ADDRESS: "there is no address",
    WhyCall.PAST_LAST_DAY: "the last day has passed",
    WhyCall.BY_A_PERSON: "a person is to speak to them, as their status says",
    WhyCall.CALL_COMES_FIRST: "a call comes first here, or a letter would come too late",
    WhyCall.NOT_AGREED: "they agreed to no message that we can send",
    "address_cannot_be_written": "the address is none",
    "too_many_attempts": "it could not be sent after many attempts",
}
"""Why a message became a call; any other code is one of the mail server's or gateway's."""


class Section(IntEnum):
    """Where an entry stands, by the most pressing of its lines."""

    ESCALATED = 1
    RETURNED = 2
    OTHER = 3
    READ = 4


HEADINGS = {
    Section.ESCALATED: "Escalated: waits for your answer",
    Section.RETURNED: "Came back: the day that was given has passed",
    Section.OTHER: "Told to you",
    Section.READ: "Read before",
}


@dataclass(frozen=True, slots=True)
class Reader:
    """What one may see and answers for: the day and the people, by site. Elsewhere: nothing."""

    today: Mapping[int, date]
    mine: Mapping[int, frozenset[int]]

    def sees(self, site: int) -> bool:
        """Whether names and links of this site are shown."""
        return site in self.today


@dataclass(frozen=True, slots=True)
class InboxLine:
    """One thing that is asked: what, of which lesions, where to go."""

    words: str
    lesions: str
    days: str
    url: str
    at: str
    is_new: bool
    not_mine_url: str = ""


@dataclass(frozen=True, slots=True)
class InboxEntry:
    """Everything about one patient. `ids`: the unread messages that the entry stands for."""

    key: str
    about: str
    url: str
    lines: tuple[InboxLine, ...]
    ids: str


@dataclass(frozen=True, slots=True)
class InboxSection:
    """The entries under one heading, the most urgent first."""

    heading: str
    entries: tuple[InboxEntry, ...]


@dataclass(slots=True)
class _Pile:
    """What belongs to one entry."""

    escalations: list[Escalation] = field(default_factory=list)
    messages: list[Notification] = field(default_factory=list)

    @property
    def section(self) -> Section:
        if self.escalations:
            is_new = any(row.acknowledged_until is None for row in self.escalations)
            return Section.ESCALATED if is_new else Section.RETURNED
        is_unread = any(message.read_at is None for message in self.messages)
        return Section.OTHER if is_unread else Section.READ

    @property
    def place(self) -> tuple[int, int, float]:
        """Section, then urgency, what belongs to no follow-up before it, then the newest."""
        owed = [row.follow_up for row in self.escalations]
        owed += [message.follow_up for message in self.messages if message.follow_up]
        urgency = min((row.sort_key for row in owed), default=0)
        is_read = self.section is Section.READ
        newest = max((one.created_at.timestamp() for one in self.messages), default=0.0)
        return self.section, 0 if is_read else urgency, -newest


def inbox_sections(
    escalations: Iterable[Escalation], messages: Iterable[Notification], reader: Reader
) -> tuple[InboxSection, ...]:
    """One entry per patient: escalations first, then what came back, then the rest.

    `escalations` wait for the reader's answer; `messages` come the newest first.
    """
    piles: defaultdict[UUID, _Pile] = defaultdict(_Pile)
    for row in escalations:
        piles[row.follow_up.patient_id].escalations.append(row)
    for message in messages:
        piles[_patient_id(message) or message.pk].messages.append(message)
    found: defaultdict[Section, list[InboxEntry]] = defaultdict(list)
    for key, pile in sorted(piles.items(), key=lambda one: (one[1].place, one[0])):
        found[pile.section].append(_entry(str(key), pile, reader))
    return tuple(InboxSection(HEADINGS[each], tuple(found[each])) for each in sorted(found))


def _patient_id(message: Notification) -> UUID | None:
    return message.follow_up.patient_id if message.follow_up else message.patient_id


def _entry(key: str, pile: _Pile, reader: Reader) -> InboxEntry:
    lines = (*_escalation_lines(pile, reader), *_message_lines(pile, reader))
    unread = [str(message.pk) for message in pile.messages if message.read_at is None]
    if pile.escalations:
        patient = pile.escalations[0].follow_up.patient
        about, url = name_of_patient(patient), reverse("patient", args=[patient.pk])
    else:
        about, url = _about(pile.messages[0], reader)
    return InboxEntry(key, about, url, lines, " ".join(unread))


def _escalation_lines(pile: _Pile, reader: Reader) -> Iterator[InboxLine]:
    unread = {one.escalation_id for one in pile.messages if one.read_at is None}
    for row in pile.escalations:
        follow_up = row.follow_up
        today = reader.today[follow_up.site_id]
        yield InboxLine(
            words=escalation_words(row, today),
            lesions=lesion_words(follow_up.lesion),
            days=days_words(follow_up, today),
            url=reverse("escalation", args=[row.pk]),
            at=moment_words(row.raised_at, follow_up.site),
            is_new=row.pk in unread,
            not_mine_url=reverse("escalation_not_mine", args=[row.pk]),
        )


def _message_lines(pile: _Pile, reader: Reader) -> Iterator[InboxLine]:
    """Several lesions of which the same is asked are one line; what an escalation above asks for
    is not said again."""
    shown = {row.pk for row in pile.escalations}
    alike: defaultdict[tuple[object, ...], list[Notification]] = defaultdict(list)
    for message in pile.messages:
        if message.escalation_id not in shown:
            alike[_sameness(message)].append(message)
    for group in alike.values():
        yield _message_line(group, reader)


def _sameness(message: Notification) -> tuple[object, ...]:
    return message.template, message.cause, message.escalation_id, message.read_at is None


def _message_line(group: list[Notification], reader: Reader) -> InboxLine:
    newest = group[0]
    is_visible = reader.sees(newest.site_id)
    owed = {one.follow_up.pk: one.follow_up for one in group if one.follow_up} if is_visible else {}
    return InboxLine(
        words=_words(newest),
        lesions=joined(sorted({lesion_words(row.lesion) for row in owed.values()})),
        days=_days(list(owed.values()), newest, reader),
        url=_line_url(newest) if is_visible else "",
        at=moment_words(newest.created_at, newest.site),
        is_new=newest.read_at is None,
        not_mine_url=_not_mine_url(newest, reader) if len(owed) == 1 else "",
    )


def _days(owed: list[FollowUp], message: Notification, reader: Reader) -> str:
    """How long the most urgent of them has left; nothing of what has ended."""
    still = [row for row in owed if row.closed_at is None]
    if not still:
        return ""
    return days_words(min(still, key=lambda row: row.latest_on), reader.today[message.site_id])


def _not_mine_url(message: Notification, reader: Reader) -> str:
    """Where the reader says that it is not theirs, while it still is."""
    escalation, follow_up = message.escalation, message.follow_up
    mine = reader.mine.get(message.site_id, frozenset())
    if escalation is not None:
        is_mine = escalation.resolved_at is None and escalation.owner_id in mine
        return reverse("escalation_not_mine", args=[escalation.pk]) if is_mine else ""
    if follow_up is not None and follow_up.closed_at is None and follow_up.owner_id in mine:
        return reverse("follow_up_not_mine", args=[follow_up.pk])
    return ""


def _words(message: Notification) -> str:
    """The words as they were sent; of what has none of its own, what it is about."""
    template = NotificationTemplate(message.template)
    subject = message.subject.removeprefix(OUR_NAME)
    said = subject[:1].upper() + subject[1:] or WORDS.get(template) or str(template.label)
    if template == NotificationTemplate.MISSED_APPOINTMENT:
        missed_on = message.site.local_date(message.created_at)
        last = add_working_days(missed_on, MISSED_CONTACT_WITHIN.value)
        said = f"{said} by {date_words(last)}"
    return said + _why(message)


def _why(message: Notification) -> str:
    """' (why; interpreter needed: Spanish)', as far as there is anything to say."""
    patient = message.patient
    parts = []
    if message.cause:
        parts.append(CAUSES.get(message.cause, "the message could not be delivered"))
    if patient is not None and patient.interpreter_needed and message.template in WORDS:
        parts.append(language_words(patient))
    return f" ({'; '.join(parts)})" if parts else ""


def _about(message: Notification, reader: Reader) -> tuple[str, str]:
    """Whom it is about and where they are; names and links only where one still holds a role."""
    if not reader.sees(message.site_id):
        return f"a patient of {message.site.name}", ""
    patient = message.follow_up.patient if message.follow_up else message.patient
    if patient is not None:
        return name_of_patient(patient), reverse("patient", args=[patient.pk])
    return message.site.name, _page_of(message.template, message.site)


def _page_of(template: str, site: Site) -> str:
    return f"{reverse(PAGES.get(template, 'queue'))}?site={site.slug}"


def _line_url(message: Notification) -> str:
    """The escalation that it is about; everything else is found under the name."""
    if message.escalation_id is None:
        return ""
    return reverse("escalation", args=[message.escalation_id])
