"""The text of a report, joined from its OBX lines in the order in which they stand."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from surveillance.intake.hl7v2.findings import CODED, said_by
from surveillance.intake.hl7v2.grouping import Scope
from surveillance.intake.hl7v2.mapping import FeedMapping
from surveillance.intake.hl7v2.problems import Untranslatable
from surveillance.intake.hl7v2.splitting import Segment
from surveillance.protocol.report_reader.wholeness import leaves_it_to_a_file

OWN_HEADING: Final = re.compile(r"\s*[A-ZÀ-Þ][A-ZÀ-Þ /&()-]{2,40}:")
TEXT: Final = "tx"
"""What a line without a type (OBX-2) is taken for."""
FILES: Final = frozenset({"ED", "RP"})
"""Types of OBX-5 that hold or name a file."""
NUMBERS: Final = frozenset({"NM", "SN"})
NO_WORDS: Final = FILES | NUMBERS | {
    "AD", "CK", "CN", "CP", "CQ", "CX", "DR", "DT", "DTM", "EI", "HD", "MA", "MO", "NA", "PL",
    "PN", "SI", "TM", "TN", "TS", "XAD", "XCN", "XON", "XPN", "XTN",
}  # fmt: skip
"""Numbers, dates, names, addresses, files. Every other type may hold what somebody dictated."""
WORDS_OF_A_CODE: Final = (1, 4, 8)
"""Text, alternate text, original text of a coded value (counted from 0); otherwise its code."""


def lines_of_text(scope: Scope, mapping: FeedMapping) -> list[Segment]:
    """The OBX segments that hold report text."""
    return [line for line in scope.named("OBX") if _is_text(line, mapping)]


def text_of(scope: Scope, lines: Iterable[Segment], mapping: FeedMapping) -> str:
    """The text with a heading where the lines change to another part of it (impression…), then the
    notes (NTE) and the numbers that are no coded finding of ours: what the sender says of the exam
    anywhere is said of it. A file beside it is named at its end.

    Raises Untranslatable where the report comes as a file, or leaves all to one, and where the
    mapping leaves out all its words: a person must read that elsewhere.
    """
    notes = (note.text(3) for note in scope.named("NTE"))
    said = (*_with_headings(lines, mapping), *notes, *_numbers(scope, mapping))
    text = "\n".join(said).strip()
    if not any(is_file(line) for line in scope.named("OBX")):
        return text or _unless_left_out(scope, mapping)
    if leaves_it_to_a_file(text):
        raise Untranslatable(
            "report_is_a_file", "OBX-5", "holds a file (ED, RP) and there is no report in words "
            "beside it. Ask the sender for the text in OBX segments of type TX or FT."
        )  # fmt: skip
    return f"{text}\n\n[A file came with this report. It was not read.]"


def _numbers(scope: Scope, mapping: FeedMapping) -> Iterator[str]:
    for line in scope.named("OBX"):
        if line.value(2).upper() in NUMBERS and not said_by(line, mapping):
            name = line.value(3, 2) or line.value(3, 1)
            yield f"{name}: {' '.join(filter(None, (_number(line), line.value(6))))}"


def _number(line: Segment) -> str:
    return "".join(line.value(5, part) for part in (1, 2, 3, 4))


def _unless_left_out(scope: Scope, mapping: FeedMapping) -> str:
    lines = scope.named("OBX")
    if any(said_by(line, mapping) for line in lines):
        return ""
    if any(line.value(2).upper() not in NO_WORDS and line.text(5) for line in lines):
        raise Untranslatable(
            "words_left_out", "OBX", "holds words, and the mapping takes none of them for the text "
            "of the report. Mend text_types or text_codes."
        )  # fmt: skip
    return ""


def is_file(line: Segment) -> bool:
    """Whether an OBX holds or names a file."""
    return line.value(2).upper() in FILES


def _is_text(line: Segment, mapping: FeedMapping) -> bool:
    kind = line.value(2)
    if mapping.text_types:
        is_words = (kind.casefold() or TEXT) in mapping.text_types
    else:
        is_words = kind.upper() not in NO_WORDS
    if not is_words or said_by(line, mapping):
        return False
    return not mapping.text_codes or any(
        line.value(3, part).casefold() in mapping.text_codes for part in (1, 2, 4, 5)
    )


def _with_headings(lines: Iterable[Segment], mapping: FeedMapping) -> Iterator[str]:
    heading = ""
    for line in lines:
        now, text = line.reader.once(line.raw(3), _heading, line, mapping), _words(line, mapping)
        if now and now != heading and not OWN_HEADING.match(text):
            yield f"\n{now}:"
        heading = now or heading
        yield text


def _words(line: Segment, mapping: FeedMapping) -> str:
    """What the line says. A coded value without a heading of ours has its own name before it."""
    if line.value(2).upper() not in CODED:
        return line.text(5)
    text = "\n".join(_of_a_code(line, raw) for raw in line.repetitions(5))
    name = line.value(3, 2)
    return f"{name}: {text}" if name and not _heading(line, mapping) else text


def _of_a_code(line: Segment, raw: str) -> str:
    parts = raw.split(line.reader.signs[1])
    texts = [line.reader.plain(parts[place]) for place in WORDS_OF_A_CODE if place < len(parts)]
    return "; ".join(dict.fromkeys(text for text in texts if text)) or line.reader.plain(parts[0])


def _heading(line: Segment, mapping: FeedMapping) -> str:
    """By the suffix of OBX-3 (`&IMP`), its code, its text, or the same of the alternate."""
    for places in ((3, 1, 2), (3, 1), (3, 2), (3, 4)):
        word = line.value(*places)
        if word and (ours := mapping.headings.get(word.casefold())):
            return ours
    return ""
