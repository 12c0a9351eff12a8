"""The words of a report: unpacked, without markup, the conclusion once."""

from base64 import b64decode
from collections.abc import Iterable
from html.parser import HTMLParser
from typing import Any, Final

from surveillance.intake.fhir.document import Resource
from surveillance.intake.fhir.elements import codes, objects, text
from surveillance.intake.fhir.problems import IssueType, Problem, note

BREAKING = frozenset({"br", "p", "div", "tr", "li", "h1", "h2", "h3", "h4", "table", "ul"})
REPORT_IN_GENERAL: Final = frozenset({"report", "text", "narrative", "study report"})
"""Names of results that are no heading."""
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


def report_text(report: Resource, results: Iterable[Resource] = ()) -> str:
    """All readable forms and what the `results` say in words, else the narrative; then the
    conclusion, in words and of its codes. Each where it is not said yet."""
    forms = [_unpacked(one) for one in objects(report.get("presentedForm")) if _readable(one)]
    written = "\n\n".join(filter(None, forms))
    for result in results:
        written = _with(written, _said(result), _heading(result))
    written = written or _narrative(report)
    coded = [_of_concept(one) for one in objects(report.get("conclusionCode"))]
    for conclusion in (text(report.get("conclusion")), *coded):
        written = _with(written, conclusion, "CONCLUSION" if written else "")
    return written


def _with(written: str, said: str, heading: str) -> str:
    """The text with one more part, unless it says that already."""
    if not said or _bare(said) in _bare(written):
        return written
    part = f"{heading}: {said}" if heading else said
    return f"{written}\n\n{part}" if written else part


def _said(result: Resource) -> str:
    return text(result.get("valueString"))


def _heading(result: Resource) -> str:
    name = _of_concept(result.get("code"))
    return "" if name.lower() in REPORT_IN_GENERAL else name.upper()


def _of_concept(concept: Any) -> str:
    """Its text, else its displays; a bare code is no word."""
    for one in objects(concept):
        if found := text(one.get("text")) or "; ".join(c.display for c in codes(one) if c.display):
            return found
    return ""


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
