"""The report in one spelling and one layout, with the way back to the characters it came from."""

import re
from dataclasses import dataclass

from surveillance.protocol.report_reader.lines import Lines
from surveillance.protocol.report_reader.reading import Span
from surveillance.protocol.report_reader.spelling import spelled

_JOINED = re.compile(r"-[ \t]{0,40}\r?\n[ \t]{0,40}|\s+")
_TOKEN = re.compile(
    r"(?P<word>(?i:calci\s{1,3}fi(?:ed|cations?)\b|(?<!\w)ca\s?(?:\+\+|2\+)"
    r"|(?<![\w/])(?:[fu]/[us]|[whrces]/(?:o|w)?)(?![\w/])"
    r"|twenty-four|sub-centim\w{3,6}\b)"
    r"|[^\W_]+(?:(?:(?<=[a-z])-[ \t]{0,40}\r?\n[ \t]{0,40}[a-z]+"
    r"|(?<=[A-Z])-[ \t]{0,40}\r?\n[ \t]{0,40}[A-Z]+))?)"
    r"|(?P<space>\s+)|(?P<other>.)",
    re.DOTALL,
)
_SIGNS = {
    "–": "-", "—": "-", "−": "-", "‐": "-", "‑": "-", "•": "-", "·": "-", "×": "x", "*": " ",
    "’": "'", "‘": "'", "“": '"', "”": '"', "…": ".", "_": " ",
}  # fmt: skip
_LIGATURES = {
    "ﬁ": "fi", "ﬂ": "fl", "ﬀ": "ff", "ﬃ": "ffi", "ﬄ": "ffl",
    "Ⅰ": "i", "Ⅱ": "ii", "Ⅲ": "iii", "Ⅳ": "iv", "Ⅴ": "v", "Ⅵ": "vi", "Ⅶ": "vii", "Ⅷ": "viii",
}  # fmt: skip
_LIGATURE = re.compile("[ﬁﬂﬀﬃﬄⅠⅡⅢⅣⅤⅥⅦⅧ]")
_GOES_ON = re.compile(r"\s{1,3}[a-z(\d]")
_SPOKEN = {"period": ".", "comma": ","}


@dataclass(frozen=True, slots=True)
class Plain:
    """`text`: small letters, single spaces, a new line only where the writer began a new one.

    `starts[i]` and `ends[i]`: where in the report the character i came from.
    """

    text: str
    starts: list[int]
    ends: list[int]

    def span(self, start: int, end: int) -> Span:
        """The place in the report of characters `start` to `end` (behind the last) of the text."""
        return Span(self.starts[start], self.ends[end - 1])


class _Writer:
    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.last = "\n"
        self.is_abbreviated = False

    def put(self, written: str, start: int, end: int) -> None:
        """Write characters that stand for `start` to `end`; letter by letter where they can."""
        if not written:
            return
        size = len(written)
        if size == end - start:
            self.starts.extend(range(start, end))
            self.ends.extend(range(start + 1, end + 1))
        else:
            self.starts.extend([start] * size)
            self.ends.extend([end] * size)
        self.pieces.append(written)
        self.last = written[-1]

    def space(self, start: int, end: int) -> None:
        """One space, unless there is one."""
        if self.last not in " \n":
            self.put(" ", start, max(end, start + 1))

    def as_plain(self) -> Plain:
        return Plain("".join(self.pieces), self.starts, self.ends)


def plain(report: str) -> Plain:
    """The report as the rules read it."""
    lines, writer = Lines(report), _Writer()
    is_spoken = _is_spoken(report)
    for token in _TOKEN.finditer(report):
        start, end = token.span()
        if token.lastgroup == "space":
            _put_space(writer, lines, start, end)
        elif token.lastgroup == "word":
            _put_word(writer, token[0], start, is_spoken)
        else:
            sign = _SIGNS.get(token[0], token[0])
            if sign == "." and writer.is_abbreviated and _GOES_ON.match(report, end):
                continue
            if sign == " ":
                writer.space(start, end)
            else:
                writer.put(sign, start, end)
    return writer.as_plain()


def _put_space(writer: _Writer, lines: Lines, start: int, end: int) -> None:
    broken = lines.broken_at(start, end)
    if not broken:
        writer.space(start, end)
        return
    if writer.last != "\n" or broken == "\n\n":
        for sign in broken:
            writer.put(sign, start, end)


def _put_word(writer: _Writer, word: str, start: int, is_spoken: bool) -> None:
    end = start + len(word)
    if is_spoken and word.lower() in _SPOKEN:
        writer.put(_SPOKEN[word.lower()], start, end)
        return
    whole = _JOINED.sub("", word)
    if _LIGATURE.search(whole):
        whole = _LIGATURE.sub(lambda sign: _LIGATURES[sign[0]], whole)
    written = spelled(whole)
    writer.put(written, start, end)
    writer.is_abbreviated = len(written) > len(whole) + 1


def _is_spoken(report: str) -> bool:
    """Dictated with "period" and "comma", which nobody turned into signs."""
    return " period" in report and not re.search(r"[a-z]\.(?:\s|$)", report)
