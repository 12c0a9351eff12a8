"""Coded findings: which codes say what of a lesion or the exam, and how their values are read."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from django.utils.translation import gettext as _

from surveillance.intake.csv_registry import vocabulary as terms
from surveillance.intake.csv_registry.coded import coded, plain, segments
from surveillance.intake.csv_registry.values import BadValue, DateFormat, Reader
from surveillance.intake.hl7v2.mapping_keys import (
    LONGEST_TOLD,
    KeyKind,
    check_table,
    leads_nowhere,
)
from surveillance.intake.hl7v2.problems import tidy
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

Value = Callable[[str, str], Any]
"""Of the value and its unit. Raises BadValue."""
ISO: Final = DateFormat()
MILLIMETRES: Final = {"mm": Decimal(1), "millimeter": Decimal(1), "cm": Decimal(10)}
NUMBERS: Final = re.compile(
    r"(\d{1,3}(?:[.,]\d{1,2})?)(?:\s*[x×*]\s*(\d{1,3}(?:[.,]\d{1,2})?)){0,2}\s*(mm|cm)?",
    re.IGNORECASE | re.ASCII,
)
ONE_NUMBER: Final = re.compile(r"\d+(?:[.,]\d+)?", re.ASCII)
LARGEST_MM: Final = 500
YES: Final = frozenset({"y", "yes", "true", "1", "present", "positive", "seen", "complete"})
NO: Final = frozenset({"n", "no", "false", "0", "absent", "negative", "notseen", "incomplete"})


def _term(known: type[StrEnum], read: Reader) -> Value:
    return lambda value, _unit: known(read(value, ISO))


def _size(bare: str) -> Value:
    """Millimetres, the longest of several diameters; `bare` is the unit of a number without."""

    def read(value: str, unit: str) -> Decimal:
        found = NUMBERS.fullmatch(value.strip())
        if not found:
            raise BadValue("not_a_size", "is no size", "Send a number and its unit")
        said = (found[3] or unit or bare).strip().casefold()
        if said not in MILLIMETRES:
            raise BadValue("no_unit", "has no unit", "Send mm or cm in OBX-6")
        numbers = [Decimal(one.replace(",", ".")) for one in ONE_NUMBER.findall(value)]
        size = max(numbers) * MILLIMETRES[said]
        if not 0 < size <= LARGEST_MM:
            raise BadValue("out_of_range", "is no size of a lesion", "Look at number and unit")
        return size

    return read


def _yes_no(value: str, _unit: str) -> bool:
    word = plain(value)
    if word not in YES | NO:
        raise BadValue("not_yes_no", "is neither yes nor no", "Send Y or N")
    return word in YES


def _tri(value: str, unit: str) -> Tri:
    if plain(value) in {"u", "unknown", "unk", "uncertain"}:
        return Tri.UNKNOWN
    return Tri.YES if _yes_no(value, unit) else Tri.NO


def _lirads(value: str, _unit: str) -> LiRads:
    word = re.sub(r"^(?:acr\s*)?li-?rads\s*(?:v?20\d\d)?:?\s*", "", value.strip(), flags=re.I)
    return LiRads(_LIRADS(f"LR-{word}" if re.fullmatch(r"[1-5]|M|TIV|NC", word) else word, ISO))


def _segments(value: str, _unit: str) -> tuple[Segment, ...]:
    bare = re.sub(r"\b(?:segments?|seg|couinaud|s)\.?(?=\s|\d|$)", " ", value, flags=re.I)
    return tuple(Segment(one) for one in segments(bare, ISO))


_LIRADS: Final = coded(LiRads)

READERS: Final[Mapping[str, tuple[str, Value]]] = {
    "label": ("label", lambda value, _unit: tidy(value)[:60]),
    "segments": ("segments", _segments),
    "size": ("size_mm", _size("")),
    "size_mm": ("size_mm", _size("mm")),
    "size_cm": ("size_mm", _size("cm")),
    "calcified": ("calcified_mm", _size("")),
    "calcified_mm": ("calcified_mm", _size("mm")),
    "calcified_cm": ("calcified_mm", _size("cm")),
    "lesion_seen": ("lesion_seen", _yes_no),
    "aphe": ("aphe", _tri),
    "washout": ("washout", _tri),
    "capsule": ("capsule", _tri),
    "lirads": ("lirads", _lirads),
    "conclusion": ("conclusion", _term(Conclusion, terms.CONCLUSION)),
    "kind": ("kind", _term(LesionKind, terms.KIND)),
    "isolation": ("isolation", _term(Isolation, coded(Isolation))),
    "pattern": ("pattern", _term(CalcificationPattern, terms.PATTERN)),
    "adequate": ("adequate", _yes_no),
    "vis": ("vis", _term(VisualisationScore, coded(VisualisationScore, also={
        "VIS-A": "A", "VIS-B": "B", "VIS-C": "C"}))),
    "whole_liver": ("whole_liver", _yes_no),
}  # fmt: skip
"""What a code may say → the field of CodedFinding or ReportArrival, and its reader. Sizes: `size`
wants a unit (OBX-6), `size_mm` and `size_cm` read a bare number so."""
OF_THE_EXAM: Final = frozenset({"adequate", "vis", "whole_liver"})

FINDING_CODES: Final = {
    "LESION": "label", "LESION_ID": "label", "SEGMENT": "segments", "LESION_SEGMENT": "segments",
    "SIZE": "size", "LESION_SIZE": "size", "CALC_SIZE": "calcified", "LIRADS": "lirads",
    "LI-RADS": "lirads", "CONCLUSION": "conclusion", "LESION_SEEN": "lesion_seen", "APHE": "aphe",
    "WASHOUT": "washout", "CAPSULE": "capsule", "LESION_KIND": "kind", "ISOLATION": "isolation",
    "CALC_PATTERN": "pattern", "ADEQUATE": "adequate", "VIS": "vis", "US_VIS": "vis",
    "WHOLE_LIVER": "whole_liver",
}  # fmt: skip


def finding_codes() -> KeyKind:
    """The sender's OBX-3 codes into what they say of a lesion or the exam."""

    def fault(word: str, ours: Any) -> str:
        return "" if _is_target(ours) else leads_nowhere(word, READERS)

    return KeyKind(
        f"table of codes into {', '.join(READERS)}",
        lambda value: check_table(value, fault),
        lambda value, usual: {**usual, **{code.casefold(): ours for code, ours in value.items()}},
    )


def finding_values() -> KeyKind:
    """For each thing that codes say: the sender's words into ours."""
    return KeyKind(
        "table: what is said → table of words into ours",
        lambda value: check_table(value, _faulty_words),
        lambda value, _usual: {
            name: {plain(word): ours for word, ours in table.items()}
            for name, table in value.items()
        },
    )


def _is_target(value: Any) -> bool:
    return isinstance(value, str) and value in READERS


def _faulty_words(name: str, table: Any) -> str:
    """The first fault in the words for one thing that codes say."""
    if not _is_target(name):
        return leads_nowhere(name, READERS)

    def fault(word: str, ours: Any) -> str:
        told = _("“{word}” leads to something that cannot be {name}")
        right = isinstance(ours, str) and _reads(name, ours)
        return "" if right else told.format(word=word[:LONGEST_TOLD], name=name)

    return next(iter(check_table(table, fault)), "")


def _reads(name: str, ours: str) -> bool:
    try:
        READERS[name][1](ours, "")
    except BadValue:
        return False
    return True
