"""A message split into segments, and values read out of them by their place.

Our own few lines instead of the `hl7` library, which limits the feed (docs/adr/0048); the library
is what the tests compare with.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final, NamedTuple

from surveillance.intake.hl7v2.character_sets import codec_of, decoded
from surveillance.intake.hl7v2.escapes import unescaped
from surveillance.intake.hl7v2.header import Header
from surveillance.intake.hl7v2.problems import Problem, Severity
from surveillance.intake.hl7v2.segment_names import is_segment_name

NULL: Final = '""'
MOST_SEGMENTS: Final = 50_000
MOST_REPETITIONS: Final = 100
PLACE: Final = re.compile(r"([A-Z][A-Z0-9]{2})-(\d{1,3})(?:\.(\d{1,2}))?(?:\.(\d{1,2}))?", re.ASCII)


class Place(NamedTuple):
    """`OBR-15.4.2`: a segment's field, component and subcomponent, counted from 1."""

    segment: str
    field: int
    component: int
    subcomponent: int


@lru_cache(maxsize=1024)
def place_of(text: str) -> Place:
    """The place that `text` names; the first component where it names none. Raises ValueError."""
    found = PLACE.fullmatch(text)
    if not found or "0" in (found[2], found[3], found[4]):
        raise ValueError(text)
    return Place(found[1], int(found[2]), int(found[3] or 1), int(found[4] or 1))


class Reader:
    """How values of one message are written: its five signs, and its codec for escaped bytes."""

    __slots__ = ("_known", "codec", "signs")

    def __init__(self, signs: str, codec: str) -> None:
        self.signs = signs
        self.codec = codec
        self._known: dict[tuple[object, str], str] = {}

    def plain(self, raw: str) -> str:
        """A value for people: escape sequences replaced; `""` (HL7's null) is empty."""
        return "" if raw == NULL else unescaped(raw, self.signs, self.codec).strip()

    def part(self, raw: str, component: int = 1, subcomponent: int = 1) -> str:
        """One component (and subcomponent) of a repetition, plain; empty if it is not there."""
        signs = self.signs
        if component > 1 or signs[1] in raw:
            raw = _nth(raw, signs[1], component)
        if subcomponent > 1 or signs[4] in raw:
            raw = _nth(raw, signs[4], subcomponent)
        return self.plain(raw) if signs[3] in raw or raw == NULL else raw.strip()

    def once(self, raw: str, work: Callable[..., str], *of: Any) -> str:
        """What `work` makes of a line (`of`) by nothing but its `raw`: most lines of a message
        repeat the code of the line before."""
        key = work, raw
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = work(*of)
        return found


class Segment:
    """`fields[n]` is field n as it came, of MSH too. (Not a dataclass: most of the time of
    splitting goes into making these.)"""

    __slots__ = ("fields", "name", "reader")

    def __init__(self, name: str, fields: list[str], reader: Reader) -> None:
        self.name = name
        self.fields = fields
        self.reader = reader

    def raw(self, field: int) -> str:
        """The field as it came; empty if it is not there."""
        return self.fields[field] if field < len(self.fields) else ""

    def repetitions(self, field: int) -> list[str]:
        """The repetitions of a field as they came, without empty ones (and none after many)."""
        parts = self.raw(field).split(self.reader.signs[2], MOST_REPETITIONS)
        return [one for one in parts[:MOST_REPETITIONS] if one and one != NULL]

    def value(self, field: int, component: int = 1, subcomponent: int = 1) -> str:
        """One value of the field's first repetition, plain."""
        whole = self.fields[field] if field < len(self.fields) else ""
        if not whole:
            return ""
        if component == subcomponent == 1 and whole.isalnum():
            return whole
        signs = self.reader.signs
        if signs[2] in whole:
            whole = whole.split(signs[2], 1)[0]
        return self.reader.part(whole, component, subcomponent)

    def words(self, field: int, component: int) -> str:
        """A component for people, of the first repetition: many senders write `CT ABDOMEN & PELVIS`
        without escaping the sign, so subcomponents are not taken apart."""
        signs = self.reader.signs
        return self.reader.plain(_nth(_nth(self.raw(field), signs[2], 1), signs[1], component))

    def text(self, field: int) -> str:
        """The whole field as text: components keep their sign, repetitions are lines."""
        raw = self.fields[field] if field < len(self.fields) else ""
        reader = self.reader
        signs = reader.signs
        if signs[2] not in raw:
            return reader.plain(raw) if signs[3] in raw or raw == NULL else raw.strip()
        lines = raw.split(signs[2])
        return "\n".join(reader.plain(line) for line in lines)


