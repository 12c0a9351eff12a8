"""Single values of the written form of a case. Each reader accepts, or names what is wrong.

A value that cannot be understood is refused with the path of its field, the value and what is
allowed; nothing is guessed.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from typing import Final, TypeVar

from surveillance.protocol import parameters
from surveillance.protocol.terms import (
    CalcificationPattern,
    LiRads,
    Modality,
    Term,
    Tri,
)

T = TypeVar("T", bound=Term)
V = TypeVar("V")

_LONGEST_SHOWN: Final = 60
_RESEMBLES: Final = 0.8
_EARLIEST_YEAR: Final = 1900
_LATEST_YEAR: Final = 2200
_SMALLEST_SIZE_MM: Final = parameters.SMALLEST_PLAUSIBLE_SIZE.value
_LARGEST_SIZE_MM: Final = parameters.LARGEST_PLAUSIBLE_SIZE.value
_LARGEST_AFP: Final = parameters.LARGEST_PLAUSIBLE_AFP.value

PATTERN_ALIASES: Final = {
    "COARSE": CalcificationPattern.COARSE_CHUNKY,
    "CHUNKY": CalcificationPattern.COARSE_CHUNKY,
    "EGGSHELL": CalcificationPattern.EGGSHELL_RING,
    "RING": CalcificationPattern.EGGSHELL_RING,
    "LAMINAR": CalcificationPattern.LAMINAR_BRANCHING,
    "BRANCHING": CalcificationPattern.LAMINAR_BRANCHING,
}
LI_RADS_ALIASES: Final = {
    member.value.replace("-", "_" if underscored else ""): member
    for member in LiRads
    for underscored in (True, False)
}
_TRI_WORDS: Final = {"TRUE": Tri.YES, "FALSE": Tri.NO, "YES": Tri.YES, "NO": Tri.NO}


class CaseRefused(ValueError):
    """The written case says something that cannot be used; the message names the field."""

    code = "case_refused"


def refuse(path: str, value: object, allowed: str) -> CaseRefused:
    """The error for a value that is not allowed at `path`."""
    shown = _shown(value)
    return CaseRefused(f"{path}: {shown} is not allowed; it must be {allowed}.")


def _shown(value: object) -> str:
    text = repr(str(value)) if isinstance(value, (str, Decimal)) else repr(value)
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…"


def read_object(value: object, path: str, known: Iterable[str]) -> Mapping[str, object]:
    """A JSON object. A name that resembles a known one is misspelt and refused; any other unknown
    name is information that no rule reads (`case_json.ignored_fields` tells of it)."""
    if not isinstance(value, dict):
        raise refuse(path, value, "an object")
    known = tuple(known)
    for name in value:
        meant = None if name in known else get_close_matches(name.lower(), known, 1, _RESEMBLES)
        if meant:
            raise CaseRefused(f"{path}.{name}: unknown field; did you mean {meant[0]}?")
    return value


def read_list(value: object, path: str) -> list[object]:
    """A JSON array; null and absent are empty."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise refuse(path, value, "a list")
    return value


def one_or_many(value: object, path: str) -> list[tuple[str, object]]:
    """(path, object) for one object or for each of a list of them; false and null are none."""
    if isinstance(value, list):
        return [(f"{path}[{index}]", item) for index, item in enumerate(value)]
    return [] if value is None or value is False else [(path, value)]


def read_date(value: object, path: str) -> date:
    """A calendar day written YYYY-MM-DD."""
    allowed = f"a date as YYYY-MM-DD between {_EARLIEST_YEAR} and {_LATEST_YEAR}"
    if not isinstance(value, str) or len(value) != len("YYYY-MM-DD"):
        raise refuse(path, value, allowed)
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise refuse(path, value, allowed) from None
    if not _EARLIEST_YEAR <= day.year <= _LATEST_YEAR:
        raise refuse(path, value, allowed)
    return day


def optional(value: object, path: str, read: Callable[[object, str], V]) -> V | None:
    """None where nothing is said, else what `read` makes of it."""
    return None if value is None else read(value, path)


