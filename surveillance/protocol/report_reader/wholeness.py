"""A whole report, or only an addendum to one, or a hint at a file?"""

import re
from typing import Final

from surveillance.protocol.report_reader.plain import plain
from surveillance.protocol.report_reader.sections import Section, opened_by
from surveillance.protocol.report_reader.sentences import sentences_of

ADDED: Final = re.compile(r"(?:late )?(?:addend|errat|correction|amend|corrected)")
BODY: Final = frozenset({Section.TECHNIQUE, Section.FINDINGS})
"""What an addendum alone does not repeat."""

HINT: Final = re.compile(
    r"attach|enclos|scanned|\bpdf\b|see (?:the )?(?:document|file|image|report)|adjunt"
)
FEW_WORDS: Final = 40
"""Fewer than any report, and more than a hint needs."""


def is_whole_report(text: str) -> bool:
    """Whether the text can stand for what was said before: it holds more than an addendum. An
    addendum with the report's own parts below or above it is whole. Never raises."""
    lines = [line.strip() for line in plain(text).text.split("\n") if line.strip()]
    opened = {found[0] for line in lines if (found := opened_by(line))}
    is_added = Section.ADDENDUM in opened or any(ADDED.match(line) for line in lines)
    return bool(lines) and (not is_added or bool(BODY & opened))


def leaves_it_to_a_file(text: str) -> bool:
    """Whether a text that came beside a file says nothing of its own: it names no organ, and is
    short or hints at the file. Never raises."""
    written = plain(text).text
    if any(sentence.anchors for sentence in sentences_of(written)):
        return False
    return len(written.split()) < FEW_WORDS or bool(HINT.search(written))
