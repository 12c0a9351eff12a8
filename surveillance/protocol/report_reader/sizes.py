"""Sizes in a sentence, in millimetres: the longest diameter now, and the one before."""

import re
from dataclasses import dataclass
from decimal import Decimal

from surveillance.protocol.parameters import LARGEST_PLAUSIBLE_SIZE, SMALLEST_PLAUSIBLE_SIZE
from surveillance.protocol.report_reader.findings import heads_in

_NUMBER = r"\d{1,3}(?:[.,]\d{1,2})?"
_SIZE = re.compile(
    rf"(?<![\d.,/-])(?P<numbers>{_NUMBER}(?:\s?(?:mm|cm))?"
    rf"(?:\s?(?:x|by|to|-|and)\s?{_NUMBER}(?:\s?(?:mm|cm))?){{0,2}})\s?-?(?P<unit>(?<=mm)"
    rf"|(?<=cm)|mm\b|cm\b)"
)
_ONE = re.compile(rf"({_NUMBER})\s?(mm|cm)?")
_BEFORE = re.compile(
    r"\b(?:previously|prior|before|formerly|was|were|than|compared (?:to|with)|from|versus"
    r"|had been)"
    r"(?:\s(?:measured|measuring|about|approximately|at))?\s?:?\s?\(?$"
)
_THRESHOLD = re.compile(
    r"(?:\b(?:greater|larger|more|less|smaller) than|[<>≥≤]|under|over|below|above)\s?=?\s?$"
)
_ORGAN = re.compile(
    r"(?:\b(?:liver|spleen|kidney|lobe|cbd|cbd:|duct|span|length|aorta|vein|wall|slice|thickness"
    r"|craniocaudal|size of the liver)\s?:?(?:\s(?:measures|is|spans|size|measuring))?\s?"
    r"|gb wall )$"
)
_FINDING_NEXT = re.compile(
    r"\)?\s(?:[\w-]+\s){0,3}(?:calcif|granul|lesion|nodul|mass|cyst|foc|hemangio|metasta|fleck"
    r"|speck)"
)
_ON_A_DAY = re.compile(r"\s(?:on|at|previously|before|in (?!segment|seg|the|liver))|\s\(p")
_ORGAN_ONLY = re.compile(
    r"\b(?:cbd|duct|aorta|vein|wall|slice|thickness|spleen|kidney)\b[^.]{0,12}$"
)
_FROM_TO = re.compile(r"\bfrom\s$")
_SMALLEST, _LARGEST = SMALLEST_PLAUSIBLE_SIZE.value, LARGEST_PLAUSIBLE_SIZE.value
_LARGEST_OF = re.compile(r"\b(?:largest|biggest|up to|max\w*)\b[^.;]{0,40}$|\bwithin an?\s$")
_FIELD = re.compile(rf"\b(?:size|diameter) \((mm|cm)\)\s?:\s?({_NUMBER})")


@dataclass(frozen=True, slots=True)
class Size:
    """A diameter in mm. `is_before`: the size at an earlier exam. `is_largest`: said so."""

    start: int
    end: int
    mm: Decimal
    is_before: bool
    is_largest: bool = False


def sizes_in(sentence: str) -> list[Size]:
    """Every size told of a finding; thresholds ("> 1 cm") and sizes of organs are none."""
    found: list[Size] = []
    for match in _SIZE.finditer(sentence):
        before = sentence[max(0, match.start() - 60) : match.start()]
        after = sentence[match.end() :]
        if _is_threshold(before, after) or _is_of_organ(sentence, match.start(), before, after):
            continue
        found.extend(_sizes(match, before))
    field = _FIELD.search(sentence)
    if field and not found:
        found.append(Size(*field.span(), _in_mm(field[2], field[1])[0], False))
    return found


def _is_of_organ(sentence: str, start: int, before: str, after: str) -> bool:
    """ "Liver 15 cm", but not "liver: 3 mm calcification" nor "nodule of the liver, 8 mm"."""
    if not _ORGAN.search(before) or _FINDING_NEXT.match(after):
        return False
    return _ORGAN_ONLY.search(before) is not None or not heads_in(sentence[:start])


def _is_threshold(before: str, after: str) -> bool:
    """ "> 1 cm", but not "larger than 5 mm in May": that was its size."""
    found = _THRESHOLD.search(before)
    return found is not None and not ("than" in found[0] and _ON_A_DAY.match(after))


def _sizes(match: re.Match[str], before: str) -> list[Size]:
    numbers = _in_mm(match["numbers"], match["unit"])
    if not numbers:
        return []
    start, end = match.span()
    if _FROM_TO.search(before) and re.search(r"\bto\b", match[0]):
        return [Size(start, end, numbers[0], True), Size(start, end, numbers[-1], False)]
    is_before = bool(_BEFORE.search(before))
    return [Size(start, end, max(numbers), is_before, bool(_LARGEST_OF.search(before)))]


def _in_mm(written: str, unit: str) -> list[Decimal]:
    parts = _ONE.findall(written)
    last = unit or next((part[1] for part in reversed(parts) if part[1]), "mm")
    sizes = [
        Decimal(number.replace(",", ".")) * (10 if (own or last) == "cm" else 1)
        for number, own in parts
    ]
    return [size.normalize() + 0 for size in sizes if _SMALLEST <= size <= _LARGEST]


def size_now(sizes: list[Size]) -> Size | None:
    """The largest where one is called that; else the first that is not of before."""
    now = [size for size in sizes if not size.is_before]
    return next((size for size in now if size.is_largest), now[0] if now else None)
