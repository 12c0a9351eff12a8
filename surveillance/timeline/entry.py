"""One line of a lesion's history."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.contrib.auth.models import User

SYSTEM = "the system"


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
    ESCALATION = "ESCALATION"
    ANSWER = "ANSWER"
    OUTSIDE_CARE = "OUTSIDE_CARE"
    NOTIFICATION = "NOTIFICATION"

    @property
    def label(self) -> str:
        """The word shown beside an entry."""
        return _LABELS[self]


_LABELS = {
    TimelineKind.LESION: "Lesion",
    TimelineKind.MERGE: "Merge",
    TimelineKind.STATUS: "Patient status",
    TimelineKind.RISK: "Risk",
    TimelineKind.AFP: "AFP",
    TimelineKind.EXAM: "Exam",
    TimelineKind.EVENT: "Event",
    TimelineKind.RETRACTION: "Retraction",
    TimelineKind.ASSESSMENT: "Decision",
    TimelineKind.OVERRIDE: "Override",
    TimelineKind.CLOSED: "Follow-up ended",
    TimelineKind.OPENED: "Follow-up owed",
    TimelineKind.STEP: "Progress",
    TimelineKind.CONTACT: "Contact",
    TimelineKind.ESCALATION: "Escalation",
    TimelineKind.ANSWER: "Answer",
    TimelineKind.OUTSIDE_CARE: "Followed elsewhere",
    TimelineKind.NOTIFICATION: "Message",
}
_RANK = {kind: rank for rank, kind in enumerate(TimelineKind)}


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """`on` is the day it concerns (the exam's day), `at` the moment it was recorded.

    `ref` is the id of the row it comes from; `withdrawn` marks a fact that was retracted later.
    """

    kind: TimelineKind
    on: date
    at: datetime
    title: str
    detail: tuple[str, ...]
    by: str
    ref: str
    withdrawn: bool = False

    @property
    def order(self) -> tuple[date, datetime, int, str]:
        """Day of care, then moment of recording, then cause before effect."""
        return (self.on, self.at, _RANK[self.kind], self.ref)


def who(user: "User | None") -> str:
    """How a person is named in a history; nobody is the system itself."""
    return SYSTEM if user is None else user.get_full_name() or user.get_username()


def lines(*texts: str) -> tuple[str, ...]:
    """Those of the lines that say something."""
    return tuple(text for text in texts if text)


def labelled(label: str, value: object) -> str:
    """'Label: value', or nothing when there is no value."""
    return f"{label}: {value}" if value not in (None, "") else ""


def listed(label: str, values: Iterable[str]) -> str:
    """'Label: a, b, c', or nothing without values."""
    return labelled(label, ", ".join(values))
