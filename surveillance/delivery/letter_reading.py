"""Reads a run of letters back from a PDF, ours or a print house's, and compares it."""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_noop
from pypdf import PdfReader

from surveillance.models import Letter
from surveillance.protocol.mailing import ALPHABET

CODE = re.compile(rf"\b[{ALPHABET}]{{4}}-[{ALPHABET}]{{4}}\b")


UNREADABLE: Final = gettext_noop(
    "The file cannot be read as a PDF with text. Ask for the PDF that was printed, not a scan or a "
    "picture of it."
)


class NotReadable(Exception):
    """The file is no PDF whose text can be read; the message says what to do."""


@dataclass(frozen=True, slots=True)
class SheetRead:
    """One page: whose letter should be there (None: the run has no such sheet) and whose is.

    `found` is None when the page carries no code of this run, `has_address` whether recipient and
    address on the page are those of the letter whose code it carries.
    """

    page: int
    expected: Letter | None
    found: Letter | None
    has_address: bool

    @property
    def is_right(self) -> bool:
        """The letter that the manifest names, with its own address."""
        return self.found is not None and self.found == self.expected and self.has_address


def verify_letters(pdf: bytes, letters: Sequence[Letter]) -> tuple[SheetRead, ...]:
    """Page by page against the letters in order; sheets that are missing at the end come last."""
    pages = read_pages(pdf)
    by_code = {letter.code: letter for letter in letters}
    sheets = []
    for number in range(1, max(len(pages), len(letters)) + 1):
        text = pages[number - 1] if number <= len(pages) else ""
        expected = letters[number - 1] if number <= len(letters) else None
        codes = [code for code in CODE.findall(text) if code in by_code]
        found = by_code[codes[0]] if codes else None
        sheets.append(SheetRead(number, expected, found, _is_addressed(found, text)))
    return tuple(sheets)


def read_pages(pdf: bytes) -> list[str]:
    """The text of each page. Raises NotReadable."""
    try:
        return [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]
    except Exception as error:
        # Whatever a broken file leads the library to: it was somebody else's, and is not kept.
        raise NotReadable(UNREADABLE) from error


def _is_addressed(letter: Letter | None, text: str) -> bool:
    if letter is None:
        return False
    page = _run_together(text)
    lines = [letter.recipient, *letter.address.splitlines()]
    return all(_run_together(line) in page for line in lines)


def _run_together(text: str) -> str:
    """Without spaces: where a PDF breaks and joins words is a matter of its maker."""
    return re.sub(r"\s+", "", text)
