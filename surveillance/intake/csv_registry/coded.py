"""Coded values as people write them: “MRI hepatobiliary”, “lr4”, “IVa, V”."""

import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from enum import StrEnum

from surveillance.intake.csv_registry.values import BadValue, DateFormat
from surveillance.protocol.terms import Contraindication, Segment

SEPARATORS = re.compile(r"[,;|/+&\s]+")
PLAIN = re.compile(r"[^a-z0-9]")


def plain(words: str) -> str:
    """Lower case without spaces, hyphens and underscores: 'LR-4' and 'lr 4' are one word."""
    return PLAIN.sub("", words.casefold().replace("haem", "hem").replace(">", "over"))


def coded(
    terms: type[StrEnum],
    also: Mapping[str, str] | None = None,
    unclear: Mapping[str, str] | None = None,
    without: frozenset[str] = frozenset(),
) -> Callable[[str, DateFormat], str]:
    """A reader of one of `terms`, by value or label; `also` adds other spellings.

    `unclear` maps words that could mean several terms to the question to be answered.
    """
    known = _spellings(terms, also or {}, without)
    questions = {plain(word): cure for word, cure in (unclear or {}).items()}
    allowed = ", ".join(term.value for term in terms if term.value not in without)

    def read(value: str, _dates: DateFormat) -> str:
        word = plain(value)
        if word in known:
            return known[word]
        if word in questions:
            raise BadValue("unclear", "can mean more than one thing", questions[word])
        raise BadValue("unknown_word", "is not one of the words used here", cure_for(word))

    def cure_for(word: str) -> str:
        near = get_close_matches(word, known, n=1, cutoff=0.75)
        return (f"Did you mean {known[near[0]]}? " if near else "") + f"Use one of: {allowed}"

    return read


def _spellings(
    terms: type[StrEnum], also: Mapping[str, str], without: frozenset[str]
) -> dict[str, str]:
    known = {plain(spelling): value for spelling, value in also.items()}
    for term in terms:
        if term.value in without:
            continue
        known[plain(term.value)] = term.value
        known.setdefault(plain(str(getattr(term, "label", term.value))), term.value)
    return known


_ROMAN = {plain(term.value): (term.value,) for term in Segment}
_ARABIC = {
    "1": ("I",), "2": ("II",), "3": ("III",), "4": ("IVA", "IVB"), "4a": ("IVA",), "4b": ("IVB",),
    "5": ("V",), "6": ("VI",), "7": ("VII",), "8": ("VIII",), "iv": ("IVA", "IVB"),
}  # fmt: skip
_SEGMENTS = {**_ROMAN, **_ARABIC}


def segments(value: str, _dates: DateFormat) -> list[str]:
    """Couinaud segments, in Roman or Arabic numerals; IV stands for IVa and IVb."""
    found: set[str] = set()
    for word in SEPARATORS.split(value.strip()):
        if plain(word) not in _SEGMENTS:
            cure = "Write Couinaud segments I to VIII, for example IVa V"
            raise BadValue("not_a_segment", f"names “{word}”, which is no liver segment", cure)
        found.update(_SEGMENTS[plain(word)])
    return [term.value for term in Segment if term.value in found]


_CONTRAINDICATION = coded(
    Contraindication,
    also={
        "pacemaker": "MRI_DEVICE", "device": "MRI_DEVICE", "gadolinium": "GADOLINIUM_ALLERGY",
        "iodine": "IODINATED_ALLERGY", "iodinated": "IODINATED_ALLERGY", "egfr30": "EGFR_LT_30",
        "ceus": "CEUS_ALLERGY", "egfr": "EGFR_LT_30",
    },
)  # fmt: skip


def contraindications(value: str, dates: DateFormat) -> list[str]:
    """Contraindications separated by ; or |. “none” states that there are none."""
    if plain(value) in {"none", "no"}:
        return []
    words = [word.strip() for word in re.split(r"[;|,]", value) if word.strip()]
    return sorted({_CONTRAINDICATION(word, dates) for word in words})
