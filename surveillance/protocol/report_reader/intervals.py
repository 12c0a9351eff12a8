"""When the next exam shall be: months as the sentence says them."""

import re
from dataclasses import dataclass

_N = r"\d{1,2}"
_TO = r"\s?(?:-|to|or)\s?"
_UNIT = r"(?:months?|weeks?|years?|fortnights?)"
_MONTHS = {"month": 1.0, "week": 12 / 52, "fortnight": 24 / 52, "year": 12.0, "day": 12 / 365}
_SPAN = re.compile(
    rf"(?P<how>\b(?:within|in|at|after|every|by)\s(?:the next\s|about\s|approximately\s"
    rf"|around\s)?)?"
    rf"(?<![\d./])(?<!half\s)(?P<first>{_N}|one|an?"
    rf"|(?<=the\s)next)(?:(?:,\s?{_N}){{0,3}},?\sand\s{_N}"
    rf"|{_TO}(?P<last>{_N}))?[\s-]{{0,2}}(?P<unit>{_UNIT})\b"
    rf"|(?P<how2>\b(?:within|in|at"
    rf"|every)\s)?(?<![\d/])(?P<part>{_N})(?:-(?P<part2>{_N}))?/(?P<of>12|52)(?![\d/])"
)
_ADVERB = re.compile(
    r"\b(?:(?P<year>annual(?:ly)?|yearly|every year)|(?P<half>half a year|semi-?annual(?:ly)?"
    r"|biannual\w*"
    r"|half-?yearly)|(?P<quarter>quarterly)|(?P<monthly>\d{1,2})[\s-]?monthly)\b"
)
_NOT_NEXT = re.compile(
    r"\b(?:for|over|since|stable|unchanged|last|past|previous|prior|up to|day|aged?)\s(?:the\s"
    r"|at\sleast\s)?$"
)
_NOT_NEXT_AFTER = re.compile(
    r"^\s?(?:old|of age|ago|prior|earlier|later)\b"
    r"|^\s(?:after|post|following)\s(?!this|today|now|the (?:current|present))\w"
)


@dataclass(frozen=True, slots=True)
class Interval:
    """Whole months, at least one. `earliest` is None for "within …"."""

    start: int
    end: int
    earliest: int | None
    latest: int


def interval_in(words: str) -> Interval | None:
    """The first interval until the next exam; how long something has been so is none."""
    for match in _SPAN.finditer(words):
        before = words[max(0, match.start() - 40) : match.start()]
        if _NOT_NEXT.search(before) or _NOT_NEXT_AFTER.search(words[match.end() :]):
            continue
        return _interval(match)
    adverb = _ADVERB.search(words)
    if adverb:
        months = 12 if adverb["year"] else 6 if adverb["half"] else int(adverb["monthly"] or 3)
        return Interval(*adverb.span(), months, months)
    return None


def _interval(match: re.Match[str]) -> Interval:
    unit = match["unit"] or ("week" if match["of"] == "52" else "month")
    factor = _MONTHS[unit.removesuffix("s")]
    first = match["first"] or match["part"]
    low = _whole(1 if first in {"a", "an", "one", "next"} else int(first), factor)
    last = match["last"] or match["part2"]
    high = _whole(int(last), factor) if last else low
    is_within = (match["how"] or match["how2"] or "").startswith("within") and not last
    return Interval(*match.span(), None if is_within else min(low, high), max(low, high))


def _whole(number: int, factor: float) -> int:
    return max(1, round(number * factor))
