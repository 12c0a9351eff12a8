"""What a decision has read, said in the reader's language.

`surveillance/protocol/explain.py` writes the value of a fact from a fixed vocabulary, with days,
sizes and names between; a decision keeps it in English. Here it is read back, part by part. What
is none of that (somebody's own words) stays as it was written.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from surveillance.protocol.terms import (
    CalcificationPattern,
    Conclusion,
    Isolation,
    LesionKind,
    LesionStatus,
    LiRads,
    MdtOutcome,
    Modality,
    PathologyResult,
    PatientStatus,
    Term,
    Tri,
)
from surveillance.web.risk_words import FACT_WORDS

TERMS: Final[tuple[type[Term], ...]] = (
    Tri,
    Isolation,
    CalcificationPattern,
    Conclusion,
    PathologyResult,
    MdtOutcome,
    LesionKind,
    Modality,
    PatientStatus,
    LesionStatus,
)
FIXED: Final = (
    gettext_noop("low (every liver fact is explicitly normal)"),
    gettext_noop("thick wall"),
    gettext_noop("septations"),
    gettext_noop("solid component"),
    gettext_noop("mucinous neoplasm suspected without contrast"),
    gettext_noop("none recorded"),
    gettext_noop("not measured, handled as 10 mm or more"),
    gettext_noop("none that characterises the lesion"),
    gettext_noop("none"),
    gettext_noop("never"),
    gettext_noop("the clock has not started"),
    gettext_noop("no adequate exam"),
    gettext_noop("treated"),
    gettext_noop("removed"),
)
FORMS: Final = (
    gettext_noop("{n} years"),
    gettext_noop("{n} months"),
    gettext_noop("{mm} mm"),
    gettext_noop("at risk ({facts})"),
    gettext_noop("not determined, handled as at risk ({facts})"),
    gettext_noop("{fact} = {term}"),
    gettext_noop("{fact} = {term} ({source})"),
    gettext_noop("{fact} = {term}, recorded {day}"),
    gettext_noop("{fact} = {term}, recorded {day} ({source})"),
    gettext_noop("{fact} = {term}, recorded {day} by {person}"),
    gettext_noop("{fact} = {term}, recorded {day} by {person} ({source})"),
    gettext_noop("{fact} = {term} by {person}"),
    gettext_noop("{fact} = {term} by {person} ({source})"),
    gettext_noop("{term}, changed {day}"),
    gettext_noop("{term} since {day}"),
    gettext_noop("{term} on {day}"),
    gettext_noop("{term} on {day}, made when the lesion was below 10 mm"),
    gettext_noop("waived on {day}"),
    gettext_noop("waived on {day}, nobody's signature recorded"),
    gettext_noop("waived on {day}, nobody's signature recorded ({source})"),
    gettext_noop("waived on {day}, signed by {person}"),
    gettext_noop("waived on {day}, signed by {person} ({source})"),
    gettext_noop("{term} (suspicious, and the MDT decided to watch)"),
    gettext_noop("{label}, since the report of {day}"),
    gettext_noop("{label}, since the report of {day} (arterial enhancement with washout)"),
    gettext_noop(
        "{label}, since the report of {day} (arterial enhancement with washout, although the "
        "report says {term}: the more dangerous counts, A-38)"
    ),
    gettext_noop("growth on {day}, new arterial enhancement on {other_day}"),
    gettext_noop(
        "growth on {day}, new arterial enhancement on {other_day}; LI-RADS threshold growth on "
        "{last_day}"
    ),
    gettext_noop("high for age on {day}"),
    gettext_noop("raised on {day}"),
    gettext_noop("last on {day}, not to watch"),
    gettext_noop("to watch, on {day}; it covers the evidence"),
    gettext_noop("to watch, on {day}; it is older than the evidence"),
    gettext_noop("{n} adequate since {day}"),
    gettext_noop("{n} adequate since {day}, the last on {other_day}"),
    gettext_noop("{n} adequate exams from {day} to {other_day}"),
)
"""The more general after the more particular where both would fit."""
SOURCES: Final = (gettext_noop("registry file"),)
DAY: Final = r"\d{4}-\d{2}-\d{2}|never"
PARTS: Final = {
    "n": r"\d+",
    "mm": r"\d+(?:\.\d+)?",
    "day": DAY,
    "other_day": DAY,
    "last_day": DAY,
    "facts": r".+",
    "source": r".+",
    "person": r"[^()]+",
}


def value_words(value: str) -> str | None:
    """The value of a fact in the reader's language; None for words that are somebody's own."""
    if value in FIXED:
        return _(value)
    if (term := terms().get(value)) is not None:
        return lower_first(_(term))
    for form, pattern in _patterns():
        if found := pattern.fullmatch(value):
            return _(form).format(**{name: _part(name, part) for name, part in _parts(found)})
    return _listed(value)


@cache
def terms() -> dict[str, str]:
    """The label of a coded value by the small letters in which a decision says it."""
    found: dict[str, str] = {}
    for member in (each for term in reversed(TERMS) for each in term):
        found[member.value.replace("_", " ").lower()] = member.label
        found[member.label.lower()] = member.label
        found[member.label] = member.label
    return found


def lower_first(words: str) -> str:
    """As inside a sentence; an abbreviation stays."""
    return words if words[1:2].isupper() else words[:1].lower() + words[1:]


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((form, re.compile(_expression(form))) for form in FORMS)


def _expression(form: str) -> str:
    any_term = "|".join(re.escape(one) for one in sorted(terms(), key=len, reverse=True))
    category = "|".join(re.escape(one.value) for one in LiRads)
    parts = PARTS | {
        "term": any_term,
        "label": f"(?:{any_term})(?:, (?:{category}))?",
        "fact": "|".join(name.replace("_", " ") for name in FACT_WORDS),
    }
    pieces = re.split(r"\{(\w+)\}", form)
    named = [
        f"(?P<{piece}>{parts[piece]})" if at % 2 else re.escape(piece)
        for at, piece in enumerate(pieces)
    ]
    return "".join(named)


def _parts(found: re.Match[str]) -> Iterator[tuple[str, str]]:
    yield from found.groupdict().items()


def _part(name: str, part: str) -> str:
    return _READERS[name](part) if name in _READERS else part


def _facts(part: str) -> str:
    return "; ".join(value_words(one) or one for one in part.split("; "))


def _fact(part: str) -> str:
    return _(FACT_WORDS[part.replace(" ", "_")])


def _term(part: str) -> str:
    return lower_first(_(terms()[part]))


def _label(part: str) -> str:
    """'suspicious hcc, LR-5': the category is said alike everywhere."""
    term, comma, category = part.rpartition(", ")
    return f"{_term(term)}, {category}" if comma and term in terms() else _term(part)


def _day(part: str) -> str:
    return _(part) if part in FIXED else part


def _source(part: str) -> str:
    """Who or what stated a fact: people by their names, a file as what it is."""
    return _(part) if part in SOURCES else part


def _listed(value: str) -> str | None:
    """'thick wall, septations'."""
    parts = value.split(", ")
    if len(parts) > 1 and all(part in FIXED for part in parts):
        return ", ".join(_(part) for part in parts)
    return None


_READERS: Final[dict[str, Callable[[str], str]]] = {
    "facts": _facts,
    "fact": _fact,
    "term": _term,
    "label": _label,
    "day": _day,
    "other_day": _day,
    "last_day": _day,
    "source": _source,
    "person": _source,
}
