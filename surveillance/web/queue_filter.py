"""What narrows the queue: read from the address, asked of the database, and told of one row.

An address holds codes, days and numbers of colleagues; never anything about a patient.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, NamedTuple
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from surveillance.models import FollowUp, FollowUpQuerySet
from surveillance.protocol.terms import EscalationClass, Modality, Risk, Term
from surveillance.web.wording import date_words, label_of, language_name

Value = int | str | date
LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}")


def _code(term: type[Term]) -> Callable[[str], str | None]:
    return lambda text: text if text in set(term) else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


class Criterion(NamedTuple):
    """One thing by which the queue can be narrowed.

    `read` gives None for what nobody can read: then more is shown, never less. `fits` says of a row
    what `lookup` says to the database.
    """

    label: str
    lookup: str
    read: Callable[[str], Value | None]
    fits: Callable[[FollowUp, Value], bool]
    words: Callable[[Value], str]


CRITERIA: Final[dict[str, Criterion]] = {
    "owner": Criterion(
        gettext_noop("Owner"),
        "owner",
        lambda text: int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None,
        lambda row, value: row.owner_id == value,
        lambda value: _("person {number}").format(number=value),
    ),
    "risk": Criterion(
        gettext_noop("Risk"),
        "assessment__risk",
        _code(Risk),
        lambda row, value: row.assessment.risk == value,
        lambda value: label_of(Risk, str(value)),
    ),
    "modality": Criterion(
        gettext_noop("Modality"),
        "advised_modality",
        _code(Modality),
        lambda row, value: row.advised_modality == value,
        lambda value: label_of(Modality, str(value)),
    ),
    "class": Criterion(
        gettext_noop("Class"),
        "escalation_class",
        _code(EscalationClass),
        lambda row, value: row.escalation_class == value,
        lambda value: label_of(EscalationClass, str(value)),
    ),
    "language": Criterion(
        gettext_noop("Language"),
        "patient__language",
        lambda text: text if LANGUAGE.fullmatch(text) else None,
        lambda row, value: row.patient.language == value,
        lambda value: language_name(str(value)),
    ),
    "from": Criterion(
        gettext_noop("Last day from"),
        "latest_on__gte",
        _day,
        lambda row, value: isinstance(value, date) and row.latest_on >= value,
        lambda value: date_words(value) if isinstance(value, date) else "",
    ),
    "to": Criterion(
        gettext_noop("Last day to"),
        "latest_on__lte",
        _day,
        lambda row, value: isinstance(value, date) and row.latest_on <= value,
        lambda value: date_words(value) if isinstance(value, date) else "",
    ),
}


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """The criteria in force, in the order of the form, with the names of the people they name."""

    values: tuple[tuple[str, Value], ...] = ()
    people: tuple[tuple[int, str], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.values)

    def apply(self, rows: FollowUpQuerySet) -> FollowUpQuerySet:
        """Of these, what fits."""
        asked = {CRITERIA[name].lookup: value for name, value in self.values}
        return rows.filter(**asked)

    def without(self, name: str) -> "QueueFilter":
        """The same without one criterion."""
        return replace(self, values=tuple(pair for pair in self.values if pair[0] != name))

    def hiding(self, row: FollowUp) -> list[str]:
        """The names of the criteria that this row does not fit."""
        return [name for name, value in self.values if not CRITERIA[name].fits(row, value)]

    def words_of(self, name: str) -> str:
        """'Language: Spanish'."""
        value = dict(self.values)[name]
        criterion = CRITERIA[name]
        named = dict(self.people).get(value) if name == "owner" and isinstance(value, int) else None
        return f"{_(criterion.label)}: {named or criterion.words(value)}"

    def address(self) -> dict[str, str]:
        """As it stands in an address."""
        return {name: str(value) for name, value in self.values}

    def __str__(self) -> str:
        return urlencode(self.address())


def read_filter(asked: Mapping[str, object], people: Mapping[int, str]) -> QueueFilter:
    """From an address. What cannot be read, and an owner who does not work here, is passed over."""
    found: list[tuple[str, Value]] = []
    for name, criterion in CRITERIA.items():
        value = criterion.read(str(asked.get(name, "")).strip())
        if value is None or (name == "owner" and value not in people):
            continue
        found.append((name, value))
    return QueueFilter(tuple(found), tuple(people.items()))
