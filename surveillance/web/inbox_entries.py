"""The inbox in plain words, one entry per patient. Presenters: no queries, no clock."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from patients.models import Site
from surveillance.delivery.texts import PAGES
from surveillance.models import Escalation, FollowUp, Notification
from surveillance.web.inbox_words import message_words
from surveillance.web.queue_rows import days_words, escalation_words
from surveillance.web.wording import (
    joined,
    lesion_words,
    moment_words,
    name_of_patient,
)


class Section(IntEnum):
    """Where an entry stands, by the most pressing of its lines."""

    ESCALATED = 1
    RETURNED = 2
    OTHER = 3
    READ = 4


HEADINGS = {
    Section.ESCALATED: gettext_noop("Escalated: waits for your answer"),
    Section.RETURNED: gettext_noop("Came back: the day that was given has passed"),
    Section.OTHER: gettext_noop("Told to you"),
    Section.READ: gettext_noop("Read before"),
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
    lang: str = ""


@dataclass(frozen=True, slots=True)
class InboxEntry:
    """Everything about one patient. `ids`: the unread messages that the entry stands for."""

    key: str
    about: str
    site: str
    """Of the patient; empty where the entry is about the site itself."""
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
    return tuple(InboxSection(_(HEADINGS[each]), tuple(found[each])) for each in sorted(found))


def _patient_id(message: Notification) -> UUID | None:
    return message.follow_up.patient_id if message.follow_up else message.patient_id


def _entry(key: str, pile: _Pile, reader: Reader) -> InboxEntry:
    lines = (*_escalation_lines(pile, reader), *_message_lines(pile, reader))
    unread = [str(message.pk) for message in pile.messages if message.read_at is None]
    if pile.escalations:
        first = pile.escalations[0].follow_up
        site, url = first.site.name, reverse("patient", args=[first.patient_id])
        return InboxEntry(key, name_of_patient(first.patient), site, url, lines, " ".join(unread))
    about, site, url = _about(pile.messages[0], reader)
    return InboxEntry(key, about, site, url, lines, " ".join(unread))


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
    words = message_words(newest)
    return InboxLine(
        words=words.words,
        lesions=joined(sorted({lesion_words(row.lesion) for row in owed.values()})),
        days=_days(list(owed.values()), newest, reader),
        url=_line_url(newest) if is_visible else "",
        at=moment_words(newest.created_at, newest.site),
        is_new=newest.read_at is None,
        not_mine_url=_not_mine_url(newest, reader) if len(owed) == 1 else "",
        lang=words.lang,
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


def _about(message: Notification, reader: Reader) -> tuple[str, str, str]:
    """Whom it is about, the site if that is not said yet, and where they are; names and links only
    where one still holds a role."""
    if not reader.sees(message.site_id):
        return _("a patient of {site}").format(site=message.site.name), "", ""
    patient = message.follow_up.patient if message.follow_up else message.patient
    if patient is not None:
        address = reverse("patient", args=[patient.pk])
        return name_of_patient(patient), message.site.name, address
    return message.site.name, "", _page_of(message.template, message.site)


def _page_of(template: str, site: Site) -> str:
    return f"{reverse(PAGES.get(template, 'queue'))}?site={site.slug}"


def _line_url(message: Notification) -> str:
    """The escalation that it is about; everything else is found under the name."""
    if message.escalation_id is None:
        return ""
    return reverse("escalation", args=[message.escalation_id])
