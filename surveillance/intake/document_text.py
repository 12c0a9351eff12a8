"""What an uploaded document is, told from its bytes, and the text in it."""

import io
from dataclasses import dataclass

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from surveillance.models import DocumentType

MOST_PAGES = 50
"""Of a document are read; a report is shorter."""
LONGEST_TEXT = 100_000
"""Signs."""


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
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    is_plain = all(sign.isprintable() or sign in "\n\r\t\f" for sign in text)
    return text.replace("\r\n", "\n").strip() if is_plain else None
