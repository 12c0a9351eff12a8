"""A sentence that was written or is kept in English, said in the reader's language.

The protocol speaks English only, because its answers are pure and are kept word for word; so are
the problems of an imported file. Whoever shows such a sentence asks here. A sentence is found as it
stands, or by the pattern that it was made from: then its values are said again as well, except
those that a person wrote. What is not found is returned as it is.
"""

import re
from collections.abc import Iterable
from functools import cache
from typing import Final

from django.conf import settings
from django.utils.translation import get_language, gettext

from surveillance.said_again.decisions import DECISIONS, HEADS
from surveillance.said_again.files import FILES
from surveillance.said_again.refusals import REFUSALS

PATTERNS: Final = (*REFUSALS, *DECISIONS, *FILES)
VERBATIM: Final = frozenset(
    {"author", "reason", "source", "value", "name", "names", "words", "allowed", "letters", "unit"}
)
"""Values that stay as they are, whatever word they happen to be: people wrote them, or a program
reads them."""

_SHAPES: Final = {
    "day": r"\d{4}-\d{2}-\d{2}|never",
    "n": r"\d+",
    "most": r"[\d.]+",
    "size": r"[\d.]+",
    "fact": r"[a-z ]+",
    "word": r"[a-z ]+",
    "category": r"(?:LR|US)-[0-9A-Z]+",
}
_DAYS: Final = frozenset({"day", "first", "last", "born", "today", "until", "grown", "enhancing"})
_SLOT: Final = re.compile(r"\\\{([a-z]+)\\\}")
_CODE: Final = re.compile(r"(A\d\d): (.+)", re.DOTALL)
_SEPARATORS: Final = (", ", " and ")


def said_again(sentence: str) -> str:
    """The sentence in the reader's language, or as it is."""
    if not sentence or get_language() in (None, settings.LANGUAGE_CODE):
        return sentence
    return _found(sentence) or sentence


def all_said_again(sentences: Iterable[str]) -> tuple[str, ...]:
    """Each of them in the reader's language, or as it is."""
    return tuple(map(said_again, sentences))


def _found(sentence: str) -> str:
    """Empty where nothing is known of it."""
    return (
        _as_it_stands(sentence)
        or _after_its_head(sentence)
        or _by_pattern(sentence)
        or _one_by_one(sentence)
    )


def _as_it_stands(sentence: str) -> str:
    said = gettext(sentence) if sentence else ""  # the empty one is the head of the catalogue
    return "" if said == sentence else said


def _after_its_head(sentence: str) -> str:
    """'A01: …' and 'Size: 14 mm.': what stands before the colon names what stands behind it."""
    if coded := _CODE.fullmatch(sentence):
        return f"{coded[1]}: {said_again(coded[2])}"
    head, colon, rest = sentence.partition(": ")
    if not colon or head not in HEADS:
        return ""
    return f"{gettext(head)}: {said_again(rest.removesuffix('.'))}."


def _by_pattern(sentence: str) -> str:
    for pattern, shape in _shapes():
        if found := shape.fullmatch(sentence):
            said = {name: _value(name, value) for name, value in found.groupdict().items()}
            return gettext(pattern).format(**said)
    return ""


def _value(name: str, value: str) -> str:
    if name == "facts":  # each may name an author and a source, in which anything may stand
        return "; ".join(all_said_again(value.split("; ")))
    return value if name in VERBATIM else said_again(value)


def _one_by_one(sentence: str) -> str:
    """A list, if every part of it is known."""
    for separator in filter(sentence.__contains__, _SEPARATORS):
        parts = [_found(part) for part in sentence.split(separator)]
        if all(parts):
            return gettext(separator).join(parts)
    return ""


@cache
def _shapes() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((pattern, _shape(pattern)) for pattern in PATTERNS if "{" in pattern)


def _shape(pattern: str) -> re.Pattern[str]:
    seen: set[str] = set()

    def slot(found: re.Match[str]) -> str:
        name = found[1]
        if name in seen:
            return f"(?P={name})"
        seen.add(name)
        return f"(?P<{name}>{_SHAPES.get('day' if name in _DAYS else name, '.+?')})"

    return re.compile(_SLOT.sub(slot, re.escape(pattern)), re.DOTALL)
