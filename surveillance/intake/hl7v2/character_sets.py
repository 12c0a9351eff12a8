"""Bytes to text, by what MSH-18 declares."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from surveillance.intake.hl7v2.problems import Problem, Severity

UTF_8: Final = "utf-8"
LATIN_1: Final = "latin-1"
ASCII: Final = "ascii"
JAPANESE: Final = "iso2022_jp_ext"
"""ISO 2022: escape sequences lead from ASCII to JIS X 0201, 0208 and 0212 and back."""

_NAMED: Final = {
    "": UTF_8, "ascii": ASCII, "usascii": ASCII, "isoir6": ASCII, "unicodeutf8": UTF_8,
    "utf8": UTF_8, "unicode": UTF_8, "isoir192": UTF_8, "isoir100": LATIN_1, "latin1": LATIN_1,
    "isoir101": "iso8859-2", "isoir109": "iso8859-3", "isoir110": "iso8859-4",
    "isoir144": "iso8859-5", "isoir127": "iso8859-6", "isoir126": "iso8859-7",
    "isoir138": "iso8859-8", "isoir148": "iso8859-9", "windows1252": "cp1252", "cp1252": "cp1252",
    "isoir13": JAPANESE, "isoir14": JAPANESE, "isoir87": JAPANESE, "isoir159": JAPANESE,
    "gb180302000": "gb18030", "gb18030": "gb18030", "ksx1001": "cp949", "big5": "cp950",
}  # fmt: skip
"""Table 0211 but for CNS 11643 (no codec), UTF-16 and UTF-32 (no bytes for MLLP), and what else
senders write."""
OF_ONE_BYTE: Final = frozenset({LATIN_1, "iso8859-1", "iso8859-9", "iso8859-15", "cp1252"})
"""Western sets, in which the bytes of another letter in UTF-8 are no two letters of any word."""
ASIAN: Final = frozenset({JAPANESE, "gb18030", "cp949", "cp950"})
"""Sets whose bytes are no words in any other: what they cannot read is not guessed."""
TO_JAPANESE: Final = (b"\x1b$B", b"\x1b$@", b"\x1b$(D", b"\x1b(I")
_ISO_8859: Final = re.compile(r"(?:iso)?8859(1[0135]|[1-9])")
_SIGNS_BETWEEN: Final = re.compile(r"[\s/_\-]+")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_CONTROL_BYTES: Final = bytes(sign for sign in (*range(32), 127) if sign not in b"\t\n\r")
_ESCAPE: Final = 27
_BUT_ESCAPE: Final = bytes(sign for sign in _CONTROL_BYTES if sign != _ESCAPE)
_HIGH_CONTROL: Final = re.compile(r"[\x80-\x9f]")

WHERE: Final = "MSH-18"


UNKNOWN: Final = "unknown_character_set"


@lru_cache(maxsize=64)
def codec_of(declared: str) -> str | None:
    """The codec of HL7's names (table 0211) or usual variants, one or several (`~ISO IR87`); None
    if one is unknown."""
    codecs = [_codec(name) for name in declared.split("~")]
    if None in codecs:
        return None
    return JAPANESE if JAPANESE in codecs else codecs[0]


def decoded(raw: bytes, declared: str) -> tuple[str, str, list[Problem]]:
    """The text, the codec that read it, and a warning where that was not what was declared.

    Nothing declared: UTF-8, otherwise Latin-1. Control signs other than line ends and tabs go. The
    warning `unknown_character_set`: the letters are not known, and nothing of it may be believed.
    """
    codec = codec_of(declared)
    if codec is None:
        return _unknown(raw)
    meant = _meant(raw, codec)
    text, used = _read(raw, meant)
    said = f"{'declares' if declared else 'is empty, which was read as'} {codec}"
    if meant in ASIAN and used != meant and (used == LATIN_1 or raw.isascii()):
        return text, used, [_unreadable(f"{said}, but not all bytes are letters of it")]
    if used == codec or (raw.isascii() and meant == codec):
        return text, used, []
    return text, used, [_warning("wrong_character_set", f"{said}, but the bytes are not")]


def is_unreadable(problems: Iterable[Problem]) -> bool:
    """Whether the letters of the message are not known: a name in it would be another."""
    return any(one.code == UNKNOWN and one.severity == Severity.WARNING for one in problems)


def _codec(name: str) -> str | None:
    plain = _SIGNS_BETWEEN.sub("", name).casefold()
    iso = _ISO_8859.fullmatch(plain)
    return f"iso8859-{iso[1]}" if iso else _NAMED.get(plain)


def _unknown(raw: bytes) -> tuple[str, str, list[Problem]]:
    """Plain letters are the same in all sets; others, and what leads to others, may be anything."""
    text, used = _read(raw, UTF_8)
    if raw.isascii() and not any(sign in raw for sign in _CONTROL_BYTES):
        said = "names a set not known here; the message holds plain letters only and was read."
        return text, used, [Problem(UNKNOWN, WHERE, said, Severity.INFORMATION)]
    return text, used, [_unreadable("names a set not known here")]


def _meant(raw: bytes, codec: str) -> str:
    """Bytes that are letters in UTF-8 are that, though a set of one byte each reads anything; an
    escape to Japanese is one."""
    if codec in OF_ONE_BYTE and not raw.isascii():
        return UTF_8 if _is_utf_8(raw) else codec
    is_japanese = codec in {UTF_8, ASCII} and any(sign in raw for sign in TO_JAPANESE)
    return JAPANESE if is_japanese else codec


def _is_utf_8(raw: bytes) -> bool:
    try:
        raw.decode(UTF_8)
    except UnicodeDecodeError:
        return False
    return True


def without_control_bytes(raw: bytes) -> bytes:
    """The bytes without those that are control signs in every character set we read."""
    return raw.translate(None, _CONTROL_BYTES)


def without_control_signs(text: str) -> str:
    """The text without signs that nobody sees and no database keeps."""
    return _CONTROL.sub("", text)


def _read(raw: bytes, codec: str) -> tuple[str, str]:
    bare = without_control_bytes(raw)
    for attempt in dict.fromkeys((codec, UTF_8)):
        try:
            if attempt == JAPANESE:
                return _japanese(raw), attempt
            return _with_western_quotes(bare, bare.decode(attempt), attempt), attempt
        except UnicodeDecodeError:
            continue
    return _with_western_quotes(bare, bare.decode(LATIN_1), LATIN_1), LATIN_1


def _japanese(raw: bytes) -> str:
    """Each line begins in ASCII, whatever the one before it ended in."""
    lines = raw.translate(None, _BUT_ESCAPE).splitlines(keepends=True)
    return without_control_signs("".join(line.decode(JAPANESE) for line in lines))


def _with_western_quotes(raw: bytes, text: str, codec: str) -> str:
    """Senders that declare Latin-1 mostly mean Windows-1252: typographic quotes and dashes."""
    if codec not in {LATIN_1, "iso8859-1"} or not _HIGH_CONTROL.search(text):
        return text
    western = raw.decode("cp1252", "replace")
    return text if "\ufffd" in western else western


def _warning(code: str, what: str) -> Problem:
    text = f"{what}; other letters than a to z may be wrong. Declare the set in MSH-18."
    return Problem(code, WHERE, text, Severity.WARNING)


def _unreadable(what: str) -> Problem:
    text = (
        f"{what}, and names could be read as others. It waits: declare the set in MSH-18, or name "
        "it in the mapping (character_set)."
    )
    return Problem(UNKNOWN, WHERE, text, Severity.WARNING)
