"""What kinds of values a feed's mapping holds, and what is wrong with a value of each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from surveillance.intake.hl7v2.character_sets import codec_of
from surveillance.intake.hl7v2.moments import zone_named
from surveillance.intake.hl7v2.splitting import place_of

Check = Callable[[Any], list[str]]
Read = Callable[[Any, Any], Any]
"""Of a value without faults and the default of its key."""
LONGEST_WORD = 200
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
        return ["must be a list of words"]
    return [f"entry {n} is not a word" for n, one in enumerate(value, 1) if not _is_word(one)]


def _check_places(value: Any) -> list[str]:
    if not isinstance(value, list) or not value or len(value) > MOST_WORDS:
        return ["must be a list of places such as OBR-3 or OBR-15.4.2, the first choice first"]
    return [f"entry {n} is not a place such as OBR-3 or OBR-15.4.2"
            for n, one in enumerate(value, 1) if not _is_place(one)]  # fmt: skip


def _is_place(value: Any) -> bool:
    try:
        return bool(place_of(value))
    except (ValueError, TypeError):
        return False


def _check_zone(value: Any) -> list[str]:
    try:
        return [] if isinstance(value, str) and zone_named(value) else ["must be a time zone"]
    except ValueError:
        return ["is not a time zone such as Europe/Madrid or America/New_York"]


def _check_charset(value: Any) -> list[str]:
    known = isinstance(value, str) and codec_of(value) is not None
    return [] if known else ["is not a character set such as 8859/1 or UNICODE UTF-8"]


def _check_table(value: Any, allowed: Callable[[Any], bool], of: str) -> list[str]:
    if not isinstance(value, dict) or len(value) > MOST_WORDS:
        return ["must be a table: the sender's word, then ours"]
    empty = ["has a word of the sender that is empty or too long"] * any(
        not _is_word(word) for word in value
    )
    return empty + [
        f"“{word[:40]}” leads to something that is not {of}"
        for word, ours in value.items()
        if _is_word(word) and not allowed(ours)
    ]


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

    def read(value: Mapping[str, str], usual: Mapping[str, StrEnum]) -> dict[str, StrEnum]:
        return {**usual, **{_folded(word): known[ours] for word, ours in value.items()}}

    of = "one of " + ", ".join(known)
    return KeyKind(
        f"table of codes into {', '.join(known)}",
        lambda value: _check_table(value, lambda ours: isinstance(ours, str) and ours in known, of),
        read,
    )


def table_of_words() -> KeyKind:
    """The sender's words into words of ours; adds to the usual ones, and overrules them."""
    return KeyKind(
        "table of words into words",
        lambda value: _check_table(value, _is_word, "a word"),
        lambda value, usual: {**usual, **{_folded(word): ours for word, ours in value.items()}},
    )


def one_of(terms: tuple[StrEnum, ...]) -> KeyKind:
    """One of our terms."""
    known = {term.value: term for term in terms}
    fault = "is not one of " + ", ".join(known)
    return KeyKind(
        ", ".join(known),
        lambda value: [] if isinstance(value, str) and value in known else [fault],
        lambda value, _usual: known[value],
    )
