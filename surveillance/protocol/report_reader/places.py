"""Couinaud segments and lobes in a sentence."""

import re

from surveillance.protocol.report_reader.reading import Lobe
from surveillance.protocol.terms import Segment

_ONE = r"(?:viii|vii|vi|iv\s?-?[ab]?|v[il1]{1,3}|v|iii|ii|i|[1-8]\s?[ab]?)(?![\w])"
_NOT_A_SIZE = r"(?!\s?(?:mm|cm|x\s?\d|[.,]\d|months?|weeks?|years?|/(?:12|52)\b))"
_SEGMENTS = re.compile(
    rf"\b(?:segments?\.?\s?:?\s?|segs?\.?\s?:?\s?|couinaud\s|s(?=\d))(?P<list>{_ONE}{_NOT_A_SIZE}"
    rf"(?:\s?(?:,|/|&|\+|-|and|or|to)\s?(?:and\s)?(?:segments?\s|seg\s)?{_ONE}{_NOT_A_SIZE}){{0,7}})"
)
_ELEMENT = re.compile(_ONE)
_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7", "viii": "8"}
_SEGMENT = {
    "1": (Segment.I,), "2": (Segment.II,), "3": (Segment.III,), "4": (Segment.IVA, Segment.IVB),
    "4a": (Segment.IVA,), "4b": (Segment.IVB,), "5": (Segment.V,), "6": (Segment.VI,),
    "7": (Segment.VII,), "8": (Segment.VIII,),
}  # fmt: skip
_LOBE = re.compile(
    r"\b(?P<side>right|left|both|r|l)\s(?:(?:hepatic|posterior|anterior|lateral|medial)\s){0,2}lobes?\b"
    r"|\b(?P<bare>right|left) hepatic\b|\b(?P<wide>both hepatic lobes|lobes of the liver)\b"
)
_CAUDATE = re.compile(r"\bcaudate\b")

Place = tuple[int, int]


def segments_in(words: str) -> tuple[tuple[Segment, ...], list[Place]]:
    """The segments named, in the order of their numbers, and where they are named."""
    found: set[Segment] = set()
    places: list[Place] = []
    for match in _SEGMENTS.finditer(words):
        for element in _ELEMENT.findall(match["list"]):
            found.update(_segment(element))
        places.append(match.span())
    caudate = _CAUDATE.search(words)
    if caudate:
        found.add(Segment.I)
        places.append(caudate.span())
    return tuple(segment for segment in Segment if segment in found), places


def _segment(element: str) -> tuple[Segment, ...]:
    plain = re.sub(r"[\s-]", "", element)
    number, letter = (plain[:-1], plain[-1]) if plain[-1] in "ab" else (plain, "")
    number = number if number.isdigit() else re.sub("[l1]", "i", number)
    return _SEGMENT.get(_ROMAN.get(number, number) + letter, ()) or _SEGMENT.get(
        _ROMAN.get(number, number), ()
    )


def lobe_in(words: str) -> tuple[Lobe, Place] | None:
    """The lobe named; both where both are."""
    sides: set[str] = set()
    place = None
    for match in _LOBE.finditer(words):
        sides.add((match["side"] or match["bare"] or "both")[0])
        place = place or match.span()
    if place is None:
        return None
    if "b" in sides or {"r", "l"} <= sides:
        return Lobe.BOTH, place
    return (Lobe.RIGHT if "r" in sides else Lobe.LEFT), place
