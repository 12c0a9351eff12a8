"""A whole report, or only an addendum to one?"""

import re
from typing import Final

from surveillance.protocol.report_reader.plain import plain
from surveillance.protocol.report_reader.sections import Section, opened_by

ADDED: Final = re.compile(r"(?:late )?(?:addend|errat|correction|amend|corrected)")
BODY: Final = frozenset({Section.TECHNIQUE, Section.FINDINGS})
"""What an addendum alone does not repeat."""


def is_whole_report(text: str) -> bool:
    """Whether the text can stand for what was said before: it holds more than an addendum. An
    addendum with the report's own parts below or above it is whole. Never raises."""
    lines = [line.strip() for line in plain(text).text.split("\n") if line.strip()]
    opened = {found[0] for line in lines if (found := opened_by(line))}
    is_added = Section.ADDENDUM in opened or any(ADDED.match(line) for line in lines)
    return bool(lines) and (not is_added or bool(BODY & opened))
