"""The reasons of reconciliation in the language of the page: kept in English, translated here."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from surveillance.protocol.terms import (
    CalcificationPattern,
    Conclusion,
    Isolation,
    LesionKind,
    LiRads,
    Term,
    Tri,
)
from surveillance.web.protocol_words import Said, said
from surveillance.web.wording import date_words, label_of

SENTENCES: Final = frozenset(
    {
        gettext_noop("Record number and name or birth date agree."),
        gettext_noop("The report is signed."),
        gettext_noop("The sender coded a finding of this very lesion."),
        gettext_noop("The text describes one lesion, and it can be only this one."),
        gettext_noop("The report is preliminary: only a signed one answers."),
        gettext_noop("The sender says that the exam was not adequate."),
        gettext_noop("The exam names another region than liver or abdomen."),
        gettext_noop("No imaging of this lesion is owed at present."),
        gettext_noop("Name or birth date differ from the record."),
        gettext_noop("Only the record number says who it is."),
        gettext_noop("The report does not say which region was examined."),
        gettext_noop("The words for the exam say that it was not finished."),
        gettext_noop("The text says more than a machine reads with certainty: read it."),
        gettext_noop("A person decided before that this exam does not answer it."),
        gettext_noop("The kind of exam is not known."),
        gettext_noop("The text is not in English, so no machine reads it: read it."),
        gettext_noop("The text may speak of another lesion: which is this one is not certain."),
        gettext_noop("The text says that the exam was limited."),
        gettext_noop("The report does not say whether the exam was adequate."),
        gettext_noop("No finding is coded or read that is of this lesion."),
        gettext_noop("A coded finding may be of another lesion, or a new one."),
        gettext_noop("What the sender coded must be seen by a person."),
        gettext_noop("The text says that the lesion grew."),
        gettext_noop("The text speaks of a new lesion."),
        gettext_noop("The text says that the lesion is gone: a person confirms that."),
        gettext_noop("The text names a suspicious finding."),
        gettext_noop("The text speaks of arterial enhancement or washout."),
        gettext_noop("The text is not sure of what it describes."),
        gettext_noop("The text calls the lesion something else."),
        gettext_noop("With it nothing more would be owed."),
        gettext_noop("With it the lesion would count as less dangerous."),
        gettext_noop("With it a referral or a review would fall away."),
        gettext_noop("The lesion was not measured: the exam does not fulfil."),
        gettext_noop("The lesion was not seen: the exam does not fulfil."),
    }
)
"""Those without a value in them; a test finds one that is missing."""
VALUED: Final = (
    gettext_noop("Examined: {words}."),
    gettext_noop("{kind} of {day} fulfils it."),
    gettext_noop("{kind} is not the modality that this need asks for."),
    gettext_noop("The exam is not later than the need, which began {day}."),
    gettext_noop("Too early: the single check counts from {day} on; its date stands."),
    gettext_noop("The size read, {size} mm, lies across {limit} mm from the last, {before} mm."),
    gettext_noop("The size read, {size} mm, is far from the last one, {before} mm."),
    gettext_noop("With it the plan would be: {plan}."),
    gettext_noop("The text may speak of {number} lesions: which is this one is not certain."),
)
"""Those with values; a test finds one that is missing."""
_SLOT: Final = re.compile(r"\\\{(\w+)\\\}")
_SHAPES: Final = {"day": r"\d{4}-\d\d-\d\d", "number": r"\d+"}


def reason_said(sentence: str) -> Said:
    """One reason: translated where it is one of these, else as written and marked as English."""
    if sentence in SENTENCES:
        return Said(_(sentence))
    for pattern, shape in _shapes():
        if found := shape.fullmatch(sentence):
            values = {name: _value(name, value) for name, value in found.groupdict().items()}
            return Said(_(pattern).format(**values))
    return said(sentence)


@cache
def _shapes() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((pattern, re.compile(_shape(pattern), re.DOTALL)) for pattern in VALUED)


def _shape(pattern: str) -> str:
    def slot(found: re.Match[str]) -> str:
        return f"(?P<{found[1]}>{_SHAPES.get(found[1], '.+')})"

    return _SLOT.sub(slot, re.escape(pattern))


def _value(name: str, value: str) -> str:
    match name:
        case "day":
            return date_words(date.fromisoformat(value))
        case "kind":
            return _(value)
        case "plan":
            return str(said(f"{value}.")).rstrip(".")
        case _:
            return value


def told_words(told: Mapping[str, Any]) -> str:
    """What the report says of the lesion, as far as it does: '8.2 mm, seen, exam adequate'."""
    return ", ".join(
        words for name, says in TOLD.items() if name in told and (words := says(told[name]))
    )


def _coded(term: type[Term], label: str = "") -> Callable[[Any], str]:
    def says(value: Any) -> str:
        named = label_of(term, value)
        return f"{_(label)}: {named}" if label else named

    return says


TOLD: Final[dict[str, Callable[[Any], str]]] = {
    "lesion_seen": lambda value: _("lesion seen") if value else _("lesion not seen"),
    "size_mm": lambda value: f"{value} mm",
    "adequate": lambda value: _("exam adequate") if value else _("exam not adequate"),
    "conclusion": _coded(Conclusion),
    "lirads": _coded(LiRads),
    "kind": _coded(LesionKind),
    "isolation": _coded(Isolation, gettext_noop("Isolation")),
    "pattern": _coded(CalcificationPattern, gettext_noop("Pattern")),
    "aphe": _coded(Tri, gettext_noop("Arterial hyperenhancement")),
    "washout": _coded(Tri, gettext_noop("Washout")),
    "capsule": _coded(Tri, gettext_noop("Capsule")),
    "hemangioma_pattern": _coded(Tri, gettext_noop("Pattern of a hemangioma")),
}
"""What is told of a finding, in the order in which it is read."""
