"""Every piece of text that the interface may show, in English, as the code names it."""

import importlib
import io
import pkgutil
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from babel.messages.extract import extract
from django.apps import apps
from django.conf import settings
from django.utils import translation
from django.utils.translation.template import templatize

from patients.table_names import CONTEXT, named_parts
from surveillance import protocol
from surveillance.protocol.addons import ADDONS
from surveillance.protocol.biopsy import BEYOND_SOURCE, SEEDING, SMALL_LESION
from surveillance.protocol.explain import fact_sentence
from surveillance.protocol.rules.table import RULES
from surveillance.protocol.terms import Term
from tests.architecture.sources import ROOT, modules

TEMPLATES = ROOT / "templates"
CODE = re.compile(r"(LR|US)-\w+|[IV]+[ab]?|\d\S*|[A-C]|PET-CT")
"""Labels that read the same in every language: categories, segments, classes."""
KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}


class Msgid(NamedTuple):
    """What is looked up: one text, or a singular and a plural; `context` tells homonyms apart."""

    words: tuple[str, ...]
    context: str | None = None


def all_msgids() -> set[Msgid]:
    """Of the code, of the templates, and of the vocabulary that pages translate by variable."""
    found = {one for path in (*modules(), *templates()) for one in msgids_in(path)}
    named = found | {Msgid((words,)) for words in vocabulary()} | set(names())
    plural = {(one.words[0], one.context) for one in named if len(one.words) > 1}
    # One entry serves both where the same word is also counted.
    return {one for one in named if len(one.words) > 1 or (one.words[0], one.context) not in plural}


def templates() -> tuple[Path, ...]:
    """Every template of ours, of pages and of messages."""
    return tuple(sorted(path for path in TEMPLATES.rglob("*") if path.is_file()))


def msgids_in(path: Path) -> Iterator[Msgid]:
    """Of one module or template."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        lines = templatize(text, origin=str(path)).splitlines()
        text = "\n".join(line.strip() for line in lines)  # a page's indentation is not Python's
    for _, words, _, context in extract("python", io.BytesIO(text.encode()), keywords=KEYWORDS):
        said = (words,) if isinstance(words, str) else tuple(words)
        if any(said):
            yield Msgid(said, context)


def vocabulary() -> Iterator[str]:
    """What the protocol says, which knows no translation: the labels of its terms, the titles and
    notes of its rules, the names of facts, and the sentences that stand beside an answer."""
    for module in pkgutil.walk_packages(protocol.__path__, f"{protocol.__name__}."):
        importlib.import_module(module.name)
    for term in Term.__subclasses__():
        yield from (member.label for member in term if not CODE.fullmatch(member.label))
    for rule in RULES.values():
        yield from (words for words in (rule.title, rule.note) if words)
        yield from _names_of(rule.facts)
    yield from ADDONS.values()
    yield from (SEEDING, SMALL_LESION, BEYOND_SOURCE)


def _names_of(facts: Iterable[str]) -> Iterator[str]:
    """'Liver risk' for risk; nothing where a fact has no name of its own."""
    for fact in facts:
        name = fact_sentence(fact, "").removesuffix(": .")
        if name != fact:
            yield name


def names() -> Iterator[Msgid]:
    """Of tables and fields, as the admin shows them."""
    with translation.override(settings.LANGUAGE_CODE):
        parts = [
            str(getattr(part, attribute))
            for app in ("patients", "surveillance")
            for part, attribute in named_parts(apps.get_app_config(app))
        ]
    yield from (Msgid((name,), CONTEXT) for name in parts)
