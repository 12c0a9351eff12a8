"""Sizes in a sentence, in millimetres: the longest diameter now, and the one before."""

import re
from dataclasses import dataclass, replace
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
    r"(?:\b(?:greater|larger|more|less|smaller) than|(?<!-)[<>≥≤]|under|over|below|above)\s?=?\s?$"
)
_ORGAN = re.compile(
    r"(?:\b(?:liver|spleen|kidney|lobe|cbd|cbd:|duct|span|length|aorta|vein|wall|slice|thickness"
    r"|craniocaudal|size of the liver)\s?:?(?:\s(?:now|currently))?(?:\s(?:measures|is|spans|size"
    r"|measuring))?\s?"
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
_RANGE = re.compile(r"\b(?:rang\w+|var\w+|sizes?)\s(?:in size\s)?from\s$")
_OVER_TIME = re.compile(r"\s(?:over|within|in|since)\s(?:the\s)?(?:last|past|interval|\d|an?\s)")
_NOW_WORDS = r"(?:now|currently|today|presently|at present|at this time|on today's exam)"
_NOW = re.compile(
    rf"\b{_NOW_WORDS}(?:\s(?:measur\w+|is|are|about|approximately|up|at|it|some|of|to|has)){{0,3}}"
    r"\s?:?\s?$"
    r"|\b(?:grown|grew|increased|enlarged|progressed|up|bigger|larger|decreased|shrunk|shrank"
    r"|reduced|diminished|down|smaller|doubled)\s(?:\w+\s){0,2}?(?:to|at)\s(?:now\s)?$"
    r"|-?>\s?$|→\s?$"
)
_NOW_AFTER = re.compile(
    rf"\)?,?\s{_NOW_WORDS}\b(?!\s(?:\w+\s){{0,3}}\d)|\s(?:on|at)\s(?:today|the current|this)\b"
)
_THEN_AFTER = re.compile(
    r",?\s\(?(?:(?:in|on|at|from|of)\s(?:the\s|an?\s)?(?:\w+\s){0,2}?"
    r"(?:(?:19|20)\d\d|prior|previous|earlier|last|outside|initial|baseline"
    r"|january|february|march|april|may|june|july|august|september|october|november|december)\b"
    r"|(?:an?|\d{1,2})\s(?:years?|months?|weeks?)\s(?:ago|earlier|before)\b"
    r"|(?:previously|before|earlier)\b)"
)
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
    return _in_time(sentence, found) if len(found) > 1 else found


def _in_time(sentence: str, sizes: list[Size]) -> list[Size]:
    """ "8 mm in 2024, now 11 mm": what comes before the size of now, or is dated, was before."""
    now = [number for number, size in enumerate(sizes) if _is_now(sentence, size)]
    then = {size for size in sizes if _THEN_AFTER.match(sentence, size.end)}
    if now:
        return [
            replace(size, is_before=number not in now and (number < now[0] or size.is_before
                    or size in then))
            for number, size in enumerate(sizes)
        ]  # fmt: skip
    if len(then) < sum(not size.is_before for size in sizes):
        return [replace(size, is_before=size.is_before or size in then) for size in sizes]
    return sizes


def _is_now(sentence: str, size: Size) -> bool:
    before = sentence[max(0, size.start - 60) : size.start]
    return bool(_NOW.search(before)) or bool(_NOW_AFTER.match(sentence, size.end))


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
    is_course = _FROM_TO.search(before) or _OVER_TIME.match(match.string, end)
    if is_course and re.search(r"\bto\b", match[0]):
        return [Size(start, end, numbers[0], True), Size(start, end, numbers[-1], False)]
    is_before = bool(_BEFORE.search(before)) and not _RANGE.search(before)
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
