"""Bytes to text, by what MSH-18 declares."""

import re
from functools import lru_cache
from typing import Final

from surveillance.intake.hl7v2.problems import Problem, Severity

UTF_8: Final = "utf-8"
LATIN_1: Final = "latin-1"
ASCII: Final = "ascii"

_NAMED: Final = {
    "": UTF_8, "ascii": ASCII, "usascii": ASCII, "isoir6": ASCII, "unicodeutf8": UTF_8,
    "utf8": UTF_8, "unicode": UTF_8, "isoir192": UTF_8, "isoir100": LATIN_1, "latin1": LATIN_1,
    "isoir101": "iso8859-2", "isoir109": "iso8859-3", "isoir110": "iso8859-4",
    "isoir144": "iso8859-5", "isoir127": "iso8859-6", "isoir126": "iso8859-7",
    "isoir138": "iso8859-8", "isoir148": "iso8859-9", "windows1252": "cp1252", "cp1252": "cp1252",
}  # fmt: skip
_ISO_8859: Final = re.compile(r"(?:iso)?8859(1[0135]|[1-9])")
_SIGNS_BETWEEN: Final = re.compile(r"[\s/_\-]+")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_CONTROL_BYTES: Final = bytes(sign for sign in (*range(32), 127) if sign not in b"\t\n\r")
_HIGH_CONTROL: Final = re.compile(r"[\x80-\x9f]")

WHERE: Final = "MSH-18"


@lru_cache(maxsize=64)
def codec_of(declared: str) -> str | None:
    """The codec of HL7's name (table 0211) or a usual variant of it; None if it is unknown."""
    name = _SIGNS_BETWEEN.sub("", declared).casefold()
    iso = _ISO_8859.fullmatch(name)
    return f"iso8859-{iso[1]}" if iso else _NAMED.get(name)


def decoded(raw: bytes, declared: str) -> tuple[str, str, list[Problem]]:
    """The text, the codec that read it, and a warning where that was not what was declared.

    Nothing declared: UTF-8, otherwise Latin-1. Control signs other than line ends and tabs go.
    """
    codec = codec_of(declared)
    problems = [] if codec else [_warning("unknown_character_set", "names a set not known here")]
    text, used = _read(without_control_bytes(raw), codec or UTF_8)
    if codec and used != codec and not raw.isascii():
        said = "declares" if declared else "is empty, which was read as"
        problems.append(_warning("wrong_character_set", f"{said} {codec}, but the bytes are not"))
    return text, used, problems


def without_control_bytes(raw: bytes) -> bytes:
    """The bytes without those that are control signs in every character set we read."""
    return raw.translate(None, _CONTROL_BYTES)


def without_control_signs(text: str) -> str:
    """The text without signs that nobody sees and no database keeps."""
    return _CONTROL.sub("", text)


def _read(raw: bytes, codec: str) -> tuple[str, str]:
    for attempt in dict.fromkeys((codec, UTF_8)):
        try:
            return _with_western_quotes(raw, raw.decode(attempt), attempt), attempt
        except UnicodeDecodeError:
            continue
    return _with_western_quotes(raw, raw.decode(LATIN_1), LATIN_1), LATIN_1


def _with_western_quotes(raw: bytes, text: str, codec: str) -> str:
    """Senders that declare Latin-1 mostly mean Windows-1252: typographic quotes and dashes."""
    if codec not in {LATIN_1, "iso8859-1"} or not _HIGH_CONTROL.search(text):
        return text
    western = raw.decode("cp1252", "replace")
    return text if "\ufffd" in western else western


def _warning(code: str, what: str) -> Problem:
    text = f"{what}; other letters than a to z may be wrong. Declare the set in MSH-18."
    return Problem(code, WHERE, text, Severity.WARNING)