def read_tri(value: object, path: str) -> Tri:
    """yes, no, unknown, true, false or null."""
    if value is None:
        return Tri.UNKNOWN
    if isinstance(value, bool):
        return Tri.YES if value else Tri.NO
    word = value.strip().upper() if isinstance(value, str) else ""
    if word == "UNKNOWN":
        return Tri.UNKNOWN
    if word in _TRI_WORDS:
        return _TRI_WORDS[word]
    raise refuse(path, value, "yes, no, unknown, true, false or null")


def read_dated_tri(value: object, path: str, known: Iterable[str]) -> tuple[Tri, date | None]:
    """A three-valued word, or an object with its `value` and perhaps the `date` it began."""
    if not isinstance(value, dict):
        return read_tri(value, path), None
    fields = read_object(value, path, ("value", "date", *known))
    return (
        read_tri(fields.get("value"), f"{path}.value"),
        optional(fields.get("date"), f"{path}.date", read_date),
    )


def read_flag(value: object, path: str, default: bool) -> bool:
    """true or false (or yes, no); absent is `default`."""
    if value is None:
        return default
    answer = read_tri(value, path)
    if answer is Tri.UNKNOWN:
        raise refuse(path, value, "true or false")
    return answer is Tri.YES


def read_text(value: object, path: str) -> str:
    """Free text; absent is empty."""
    if value is None:
        return ""
    if not isinstance(value, (str, int)) or isinstance(value, bool):
        raise refuse(path, value, "text")
    return str(value)


def read_words(value: object, path: str) -> str:
    """Text that must say something."""
    text = read_text(value, path)
    if not text.strip():
        raise refuse(path, value, "text that is not empty")
    return text


def read_count(value: object, path: str) -> int:
    """A whole number from 1 on; absent is 1."""
    if value is None:
        return 1
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 1000:
        raise refuse(path, value, "a whole number from 1 to 1000")
    return value


def read_size(value: object, path: str) -> Decimal:
    """Millimetres: more than 0 and at most 400 (no finer than 0.01); never rounded."""
    size = read_number(value, path)
    if not _SMALLEST_SIZE_MM <= size <= _LARGEST_SIZE_MM:
        raise refuse(path, value, f"from {_SMALLEST_SIZE_MM} to {_LARGEST_SIZE_MM} mm")
    return size


def read_afp_value(value: object, path: str) -> Decimal:
    """ng/mL, 0 or more."""
    amount = read_number(value, path)
    if not 0 <= amount <= _LARGEST_AFP:
        raise refuse(path, value, "a number of ng/mL, 0 or more")
    return amount


def read_number(value: object, path: str) -> Decimal:
    """A finite number, exact."""
    if isinstance(value, bool) or not isinstance(value, (int, Decimal, float, str)):
        raise refuse(path, value, "a number")
    text = str(value)
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise refuse(path, value, "a number") from None
    if "_" in text:  # Decimal reads 1_0 as ten
        raise refuse(path, value, "a number")
    if not number.is_finite():
        raise refuse(path, value, "a finite number")
    return number


def read_word(value: object, path: str, words: type[T], aliases: Mapping[str, T]) -> T:
    """One of the words of a vocabulary, in any case, with '-', '/' or blanks for '_'."""
    if isinstance(value, str):
        key = value.strip().upper().replace("-", "_").replace(" ", "_").replace("/", "_")
        member = words.__members__.get(key) or aliases.get(key)
        if member is not None:
            return member
    raise refuse(path, value, "one of " + ", ".join(allowed_words(words)))


def read_exam_modality(value: object, path: str) -> Modality:
    """A modality that an exam can have ('MRI_CONTRAST' is advice, never an exam)."""
    modality = read_word(value, path, Modality, {})
    if modality is Modality.MRI_CONTRAST:
        raise refuse(path, value, "one of " + ", ".join(allowed_words(Modality)))
    return modality


def allowed_words(words: type[Term]) -> list[str]:
    """The words of a vocabulary as they may be written."""
    return [each.value for each in words if each is not Modality.MRI_CONTRAST]


def said_word(
    fields: Mapping[str, object],
    path: str,
    name: str,
    words: type[T],
    aliases: Mapping[str, T] | None = None,
) -> T | None:
    """One of the words of a vocabulary, or None where nothing is said."""
    value = fields.get(name)
    return None if value is None else read_word(value, f"{path}.{name}", words, aliases or {})
