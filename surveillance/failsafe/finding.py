"""What a finding is: something that must never be, at one site, with one person who answers."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from django.db.models import QuerySet

from patients.models import Role

NAMED = 20
"""How many subjects a finding names; it counts them all."""
DAY = timedelta(days=1)

LEADS = (Role.LEAD_NAVIGATOR, Role.MEDICAL_DIRECTOR, Role.ADMINISTRATOR)
DIRECTORS = (Role.MEDICAL_DIRECTOR, Role.LEAD_NAVIGATOR, Role.ADMINISTRATOR)
TECHNICAL = (Role.ADMINISTRATOR, Role.LEAD_NAVIGATOR, Role.MEDICAL_DIRECTOR)
"""Who answers for a finding: the first of these roles that somebody holds."""


class SubjectKind(StrEnum):
    """What the ids of a finding are ids of."""

    LESION = "LESION"
    FOLLOW_UP = "FOLLOW_UP"
    ESCALATION = "ESCALATION"
    MESSAGE = "MESSAGE"
    OUTSIDE_CARE = "OUTSIDE_CARE"
    OTHER = "OTHER"


class Subject(NamedTuple):
    """One of what was found: at which site (None: the whole installation), which, a remark."""

    site: int | None
    id: object
    note: str = ""


class Owner(NamedTuple):
    """The person who answers for a finding."""

    id: int
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that must never be: what, how often, which, whose, and how to mend it.

    `notes` stand beside `subject_ids`. No site: the whole installation. No patient data.
    """

    code: str
    sentence: str
    cure: str
    count: int
    subject_ids: tuple[str, ...]
    notes: tuple[str, ...] = ()
    site: int | None = None
    site_name: str = ""
    owner: Owner | None = None

    @property
    def key(self) -> str:
        """The same as long as the same thing is wrong at the same place."""
        return key_of(self.code, self.site)


@dataclass(frozen=True, slots=True)
class Check:
    """One question. `ask` answers the subjects of whatever it finds (bare ids: no one site's)."""

    code: str
    sentence: str
    cure: str
    ask: Callable[[datetime], Iterable[object]]
    kind: SubjectKind = SubjectKind.OTHER
    owners: tuple[Role, ...] = LEADS


def days_ago(moment: datetime, now: datetime) -> str:
    """'1 day ago', '3 days ago'."""
    days = (now - moment).days
    return f"{days} day{'' if days == 1 else 's'} ago"


def key_of(code: str, site: int | None) -> str:
    """What makes two findings the same one."""
    return f"{code}:{'' if site is None else site}"


def subjects(rows: QuerySet[Any, Any], site: str = "site") -> Iterator[Subject]:
    """The rows as subjects, in the order of their keys; `site` is the way to their site."""
    pairs = rows.order_by("pk").values_list(site, "pk")
    return (Subject(place, pk) for place, pk in pairs.iterator())
