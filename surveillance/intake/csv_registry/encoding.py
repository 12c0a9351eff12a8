"""Bytes to text: which encoding, which separator, and the fingerprint of the file."""

import codecs
import csv
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from surveillance.intake.csv_registry.header import FileRefused, recognised
from surveillance.registry.rows import RowProblem

PIECE = 1 << 20
SEPARATORS = (",", ";", "\t", "|")
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
WESTERN = "cp1252"


@dataclass(frozen=True, slots=True)
class FileForm:
    """How a file is written. `digest` is SHA-256 (hex) of its bytes, `size` their number."""

    encoding: str
    separator: str
    digest: str
    size: int


def detect_form(path: Path) -> FileForm:
    """Read the file once, in pieces. Raises `FileRefused` if it is empty or not text.

    A byte order mark decides; otherwise the text is UTF-8 if all of it is, else Windows-1252.
    """
    digest, size = hashlib.sha256(), 0
    valid = codecs.getincrementaldecoder("utf-8")()
    is_utf8 = True
    start = b""
    for piece in _pieces(path):
        start = start or piece[:4]
        digest.update(piece)
        size += len(piece)
        is_utf8 = is_utf8 and _decodes(valid, piece)
    is_utf8 = is_utf8 and _decodes(valid, b"", final=True)
    encoding = _encoding(start, is_utf8=is_utf8)
    _refuse_unreadable(path, encoding, size)
    return FileForm(encoding, _separator(path, encoding), digest.hexdigest(), size)


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


def _decodes(decoder: codecs.IncrementalDecoder, piece: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(piece, final)
    except UnicodeDecodeError:
        return False
    return True


def _encoding(start: bytes, *, is_utf8: bool) -> str:
    for mark, encoding in MARKS:
        if start.startswith(mark):
            return encoding
    return "utf-8" if is_utf8 else WESTERN


def _refuse_unreadable(path: Path, encoding: str, size: int) -> None:
    if size == 0:
        raise _refusal("empty_file", "is empty", "Choose a file with a first row of column names")
    if encoding == "utf-8":
        return
    decoder = codecs.getincrementaldecoder(encoding)()
    lines = 1
    for piece in _pieces(path):
        if not _decodes(decoder, piece):
            raise _refusal(
                "unknown_encoding",
                f"is neither UTF-8 nor Windows-1252 (near line {lines})",
                "Save it again as “CSV UTF-8”",
            )
        lines += piece.count(b"\n")


def _separator(path: Path, encoding: str) -> str:
    """The separator under which most names of the first row are columns of ours."""
    with path.open(encoding=encoding, newline="") as file:
        first = file.readline(100_000)
    if "\x00" in first:
        raise _refusal("not_text", "is not a text file", "Save the table as CSV")
    found = {mark: recognised(next(csv.reader([first], delimiter=mark))) for mark in SEPARATORS}
    return max(SEPARATORS, key=lambda mark: found[mark])


def _refusal(code: str, message: str, cure: str) -> FileRefused:
    return FileRefused(RowProblem(1, "", "", code, message, cure))