class SplitMessage(NamedTuple):
    """The segments in order, and what was odd about the bytes (warnings)."""

    segments: list[Segment]
    problems: list[Problem]


def _nth(whole: str, sign: str, number: int) -> str:
    parts = whole.split(sign, number)
    return parts[number - 1] if number <= len(parts) else ""


def split_message(raw: bytes, header: Header, declared: str = "") -> SplitMessage:
    """Split the bytes. Lines may end with CR, LF or both; a line that begins no segment goes on
    with the one before it; an ADD segment too. `declared` counts where MSH-18 says nothing that is
    known. Never raises."""
    text, codec, problems = decoded(raw, _charset(header.charset, declared))
    lines, loose = _joined(text, header.signs[0])
    if loose:
        problems.append(_loose(loose))
    if len(lines) > MOST_SEGMENTS:
        problems.append(_too_many(len(lines)))
    reader = Reader(_in_codec(header.signs, codec), codec)
    return SplitMessage(_segments(lines[:MOST_SEGMENTS], reader), problems)


def _charset(sent: str, declared: str) -> str:
    return sent if sent and (codec_of(sent) or not declared) else declared


def _in_codec(signs: str, codec: str) -> str:
    """The header was read byte by byte; signs beyond ASCII are read as the message is."""
    if signs.isascii():
        return signs
    read = signs.encode("latin-1").decode(codec, "replace")
    return read if len(read) == len(signs) else signs


def _segments(lines: list[str], reader: Reader) -> list[Segment]:
    separator = reader.signs[0]
    segments = []
    for line in lines:
        fields = line.split(separator)
        name = fields[0].upper()
        if name == "MSH":
            fields.insert(1, separator)
        segments.append(Segment(name, fields, reader))
    return segments


def _joined(text: str, separator: str) -> tuple[list[str], int]:
    """Whole segments, and how many lines began none."""
    if "\n" not in text:
        usual = [line for line in text.split("\r") if line]
        if _are_usual(frozenset([line[:4] for line in usual]), separator):
            return usual, 0
    lines: list[list[str]] = []
    loose = blank = 0
    for line, follows in _with_next(text.replace("\r\n", "\n").replace("\r", "\n").split("\n")):
        if not line or line.isspace():
            blank += 1
            continue
        if not lines or _begins_segment(line, separator) or _is_bare(line, follows, separator):
            if line[:3].upper() == "ADD" and len(lines) > 1:
                lines[-1].append(line[4:])
            else:
                lines.append([line.lstrip("\ufeff \t") if not lines else line])
        else:
            loose += 1
            lines[-1].append("\n\n" + line if blank else "\n" + line)
        blank = 0
    return ["".join(parts) for parts in lines], loose


@lru_cache(maxsize=1024)
def _are_usual(starts: frozenset[str], separator: str) -> bool:
    """Whether lines with these starts begin segments that stand by themselves, as nearly all do."""
    return all(
        len(start) == len("ADD|") and start[:3] != "ADD" and _begins_segment(start, separator)
        for start in starts
    )


def _begins_segment(line: str, separator: str) -> bool:
    return line[3:4] == separator and is_segment_name(line[:3].upper())


def _is_bare(line: str, follows: str, separator: str) -> bool:
    """Whether the line is a segment without fields. In a text such a word stands before words."""
    is_last = not follows or _begins_segment(follows, separator)
    return is_last and is_segment_name(line)


def _with_next(lines: list[str]) -> list[tuple[str, str]]:
    """Each line with the next that is not blank; empty if there is none."""
    pairs, follows = [], ""
    for line in reversed(lines):
        pairs.append((line, follows))
        follows = follows if not line or line.isspace() else line
    return pairs[::-1]


def _loose(count: int) -> Problem:
    text = (
        f"{count} line(s) begin no segment; they were read as going on with the segment before "
        "them. End segments with a carriage return, lines of text with \\.br\\."
    )
    return Problem("loose_line", "", text, Severity.WARNING)


def _too_many(count: int) -> Problem:
    text = f"The message has {count} segments, more than {MOST_SEGMENTS}. Send it in parts."
    return Problem("too_many_segments", "", text)
