"""One line of a lesion's history."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Self

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

if TYPE_CHECKING:
    from django.contrib.auth.models import User

ENGLISH = "en"
SYSTEM = gettext_noop("the system")


class TimelineKind(StrEnum):
    """What happened. The order is that of cause and effect, for entries of one moment."""

    LESION = "LESION"
    MERGE = "MERGE"
    STATUS = "STATUS"
    RISK = "RISK"
    AFP = "AFP"
    EXAM = "EXAM"
    EVENT = "EVENT"
    RETRACTION = "RETRACTION"
    ASSESSMENT = "ASSESSMENT"
    OVERRIDE = "OVERRIDE"
    CLOSED = "CLOSED"
    OPENED = "OPENED"
    STEP = "STEP"
    CONTACT = "CONTACT"
    NOTE = "NOTE"
    ESCALATION = "ESCALATION"
    ANSWER = "ANSWER"
    OUTSIDE_CARE = "OUTSIDE_CARE"
    NOTIFICATION = "NOTIFICATION"

    @property
    def label(self) -> str:
        """The word shown beside an entry."""
        return _(_LABELS[self])


_LABELS = {
    TimelineKind.LESION: gettext_noop("Lesion"),
    TimelineKind.MERGE: gettext_noop("Merge"),
    TimelineKind.STATUS: gettext_noop("Patient status"),
    TimelineKind.RISK: gettext_noop("Risk"),
    TimelineKind.AFP: gettext_noop("AFP"),
    TimelineKind.EXAM: gettext_noop("Exam"),
    TimelineKind.EVENT: gettext_noop("Event"),
    TimelineKind.RETRACTION: gettext_noop("Retraction"),
    TimelineKind.ASSESSMENT: gettext_noop("Decision"),
    TimelineKind.OVERRIDE: gettext_noop("Override"),
    TimelineKind.CLOSED: gettext_noop("Follow-up ended"),
    TimelineKind.OPENED: gettext_noop("Follow-up owed"),
    TimelineKind.STEP: gettext_noop("Progress"),
    TimelineKind.CONTACT: gettext_noop("Contact"),
    TimelineKind.NOTE: gettext_noop("Note"),
    TimelineKind.ESCALATION: gettext_noop("Escalation"),
    TimelineKind.ANSWER: gettext_noop("Answer"),
    TimelineKind.OUTSIDE_CARE: gettext_noop("Followed elsewhere"),
    TimelineKind.NOTIFICATION: gettext_noop("Message"),
}
_RANK = {kind: rank for rank, kind in enumerate(TimelineKind)}


class Verbatim(str):
    """Words shown as they are stored, and the language in which they are."""

    lang: str

    def __new__(cls, text: str, lang: str = ENGLISH) -> Self:
        """In English, as the system itself writes, unless said otherwise."""
        said = super().__new__(cls, text)
        said.lang = lang
        return said


@dataclass(frozen=True, slots=True)
class Later:
    """A line of an entry that was not known when the rest was recorded.

    `at` is the moment when it became known; None where the row keeps none, so that it counts as
    known today only.
    """

    text: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """`on` is the day it concerns (the exam's day), `at` the moment it was recorded.

    `ref` is the id of the row it comes from; `withdrawn_at` the moment when a fact was retracted;
    `later` names the lines of `detail` that came after `at`.
    """

    kind: TimelineKind
    on: date
    at: datetime
    title: str
    detail: tuple[str, ...]
    by: str
    ref: str
    withdrawn_at: datetime | None = None
    later: tuple[Later, ...] = ()

    @property
    def withdrawn(self) -> bool:
        """Whether the fact was retracted."""
        return self.withdrawn_at is not None

    @property
    def order(self) -> tuple[date, datetime, int, str]:
        """Day of care, then moment of recording, then cause before effect."""
        return (self.on, self.at, _RANK[self.kind], self.ref)


def as_of_moment(entry: TimelineEntry, moment: datetime) -> TimelineEntry:
    """The entry as it stood just before `moment`: without what was added or retracted since."""
    unknown = {one.text for one in entry.later if one.at is None or one.at >= moment}
    withdrawn_at = entry.withdrawn_at
    return replace(
        entry,
        detail=tuple(line for line in entry.detail if line not in unknown),
        withdrawn_at=withdrawn_at if withdrawn_at and withdrawn_at < moment else None,
        later=tuple(one for one in entry.later if one.text not in unknown),
    )


def who(user: "User | None") -> str:
    """How a person is named in a history; nobody is the system itself."""
    return _(SYSTEM) if user is None else user.get_full_name() or user.get_username()


def lines(*texts: str) -> tuple[str, ...]:
    """Those of the lines that say something."""
    return tuple(text for text in texts if text)


def labelled(label: str, value: object) -> str:
    """'Label: value', or nothing when there is no value."""
    return f"{label}: {value}" if value not in (None, "") else ""


def listed(label: str, values: Iterable[str]) -> str:
    """'Label: a, b, c', or nothing without values."""
    return labelled(label, ", ".join(values))
