"""Finds what a template says in plain English, outside {% translate %} and {% blocktranslate %}."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from django.template.base import Lexer, Token, TokenType

from tests.translation.msgids import TEMPLATES

ENGLISH_BY_DESIGN = ("account/email/", "letters/", "notifications/")
"""What is sent or printed for patients and staff: it has versions by language of its own."""
NO_LANGUAGE = re.compile(
    r"\b(HepCalc( Surveillance)?|MRN|AFP|MRI|CT|CSV|JSON|FHIR|XLSX|PDF|mm)\b|\bhc-[\w-]+"
)
SHOWN = ("alt", "aria-description", "aria-label", "hx-confirm", "label", "placeholder", "title")
SENTENCE = re.compile(r"[A-Za-z]{2,}[,.:;]? [A-Za-z]")
WORDS = re.compile(r"[^\W\d_]{2,}")
NOT_READ = frozenset({"script", "style", "code", "kbd", "pre"})
VOID = frozenset({"area", "br", "col", "hr", "img", "input", "link", "meta", "path", "circle"})
LITERAL = re.compile(r"""(?<!_\()(["'])(?P<words>.*?)\1""")
SPEAKING_FILTER = re.compile(
    r"""\|(?:pluralize\b|(?:default|default_if_none|yesno|add):"[^"]*[A-Za-z]{2})"""
)


def pages() -> list[Path]:
    """Every template of a page."""
    found = (path for path in TEMPLATES.rglob("*.html") if path.is_file())
    names = ((path, path.relative_to(TEMPLATES).as_posix()) for path in found)
    return sorted(path for path, name in names if not name.startswith(ENGLISH_BY_DESIGN))


def english_in(path: Path) -> list[str]:
    """What the page would say in English to everybody."""
    return english_in_text(path.read_text(encoding="utf-8"))


def english_in_text(source: str) -> list[str]:
    """The same of a template's source."""
    tokens = Lexer(source).tokenize()
    reader = _Reader()
    reader.feed("".join(_page(tokens)))
    reader.close()
    return [*reader.found, *_in_tags(tokens)]


def _page(tokens: list[Token]) -> Iterator[str]:
    """The page without what templates say in their own tags; translated words are left out."""
    until = ""
    for token in tokens:
        name = token.contents.split()[0] if token.contents.split() else ""
        if until:
            until = "" if token.token_type == TokenType.BLOCK and name == until else until
        elif token.token_type == TokenType.TEXT:
            yield token.contents
        elif token.token_type == TokenType.BLOCK and name in ("blocktranslate", "comment"):
            until = f"end{name}"


def _in_tags(tokens: list[Token]) -> Iterator[str]:
    """Words handed on by a tag, and words that a filter makes."""
    for token in tokens:
        if token.token_type == TokenType.BLOCK and token.contents.startswith(("include ", "with ")):
            said = (match["words"] for match in LITERAL.finditer(token.contents))
            yield from (words for words in said if SENTENCE.search(words))
        if token.token_type in (TokenType.BLOCK, TokenType.VAR):
            yield from (match[0] for match in SPEAKING_FILTER.finditer(token.contents))


class _Reader(HTMLParser):
    """Collects what people read, except inside elements marked as English."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[tuple[str, bool]] = []
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        is_passed = self._is_passed() or tag in NOT_READ
        is_passed = is_passed or (tag != "html" and said.get("lang") == "en")
        if not is_passed:
            self.found.extend(f"{name}={words}" for name, words in attrs if _is_shown(name, words))
        if tag not in VOID:
            self.open.append((tag, is_passed))

    def handle_endtag(self, tag: str) -> None:
        names = [name for name, _ in self.open]
        if tag in names:
            del self.open[len(names) - 1 - names[::-1].index(tag) :]

    def handle_data(self, data: str) -> None:
        words = " ".join(data.split())
        if not self._is_passed() and _speaks(words):
            self.found.append(words)

    def _is_passed(self) -> bool:
        return bool(self.open) and self.open[-1][1]


def _is_shown(name: str, words: str | None) -> bool:
    if name in SHOWN:
        return _speaks(words or "")
    return name.startswith("data-") and bool(SENTENCE.search(words or ""))


def _speaks(words: str) -> bool:
    return bool(WORDS.search(NO_LANGUAGE.sub("", words)))
