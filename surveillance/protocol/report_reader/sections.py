"""What part of a report a heading opens, and which organ a line is about."""

import re
from enum import auto

from surveillance.protocol.terms import Term


class Section(Term):
    HISTORY = auto()
    COMPARISON = auto()
    TECHNIQUE = auto()
    FINDINGS = auto()
    IMPRESSION = auto()
    RECOMMENDATION = auto()
    ADDENDUM = auto()


_HEADINGS: dict[Section, str] = {
    Section.HISTORY: (
        r"(?:clinical |patient |relevant |past |medical )*(?:history|indications?|information|"
        r"details|data|question|context)|reason for (?:exam\w*|study|referral|request)|request|"
        r"clinical"
    ),
    Section.COMPARISON: r"comparisons?(?: studies)?|prior (?:studies|exams?|imaging)",
    Section.TECHNIQUE: r"techniques?|procedure|protocol|contrast(?: agent)?",
    Section.FINDINGS: r"findings?|report|description|results?|interpretation|body",
    Section.IMPRESSION: (
        r"impressions?|imp|conclusions?|opinion|summary|assessment|diagnosis|comment"
    ),
    Section.RECOMMENDATION: r"recommendations?|plan|advice|follow-up|next steps?|management",
    Section.ADDENDUM: r"addend(?:um|a)|correction|amend(?:ment|ed report)|corrected report",
}
_NUMBER = r"(?:[-\s#]|\d{1,2}[.)]\s?){0,4}"
_OPENS = re.compile(
    rf"{_NUMBER}(?:"
    + "|".join(f"(?P<{section.name}>{words})" for section, words in _HEADINGS.items())
    + r")(?P<date>\s[\d/. -]{3,12})?\s?(?P<mark>:|-(?=\s)|$)"
)
WITHIN = re.compile(
    r"(?<=[.!?;\s])(?:" + "|".join(f"(?:{words})" for words in _HEADINGS.values()) + r"):"
)
ITEM = re.compile(r"(?:-\s|\d{1,2}[.)]\s)")
_ORGAN_LINE = re.compile(
    rf"{_NUMBER}(?P<organ>(?:[a-z]+[/,&]?\s?(?:and\s)?){{1,4}})\s?(?::|-(?=\s))"
)
_ALONE = re.compile(rf"{_NUMBER}(?P<organ>[a-z]+(?: (?:and )?[a-z]+)?)$")


def opened_by(line: str) -> tuple[Section, int] | None:
    """The part that a line's heading opens and the heading's length; None without a heading."""
    found = _OPENS.match(line)
    if not found:
        return None
    name = next(section for section in Section if found[section.name] is not None)
    if not found["mark"] and name in {Section.HISTORY, Section.RECOMMENDATION, Section.TECHNIQUE}:
        return (name, found.end()) if found.end() == len(line) else None
    return name, found.end()


def label_of(line: str) -> re.Match[str] | None:
    """What stands before a line's colon (or alone on it); `organ` is a group of the match."""
    return _ORGAN_LINE.match(line) or _ALONE.match(line)
