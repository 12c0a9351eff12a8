"""What every kind of message says alike: who, when, on which day, by which number."""

from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Final

from surveillance.arrivals import ArrivalKind, Unmapped
from surveillance.intake.hl7v2.grouping import Scope
from surveillance.intake.hl7v2.mapping import FeedMapping
from surveillance.intake.hl7v2.moments import day, has_time, moment
from surveillance.intake.hl7v2.people import mrn_of
from surveillance.intake.hl7v2.problems import Problem, Untranslatable, tidy, within

USUAL_PLACES: Final = FeedMapping().said_at
LONGEST_NUMBER: Final = 64
LONGEST_WORDS: Final = 400


@dataclass(frozen=True, slots=True)
class Sender:
    """How the messages of one feed are to be read. `zone`: of stamps without an offset."""

    mapping: FeedMapping
    zone: tzinfo


def said_at(scope: Scope, sender: Sender, *usual: str) -> datetime:
    """The moment of the statement: the first place that says one, to the hour if any does. `usual`
    places go first unless the mapping names its own. Raises Untranslatable."""
    places = sender.mapping.said_at
    places = (*usual, *places) if places == USUAL_PLACES else places
    stamps = list(scope.stamps(places))
    for stamp in sorted(stamps, key=lambda one: not has_time(one)):
        if at := moment(stamp, sender.zone):
            return at
    raise Untranslatable(
        "no_moment", sender.mapping.said_at[0], "is no moment (YYYYMMDDHHMMSS): of two messages "
        "about one thing nobody could say which is later."
    )  # fmt: skip


def day_of(scope: Scope, places: tuple[str, ...], code: str) -> date:
    """The day as the sender writes it at its place of care. Raises Untranslatable."""
    for stamp in scope.stamps(places):
        if said := day(stamp):
            return said
    raise Untranslatable(
        code, places[0], "holds no whole date (YYYYMMDD). If the date stands elsewhere, name the "
        "place in the mapping."
    )  # fmt: skip


def number_at(scope: Scope, places: tuple[str, ...], code: str) -> str:
    """The number by which the sender knows the thing. Raises Untranslatable."""
    value, where = scope.found(places)
    if number := tidy(value):
        return within(number, LONGEST_NUMBER, where)
    raise Untranslatable(
        code, where, f"is empty, and so are the other places where the number may stand ("
        f"{', '.join(places)}). Name the right place in the mapping."
    )  # fmt: skip


def words_at(scope: Scope, places: tuple[str, ...]) -> str:
    """Words for people, cut where they are very long; empty if none are said."""
    return tidy(scope.value(places))[:LONGEST_WORDS]


def unmapped(
    kind: ArrivalKind, problem: Problem, scope: Scope, places: tuple[str, ...], sender: Sender
) -> Unmapped:
    """The part that waits, with as much as can be said of it: whose, which (at `places`), when."""
    return Unmapped(
        kind=kind,
        code=problem.code,
        where=problem.where,
        problem=str(problem),
        mrn=_mrn(scope, sender),
        key=tidy(scope.value(places)),
        said_at=_moment(scope, sender),
    )


def _mrn(scope: Scope, sender: Sender) -> str:
    try:
        return mrn_of(scope.first["PID"], 3, sender.mapping)
    except (KeyError, Untranslatable):
        return ""


def _moment(scope: Scope, sender: Sender) -> datetime | None:
    try:
        return said_at(scope, sender)
    except Untranslatable:
        return None
