"""The sentences of the protocol in the reader's language.

Decisions, reasons and what is owed are kept in English, as they were written on their day. What is
of the protocol's own vocabulary is translated when it is shown; anything else keeps its words and
is marked as English.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from patients.kept_words import ENGLISH, is_language_of_records
from surveillance.protocol.addons import ADDONS
from surveillance.protocol.biopsy import BEYOND_SOURCE, SEEDING, SMALL_LESION
from surveillance.protocol.explain import fact_sentence
from surveillance.protocol.rules.table import RULES
from surveillance.web.fact_values import value_words
from surveillance.web.risk_words import fact_words

FIXED: Final = (
    gettext_noop("Re-open if symptoms or new risk facts appear."),
    gettext_noop("patient.birth_date is missing."),
    gettext_noop("history has no exam."),
)
READABLE: Final = {
    name: words
    for rule in RULES.values()
    for name in rule.facts
    if (words := fact_sentence(name, "").removesuffix(": .")) != name
}
"""What the facts are called that a rule may have read."""
CODED = re.compile(r"(A\d{2}): (.+)")
TOLD = re.compile(rf"({'|'.join(map(re.escape, READABLE.values()))}): (.+)\.")
OWED_SINCE = re.compile(r"Owed since (\d{4}-\d{2}-\d{2})\.")
STATUS = re.compile(r"Status of the (patient|lesion): (.+)\.")


@dataclass(frozen=True, slots=True)
class Said:
    """Words to be shown, and their language where it is not the page's."""

    words: str
    lang: str = ""

    def __str__(self) -> str:
        return self.words

    def __bool__(self) -> bool:
        return bool(self.words)


@cache
def vocabulary() -> frozenset[str]:
    """Every whole sentence that a decision may contain, and the names of its facts."""
    rules = RULES.values()
    return frozenset(
        {
            *(rule.title for rule in rules),
            *(rule.note for rule in rules if rule.note),
            *ADDONS.values(),
            *READABLE.values(),
            *FIXED,
            SEEDING,
            SMALL_LESION,
            BEYOND_SOURCE,
        }
    )


def said(text: str) -> Said:
    """A stored sentence for the page: translated where it is the protocol's own."""
    if is_language_of_records():
        return Said(text)
    words = sentence_words(text)
    return as_written(text) if words is None else Said(words)


def as_written(text: str) -> Said:
    """Words that stay as they were written, marked as English where the page is not."""
    return Said(text, "" if is_language_of_records() or not text else ENGLISH)


def fact_said(name: str, value: str) -> tuple[str, Said]:
    """One fact that a decision has read: its name, and its value."""
    if is_language_of_records():
        return name, Said(value)
    words = value_words(value) or sentence_words(value)
    told = _(READABLE[name]) if name in READABLE else fact_words(name)
    return told, as_written(value) if words is None else Said(words)


def sentence_words(text: str) -> str | None:
    """The sentence in the reader's language; None for one that is not the protocol's own."""
    if text in vocabulary():
        return _(text)
    if found := CODED.fullmatch(text):
        inner = sentence_words(found[2])
        return None if inner is None else f"{found[1]}: {inner}"
    if found := TOLD.fullmatch(text):
        return f"{_(found[1])}: {value_words(found[2]) or found[2]}."
    if found := OWED_SINCE.fullmatch(text):
        return _("Owed since {day}.").format(day=found[1])
    if found := STATUS.fullmatch(text):
        return _status_words(found[1], found[2])
    parts = list(_sentences_in(text))
    return " ".join(_(part) for part in parts) if parts else None


def _status_words(whose: str, status: str) -> str:
    words = value_words(status) or status
    if whose == "patient":
        return _("Status of the patient: {status}.").format(status=words)
    return _("Status of the lesion: {status}.").format(status=words)


def _sentences_in(text: str) -> Iterator[str]:
    """The add-ons of which a reason consists; nothing if there is more in it."""
    found, rest = [], text
    while rest:
        part = next((one for one in ADDONS.values() if rest.startswith(one)), None)
        if part is None:
            return
        found.append(part)
        rest = rest[len(part) :].lstrip()
    yield from found
