"""The words of a report: unpacked, without markup, the conclusion once."""

from base64 import b64decode
from html.parser import HTMLParser
from typing import Any

from surveillance.intake.fhir.document import Resource
from surveillance.intake.fhir.elements import objects, text
from surveillance.intake.fhir.problems import IssueType, Problem, note

BREAKING = frozenset({"br", "p", "div", "tr", "li", "h1", "h2", "h3", "h4", "table", "ul"})
READABLE = ("text/plain", "text/html", "application/xhtml+xml", "text/markdown")


class _Words(HTMLParser):
    """Markup to lines of text."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, _attrs: Any) -> None:
        self.hidden += tag in {"script", "style"}
        if tag in BREAKING:
            self.found.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in {"script", "style"} and self.hidden > 0
        if tag in BREAKING:
            self.found.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.found.append(data)


def report_text(report: Resource) -> str:
    """All readable forms, and the conclusion where they do not have it; else the narrative."""
    forms = [_unpacked(one) for one in objects(report.get("presentedForm")) if _readable(one)]
    written = "\n\n".join(filter(None, forms))
    conclusion = text(report.get("conclusion"))
    if conclusion and _bare(conclusion) not in _bare(written):
        written = f"{written}\n\nCONCLUSION: {conclusion}" if written else conclusion
    return written or _narrative(report)


def unread_forms(report: Resource, path: str) -> list[Problem]:
    """A remark for each form of the report that cannot be read here."""
    words = "Not read: send the report's text as text/plain in “data” (base64)."
    return [
        note(f"{path}.presentedForm[{index}]", words, IssueType.NOT_SUPPORTED)
        for index, form in enumerate(objects(report.get("presentedForm")))
        if not _readable(form)
    ]


def _readable(form: Resource) -> bool:
    return _media(form) in READABLE and bool(form.get("data"))


def _media(form: Resource) -> str:
    return text(form.get("contentType")).partition(";")[0].strip().lower()


def _unpacked(form: Resource) -> str:
    packed = b64decode("".join(form["data"].split()))
    words = _decoded(packed, text(form.get("contentType")))
    return words.strip() if _media(form) in ("text/plain", "text/markdown") else _unmarked(words)


def _decoded(packed: bytes, content_type: str) -> str:
    """By the charset that is named; else UTF-8, else Windows-1252 as old systems write."""
    _, _, named = content_type.lower().partition("charset=")
    for charset in (named.split(";")[0].strip(' "') or "utf-8", "utf-8", "cp1252"):
        try:
            return packed.decode(charset).replace("\x00", "")
        except (LookupError, ValueError):
            continue
    return packed.decode("latin-1").replace("\x00", "")


def _narrative(report: Resource) -> str:
    narrative = report.get("text")
    return _unmarked(text(narrative.get("div"))) if isinstance(narrative, dict) else ""


def _unmarked(markup: str) -> str:
    reader = _Words()
    reader.feed(markup)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.found).split("\n"))
    return "\n".join(line for line in lines if line)


def _bare(words: str) -> str:
    return "".join(words.split()).casefold()
