"""One coded value of a finding, read into our terms; None where it says nothing we know."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from surveillance.intake.fhir.codes import KINDS, PATTERNS, SEGMENTS
from surveillance.intake.fhir.document import Resource
from surveillance.intake.fhir.elements import codes, text
from surveillance.intake.fhir.mapping import look_up
from surveillance.protocol.terms import (
    CalcificationPattern,
    Conclusion,
    Isolation,
    LesionKind,
    LiRads,
    Segment,
    Tri,
    VisualisationScore,
)

E = TypeVar("E", bound=StrEnum)

MILLIMETRES = {"mm": Decimal(1), "cm": Decimal(10)}
LARGEST_MM = Decimal(400)
PLAIN = re.compile(r"[^a-z0-9]")
SEGMENT_WORDS = re.compile(r"\b(VIII|VII|VI|IV[ -]?[AB]|IV|V|III|II|I|[1-8][ab]?)\b", re.IGNORECASE)
ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII")
ARABIC = {str(number): word for number, word in enumerate(ROMAN, 1)}
YES = frozenset({"yes", "y", "true", "present", "positive", "pos"})
NO = frozenset({"no", "n", "false", "absent", "negative", "neg"})


def size_mm(holder: Resource) -> Decimal | None:
    """Millimetres from a Quantity in mm or cm (UCUM). Other units, and what no lesion of a liver
    can measure: None."""
    quantity = holder.get("valueQuantity")
    if not isinstance(quantity, dict) or quantity.get("comparator"):
        return None
    number = quantity.get("value")
    unit = MILLIMETRES.get(text(quantity.get("code")) or text(quantity.get("unit")))
    if unit is None or isinstance(number, bool) or not isinstance(number, (int, float)):
        return None
    size = Decimal(str(number)) * unit
    return size.normalize() + 0 if 0 < size <= LARGEST_MM else None


def tri(holder: Resource) -> Tri | None:
    """Yes or no, from a boolean, a code or a word."""
    if isinstance(holder.get("valueBoolean"), bool):
        return Tri.YES if holder["valueBoolean"] else Tri.NO
    said = {word.lower() for word in _said(holder)}
    if said & YES:
        return Tri.YES
    return Tri.NO if said & NO else None


def seen(holder: Resource) -> bool | None:
    """Whether the lesion was seen at all."""
    said = tri(holder)
    return None if said is None else said == Tri.YES


def label(holder: Resource) -> str | None:
    """The radiologist's name for the lesion."""
    return next(iter(_said(holder)), "")[:40] or None


def segments(holder: Resource) -> tuple[Segment, ...] | None:
    """Couinaud segments, from codes or words; IV is IVa and IVb."""
    return segments_of(holder.get("valueCodeableConcept"), " ".join(_said(holder)))


def segments_of(concept: Any, said: str) -> tuple[Segment, ...] | None:
    """The same from a body site."""
    found = {one for code in codes(concept) for one in look_up(code, SEGMENTS) or ()}
    for word in () if found else SEGMENT_WORDS.findall(said):
        found.update(_named(word))
    return tuple(one for one in Segment if one in found) or None


def _named(word: str) -> list[Segment]:
    plain = word.upper().replace(" ", "").replace("-", "")
    plain = ARABIC.get(plain[0], plain[0]) + plain[1:] if plain[0].isdigit() else plain
    return [Segment.IVA, Segment.IVB] if plain == "IV" else [Segment(plain)]


def term(terms: type[E], known: Mapping[str, E] | None = None) -> Callable[[Resource], E | None]:
    """A reader of one of `terms`: by a standard code, by our value or by its label."""
    spelled = {_plain(one.value): one for one in terms}
    spelled |= {_plain(str(getattr(one, "label", one.value))): one for one in terms}

    def read(holder: Resource) -> E | None:
        for code in codes(holder.get("valueCodeableConcept")):
            if found := look_up(code, known or {}):
                return found
        return next(
            (spelled[_plain(word)] for word in _said(holder) if _plain(word) in spelled), None
        )

    return read


def _plain(word: str) -> str:
    return PLAIN.sub("", word.lower().replace("haem", "hem"))


def _said(holder: Resource) -> list[str]:
    concept = holder.get("valueCodeableConcept")
    found = [word for code in codes(concept) for word in (code.code, code.display)]
    said = concept.get("text") if isinstance(concept, dict) else None
    return [word for word in (text(said), *found, text(holder.get("valueString"))) if word]


READERS: dict[str, Callable[[Resource], Any]] = {
    "label": label,
    "segments": segments,
    "lesion_seen": seen,
    "size_mm": size_mm,
    "calcified_mm": size_mm,
    "aphe": tri,
    "washout": tri,
    "capsule": tri,
    "lirads": term(LiRads),
    "conclusion": term(Conclusion),
    "kind": term(LesionKind, KINDS),
    "isolation": term(Isolation),
    "pattern": term(CalcificationPattern, PATTERNS),
    "vis": term(VisualisationScore),
}
