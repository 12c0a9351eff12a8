"""What kinds of values a feed's mapping holds, and what is wrong with a value of each."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from surveillance.intake.hl7v2.character_sets import codec_of
from surveillance.intake.hl7v2.moments import zone_named
from surveillance.intake.hl7v2.splitting import place_of

Check = Callable[[Any], list[str]]
Read = Callable[[Any, Any], Any]
"""Of a value without faults and the default of its key."""
LONGEST_WORD = 200
LONGEST_TOLD = 40
MOST_WORDS = 5_000


@dataclass(frozen=True, slots=True)
class KeyKind:
    """`accepts` is for the documentation."""

    accepts: str
    check: Check
    read: Read


def _folded(word: str) -> str:
    return word.strip().casefold()


def _is_word(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip()) and len(value) <= LONGEST_WORD


def _check_words(value: Any) -> list[str]:
    if not isinstance(value, list) or len(value) > MOST_WORDS:
        return [_("must be a list of words")]
    return [
        _("entry {number} is not a word").format(number=number)
        for number, one in enumerate(value, 1)
        if not _is_word(one)
    ]


def _check_places(value: Any) -> list[str]:
    if not isinstance(value, list) or not value or len(value) > MOST_WORDS:
        return [_("must be a list of places such as OBR-3 or OBR-15.4.2, the first choice first")]
    return [
        _("entry {number} is not a place such as OBR-3 or OBR-15.4.2").format(number=number)
        for number, one in enumerate(value, 1)
        if not _is_place(one)
    ]


def _is_place(value: Any) -> bool:
    try:
        return bool(place_of(value))
    except (ValueError, TypeError):
        return False


def _check_zone(value: Any) -> list[str]:
    try:
        known = isinstance(value, str) and bool(zone_named(value))
    except ValueError:
        known = False
    return [] if known else [_("is not a time zone such as Europe/Madrid or America/New_York")]


def _check_charset(value: Any) -> list[str]:
    known = isinstance(value, str) and codec_of(value) is not None
    return [] if known else [_("is not a character set such as 8859/1 or UNICODE UTF-8")]


def leads_nowhere(word: str, known: Iterable[str]) -> str:
    """The fault of a sender's word that leads to none of the words that are known."""
    told = _("“{word}” leads to something that is not one of: {known}")
    return told.format(word=word[:LONGEST_TOLD], known=", ".join(known))


def check_table(value: Any, fault: Callable[[str, Any], str]) -> list[str]:
    """The faults of a table; `fault` tells that of one line, empty if there is none."""
    if not isinstance(value, dict) or len(value) > MOST_WORDS:
        return [_("must be a table: the sender's word, then ours")]
    if not all(_is_word(word) for word in value):
        return [_("has a word of the sender that is empty or too long")]
    return [told for word, ours in value.items() if (told := fault(word, ours))]


def words() -> KeyKind:
    """A list of the sender's words; replaces the usual ones."""
    return KeyKind(
        "list of words", _check_words, lambda value, _usual: tuple(_folded(one) for one in value)
    )


def places() -> KeyKind:
    """A list of places, the first that is filled counts; replaces the usual ones."""
    return KeyKind("list of places", _check_places, lambda value, _usual: tuple(value))


def time_zone() -> KeyKind:
    """The name of a time zone."""
    return KeyKind("time zone", _check_zone, lambda value, _usual: value)


def character_set() -> KeyKind:
    """The name of a character set, as HL7 or others write it."""
    return KeyKind("character set", _check_charset, lambda value, _usual: value)


def table_of(terms: type[StrEnum], *, only: tuple[StrEnum, ...] = ()) -> KeyKind:
    """The sender's codes into one of our terms; adds to the usual ones, and overrules them."""
    known = {term.value: term for term in only or tuple(terms)}

    def fault(word: str, ours: Any) -> str:
        return "" if isinstance(ours, str) and ours in known else leads_nowhere(word, known)

    def read(value: Mapping[str, str], usual: Mapping[str, StrEnum]) -> dict[str, StrEnum]:
        return {**usual, **{_folded(word): known[ours] for word, ours in value.items()}}

    return KeyKind(
        f"table of codes into {', '.join(known)}", lambda value: check_table(value, fault), read
    )


def table_of_words() -> KeyKind:
    """The sender's words into words of ours; adds to the usual ones, and overrules them."""

    def fault(word: str, ours: Any) -> str:
        told = _("“{word}” leads to something that is not a word")
        return "" if _is_word(ours) else told.format(word=word[:LONGEST_TOLD])

    return KeyKind(
        "table of words into words",
        lambda value: check_table(value, fault),
        lambda value, usual: {**usual, **{_folded(word): ours for word, ours in value.items()}},
    )


def one_of(terms: tuple[StrEnum, ...]) -> KeyKind:
    """One of our terms."""
    known = {term.value: term for term in terms}

    def check(value: Any) -> list[str]:
        told = _("is not one of: {known}").format(known=", ".join(known))
        return [] if isinstance(value, str) and value in known else [told]

    return KeyKind(", ".join(known), check, lambda value, _usual: known[value])
