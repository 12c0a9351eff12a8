"""A sentence that was written or is kept in English, said in the reader's language.

The protocol speaks English only, because it is pure; the problems of an imported file are kept in
English, because many may read them. Whoever shows such a sentence asks here. It is found as it
stands, or by the pattern that it was made from: then its values are said again as well, except
those that a person wrote or a program reads. What is not found is returned as it is.
"""

import re
from collections.abc import Iterable
from functools import cache
from typing import Final

from django.utils.translation import gettext

from patients.kept_words import is_language_of_records
from surveillance.said_again.arrivals import ARRIVALS
from surveillance.said_again.files import FILES
from surveillance.said_again.refusals import REFUSALS

PATTERNS: Final = (*REFUSALS, *FILES, *ARRIVALS)
VERBATIM: Final = frozenset({"allowed", "letters", "name", "names", "unit", "value", "words"})
"""Values that stay as they are, whatever word they happen to be."""

_SHAPES: Final = {
    "day": r"\d{4}-\d{2}-\d{2}",
    "born": r"\d{4}-\d{2}-\d{2}",
    "last": r"\d{4}-\d{2}-\d{2}",
    "n": r"\d+",
    "most": r"[\d.]+",
}
_SLOT: Final = re.compile(r"\\\{([a-z]+)\\\}")
_BETWEEN: Final = " and "


def said_again(sentence: str) -> str:
    """The sentence in the reader's language, or as it is."""
    if not sentence or is_language_of_records():
        return sentence
    return _as_it_stands(sentence) or _by_pattern(sentence) or _each_of(sentence) or sentence


def all_said_again(sentences: Iterable[str]) -> tuple[str, ...]:
    """Each of them in the reader's language, or as it is."""
    return tuple(map(said_again, sentences))


def _as_it_stands(sentence: str) -> str:
    said = gettext(sentence)
    return "" if said == sentence else said


def _by_pattern(sentence: str) -> str:
    for pattern, shape in _shapes():
        if found := shape.fullmatch(sentence):
            said = {name: _value(name, value) for name, value in found.groupdict().items()}
            return gettext(pattern).format(**said)
    return ""


def _value(name: str, value: str) -> str:
    return value if name in VERBATIM else said_again(value)


def _each_of(sentence: str) -> str:
    """'letter and telephone': both of them."""
    if _BETWEEN not in sentence:
        return ""
    return gettext(_BETWEEN).join(all_said_again(sentence.split(_BETWEEN)))


@cache
def _shapes() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((pattern, _shape(pattern)) for pattern in PATTERNS if "{" in pattern)


def _shape(pattern: str) -> re.Pattern[str]:
    def slot(found: re.Match[str]) -> str:
        return f"(?P<{found[1]}>{_SHAPES.get(found[1], '.+?')})"

    return re.compile(_SLOT.sub(slot, re.escape(pattern)), re.DOTALL)
