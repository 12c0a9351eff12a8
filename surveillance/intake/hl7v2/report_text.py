"""The text of a report, joined from its OBX lines in the order in which they stand."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from surveillance.intake.hl7v2.findings import said_by
from surveillance.intake.hl7v2.grouping import Scope
from surveillance.intake.hl7v2.mapping import FeedMapping
from surveillance.intake.hl7v2.problems import Untranslatable
from surveillance.intake.hl7v2.splitting import Segment

OWN_HEADING: Final = re.compile(r"\s*[A-ZÀ-Þ][A-ZÀ-Þ /&()-]{2,40}:")
TEXT: Final = "tx"
"""What a line without a type (OBX-2) is taken for."""
FILES: Final = frozenset({"ED", "RP"})
"""Types of OBX-5 that hold or name a file."""


def lines_of_text(scope: Scope, mapping: FeedMapping) -> list[Segment]:
    """The OBX segments that hold report text."""
    return [line for line in scope.named("OBX") if _is_text(line, mapping)]


def text_of(scope: Scope, lines: Iterable[Segment], mapping: FeedMapping) -> str:
    """The text with a heading where the lines change to another part of it (impression…); the
    notes (NTE) where there are no lines.

    Raises Untranslatable where the report comes as a file: a person must read that elsewhere.
    """
    text = "\n".join(_with_headings(lines, mapping)).strip()
    if text:
        return text
    notes = "\n".join(note.text(3) for note in scope.named("NTE")).strip()
    if notes:
        return notes
    if any(line.value(2).upper() in FILES for line in scope.named("OBX")):
        raise Untranslatable(
            "report_is_a_file", "OBX-5", "holds a file (ED, RP) and there is no text beside it. "
            "Ask the sender for the text in OBX segments of type TX or FT."
        )  # fmt: skip
    return ""


def _is_text(line: Segment, mapping: FeedMapping) -> bool:
    kind = line.value(2).casefold() or TEXT
    if kind not in mapping.text_types or said_by(line, mapping):
        return False
    return not mapping.text_codes or any(
        line.value(3, part).casefold() in mapping.text_codes for part in (1, 2, 4, 5)
    )


def _with_headings(lines: Iterable[Segment], mapping: FeedMapping) -> Iterator[str]:
    heading = ""
    for line in lines:
        now, text = line.reader.once(line.raw(3), _heading, line, mapping), line.text(5)
        if now and now != heading and not OWN_HEADING.match(text):
            yield f"\n{now}:"
        heading = now or heading
        yield text


def _heading(line: Segment, mapping: FeedMapping) -> str:
    """By the suffix of OBX-3 (`&IMP`), its code, its text, or the same of the alternate."""
    for places in ((3, 1, 2), (3, 1), (3, 2), (3, 4)):
        word = line.value(*places)
        if word and (ours := mapping.headings.get(word.casefold())):
            return ours
    return ""
