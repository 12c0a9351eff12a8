"""The sentences of a report, each with its part of the report and the organ of its heading."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from surveillance.protocol.report_reader.lines import ABBREVIATED
from surveillance.protocol.report_reader.organs import (
    Anchor,
    Organ,
    anchors_in,
    has_other_lobes,
    named_in,
)
from surveillance.protocol.report_reader.sections import (
    ITEM,
    WITHIN,
    Section,
    label_of,
    opened_by,
)

_END = re.compile(r"[.!?](?=\s|$|[a-z]{4})|\n+")
_LONGEST = 600
_LETTER = re.compile(r"[a-z]")
_ANSWERED = re.compile(r"\?(?=\s(?:y|n|yes|no|none)\b)|\?(?=\sa:)")
_ASKS = re.compile(
    r"(?:q\s?[:.]\s?)?(?:does|do|is|are|any|has|have|whether|what|can|could|how|why)\b"
)
_UNTIL_BREAK = {Section.HISTORY, Section.COMPARISON, Section.TECHNIQUE}
_GENERAL = re.compile(
    r"(?:right|left|caudate|both) lobes?|focal (?:lesions?|findings?)|lesions?|size|contour|other"
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """`start`: place of its first character in the plain text. `is_item`: opens an item or line."""

    text: str
    start: int
    section: Section | None
    organ: Organ | None
    is_item: bool
    is_question: bool
    paragraph: int
    anchors: tuple[Anchor, ...] = field(default=())


@dataclass
class _Here:
    section: Section | None = None
    organ: Organ | None = None
    ends_with_line: bool = False
    other_lobes: bool = False
    paragraph: int = 0


def sentences_of(text: str) -> list[Sentence]:
    """Every sentence with a word in it, in order."""
    here = _Here(other_lobes=has_other_lobes(text))
    has_parts = bool(re.search(r"(?:findings?|impression|report|conclusion)\s?(?::|\n|$)", text))
    found: list[Sentence] = []
    for start, end, is_line in _pieces(text):
        if here.ends_with_line and not has_parts:
            here.section, here.ends_with_line = None, False
        here.paragraph += text[max(0, start - 2) : start] == "\n\n"
        found.extend(_read_piece(text, start, end, here, is_line))
    return found


def _pieces(text: str) -> Iterator[tuple[int, int, bool]]:
    """Start and end of each piece between full stops and line ends; whether it begins a line."""
    begin, is_line = 0, True
    for match in _END.finditer(text):
        is_break = match[0].startswith("\n")
        if match[0] == "." and ABBREVIATED.search(text, max(begin, match.start() - 8), match.end()):
            continue
        if match[0] == "?" and (_ANSWERED.match(text, match.start()) or _is_query(text, match)):
            continue
        if match[0] == "." and text[begin : match.start()].strip().isdigit():
            continue
        end = match.start() if is_break else match.end()
        yield from _split_at_headings(text, begin, end, is_line)
        begin, is_line = match.end(), is_break
    yield from _split_at_headings(text, begin, len(text), is_line)


def _is_query(text: str, mark: re.Match[str]) -> bool:
    """ "?hepatic ?renal": a doubt of what follows, no end of a sentence."""
    before, after = text[mark.start() - 1 : mark.start()], text[mark.end() : mark.end() + 1]
    return before in {" ", ",", "("} and after.isalpha()


def _split_at_headings(
    text: str, begin: int, end: int, is_line: bool
) -> Iterator[tuple[int, int, bool]]:
    """ "Indication: pain findings: liver normal" is two pieces; so are inline list numbers."""
    for match in WITHIN.finditer(text, begin + 1, end):
        if text[begin : match.start()].strip():
            yield from _in_reach(text, begin, match.start(), is_line)
            begin, is_line = match.start(), True
    yield from _in_reach(text, begin, end, is_line)


def _in_reach(text: str, begin: int, end: int, is_line: bool) -> Iterator[tuple[int, int, bool]]:
    """Cuts what nobody would call a sentence any more, so that time grows with the text only."""
    while end - begin > _LONGEST:
        cut = text.rfind(" ", begin + _LONGEST // 2, begin + _LONGEST)
        cut = cut if cut > 0 else begin + _LONGEST
        yield begin, cut, is_line
        begin, is_line = cut, False
    yield begin, end, is_line


def _read_piece(text: str, start: int, end: int, here: _Here, is_line: bool) -> Iterator[Sentence]:
    is_item = is_line or bool(ITEM.match(text[start:end].lstrip()))
    start = _open_headings(text, start, end, here)
    while start < end and text[start] in " -:.#":
        start += 1
    words = text[start:end]
    if not _LETTER.search(words):
        return
    is_question = words.endswith("?") and bool(_ASKS.match(words))
    yield Sentence(
        words, start, here.section, here.organ, is_item, is_question, here.paragraph,
        tuple(anchors_in(words, elsewhere=here.other_lobes)),
    )  # fmt: skip


def _open_headings(text: str, start: int, end: int, here: _Here) -> int:
    """Moves behind the headings of parts and keeps what they say; organs stay in the sentence."""
    while start < end:
        while start < end and text[start] in " #":
            start += 1
        line = text[start:end]
        opened = opened_by(line)
        if opened is None:
            _note_organ(line, here)
            return start
        here.section, length = opened
        here.organ = None
        start += length
        here.ends_with_line = here.section in _UNTIL_BREAK and start < end
    return start


def _note_organ(line: str, here: _Here) -> None:
    label = label_of(line)
    if label is None or _GENERAL.fullmatch(label["organ"].strip()):
        return
    organ = named_in(label["organ"])
    if organ is not None and not re.search(r"calcif|granuloma|lesion", label["organ"]):
        here.organ = organ
        if here.section in _UNTIL_BREAK:
            here.section = Section.FINDINGS
