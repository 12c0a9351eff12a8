"""What an uploaded document is, told from its bytes, and the text in it."""

import codecs
import io
from dataclasses import dataclass

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from surveillance.models import DocumentType

MOST_PAGES = 50
"""Of a document are read; a report is shorter."""
LONGEST_TEXT = 100_000
"""Signs."""
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
WESTERN = "cp1252"


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """`text` is empty where the document holds none: a scan is a picture."""

    media_type: DocumentType
    text: str


def read_document(content: bytes) -> ReadDocument | None:
    """The kind of the document and its text; None where it is neither PDF nor plain text.

    Nothing in the document is run, and a PDF that cannot be read has no text.
    """
    if content.startswith(b"%PDF-"):
        return ReadDocument(DocumentType.PDF, _pdf_text(content)[:LONGEST_TEXT])
    text = _plain_text(content)
    return None if text is None else ReadDocument(DocumentType.TEXT, text[:LONGEST_TEXT])


def _pdf_text(content: bytes) -> str:
    try:
        pages = PdfReader(io.BytesIO(content)).pages[:MOST_PAGES]
        return "\n".join(page.extract_text() for page in pages).replace("\x00", "").strip()
    except (PyPdfError, ValueError, KeyError, TypeError, RecursionError, IndexError):
        return ""


def _plain_text(content: bytes) -> str | None:
    """A byte order mark decides; else UTF-8 if all of it is, else Windows-1252 (with Latin-1)."""
    text = _decoded(content)
    is_plain = all(sign.isprintable() or sign in "\n\r\t\f\xa0\xad" for sign in text)
    return text.replace("\r\n", "\n").strip() if is_plain else None


def _decoded(content: bytes) -> str:
    for mark, codec in MARKS:
        if content.startswith(mark):
            return content.decode(codec, errors="replace")
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content.decode(WESTERN, errors="replace")
