"""Where the writer began a new line, and where only the printer ran out of paper."""

import re
from bisect import bisect
from collections.abc import Iterator

_BULLET = re.compile(r"(?:[-*•–·]|\d{1,2}[.)]|\[[ xX]?\])\s")
_HEADING = re.compile(r"[A-Za-z][\w /&()-]{1,40}:")
_NEW = re.compile(r"[A-Z][a-z]")
_NEXT_WORD = re.compile(r"\S{0,60}")
ABBREVIATED = re.compile(
    r"(?:\b(?:seg|segm|sg|prev|approx|dr|mr|mrs|prof|no|fig|e\.g|i\.e|vs|st|resp|cf|incl|max|ca)"
    r"\.)$",
    re.IGNORECASE,
)
_NAMES_WORDS = """
    Doppler Couinaud Eovist Primovist Gadoxetate Lipiodol Bosniak SonoVue Sonovue Fleischner
    Murphy Hounsfield Child Morison Deauville January February March April May June July
    August September October November December Dr Mr Mrs Prof Dixon Agatston
"""
_NAMES = frozenset(_NAMES_WORDS.split())
_UNFINISHED = re.compile(
    r"(?:\b(?:an?|the|of|in|with|without|and|or|no|to|for|is|are|was|at|by|from|on|measuring"
    r"|measures"
    r"|segment|left|right|hepatic)|(?<!\d[.:/])\b\d{1,3})$",
    re.IGNORECASE,
)
_PRINTED = 200
_STOP = re.compile(r"[.!?;](?=\s|$)")
_BLANK = re.compile(r"\n\s*\n|$")
_GOES_ON = re.compile(
    r"(?:[a-z]+ing|in|of|with|without|and|or|nor|which|that|the|an?|is|are|was|were|at|on|to|from"
    r"|for"
    r"|seen|noted|present|consistent|suggestive|mm|cm|compared)\b|[\d(]",
    re.IGNORECASE,
)
_LINES_OF_A_STOP = 3
_NARROW = 45


class Lines:
    """The lines of one report. A line was broken by the printer if the next word did not fit."""

    def __init__(self, report: str) -> None:
        self._report = report
        rows = report.split("\n")
        self._width = max((len(row.rstrip()) for row in rows), default=0)
        first = next((row.lstrip() for row in rows if row.strip()), "")
        self._is_small = first[:1].islower()
        self._in_lines = list(_blocks_in_lines(report))

    def broken_at(self, start: int, end: int) -> str:
        """'' where the space from `start` to `end` is only a space; else one or two new lines."""
        gap = self._report[start:end]
        new_lines = gap.count("\n") or gap.count("\r")
        if not new_lines:
            return ""
        if new_lines > 1:
            return "\n\n"
        return "\n" if self._is_meant(start, end) else ""

    def _is_meant(self, start: int, end: int) -> bool:
        if end >= len(self._report):
            return True
        before = self._report[max(0, start - 8) : start]
        if before[-1:] in ".!?":
            return not ABBREVIATED.search(before)
        if _BULLET.match(self._report, end):
            return True
        if before[-1:] == "," or _UNFINISHED.search(self._report, max(0, start - 16), start):
            return False
        if self._is_in_lines(start, end) and not _GOES_ON.match(self._report, end):
            return True
        return self._begins_anew(start, end)

    def _is_in_lines(self, start: int, end: int) -> bool:
        """The block has no full stops, and no printer broke this line: it is short."""
        at = bisect(self._in_lines, (start, len(self._report))) - 1
        if at < 0 or start >= self._in_lines[at][1]:
            return False
        begins = self._report.rfind("\n", max(0, start - _NARROW), start) + 1
        word = _NEXT_WORD.match(self._report, end)
        return begins > 0 or start < _NARROW or self._fits(start, len(word[0]) if word else 0)

    def _begins_anew(self, start: int, end: int) -> bool:
        first = self._report[end]
        word = _NEXT_WORD.match(self._report, end)
        following = word[0] if word else ""
        if (first.isupper() or self._is_small) and _HEADING.match(self._report, end):
            return True
        if _NEW.match(following):
            return re.sub(r"\W.*", "", following) not in _NAMES
        if first.islower() and not self._is_small:
            return False
        return self._fits(start, len(following))

    def _fits(self, start: int, size: int) -> bool:
        begins = self._report.rfind("\n", max(0, start - _PRINTED), start) + 1
        return self._width > _PRINTED or start - begins + 1 + size <= self._width


def _blocks_in_lines(report: str) -> Iterator[tuple[int, int]]:
    """Telegraphic blocks: (nearly) no full stops; the ends of lines are the ends of sentences."""
    begin = 0
    for blank in _BLANK.finditer(report):
        block = report[begin : blank.start()].strip()
        if block.count("\n") >= max(1, _LINES_OF_A_STOP * len(_STOP.findall(block[:-1]))):
            yield begin, blank.start()
        begin = blank.end()
