"""Finds sentences in our Python that people read and nobody translates.

A heuristic: two words with a space between them, or one word with a capital letter. What is not
shown (docstrings, logs, what only programmers see, names, patterns) is left out by where it stands.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.sources import ROOT, tree_of

SPEAKING = (
    "hepcalc_site/accounts.py",
    "hepcalc_site/second_factor.py",
    "hepcalc_site/single_sign_on.py",
    "hepcalc_site/urls.py",
    "patients/admin",
    "patients/models",
    "surveillance/admin",
    "surveillance/models",
    "surveillance/role_words.py",
    "surveillance/web",
)
"""Where words for pages are chosen: all their text is looked at."""
REFUSING = ("patients/workflows", "surveillance/workflows")
"""Here only refusals are shown; what else workflows write is kept, and kept in English."""
SENTENCE = re.compile(r"[A-Za-z]{2,}[,.:;’”]* [“(]?[A-Za-z]|^[A-Z][a-z]+[.:]?$")
BESIDE_A_VALUE = re.compile(r"[A-Za-z]{2,}[,.:;”]* [“(]?\{\}|\{\}[”)]?,? [“(]?[A-Za-z]{2,}")
NO_WORDS = re.compile(
    r"hc-|__|^%|SELECT |FROM \(|MAX\(|HTTP|^[\w-]+/[\w-]+|filename="
    r"|^(\s*[a-z]{2}\b)+\s*$|^HepCalc Surveillance$|^d mmm"
)
"""Classes of our style sheet, attributes, formats, types of content, codes, our name."""
UNITS = re.compile(r"\b(mm|ng/mL|UTC)\b")
TRANSLATING = frozenset({
    "_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy", "pgettext",
    "pgettext_lazy", "npgettext", "npgettext_lazy",
})  # fmt: skip
SILENT = frozenset({
    "cast", "TypeVar", "ParamSpec", "NewType", "getattr", "setattr", "hasattr", "compile",
    "count_words", "reverse", "path", "re_path", "split", "removeprefix", "removesuffix",
    "startswith", "endswith", "strftime", "strptime", "import_module", "RegexValidator",
    "CheckConstraint", "UniqueConstraint", "Index", "RunSQL", "RawSQL", "Meta", "salted_hmac",
})  # fmt: skip
LOGGING = frozenset({"debug", "info", "warning", "error", "exception", "critical"})
PROGRAMMERS = frozenset({
    "ValueError", "TypeError", "LookupError", "KeyError", "RuntimeError", "AssertionError",
    "NotImplementedError", "AttributeError", "ImproperlyConfigured", "Http404", "CommandError",
    "PermissionDenied",
})  # fmt: skip
NAMES = frozenset({
    "related_name", "db_table", "name", "code", "to", "on_delete", "template_name", "pattern",
    "through", "ordering", "permission", "key", "kind", "event", "action",
})  # fmt: skip
UNSPOKEN: dict[type[ast.AST], tuple[str, ...]] = {
    ast.AnnAssign: ("annotation",),
    ast.arg: ("annotation",),
    ast.AsyncFunctionDef: ("returns", "decorator_list"),
    ast.Dict: ("keys",),
    ast.FunctionDef: ("returns", "decorator_list"),
    ast.Subscript: ("slice",),
}
"""Parts of our syntax that nobody reads on a page."""


def speaking_modules() -> list[Path]:
    """Those whose text is for people."""
    return _modules(SPEAKING)


def refusing_modules() -> list[Path]:
    """Those whose refusals are for people."""
    return _modules(REFUSING)


def _modules(names: tuple[str, ...]) -> list[Path]:
    roots = (ROOT / name for name in names)
    found = (path for root in roots for path in ([root] if root.is_file() else root.rglob("*.py")))
    return sorted(path for path in found if "migrations" not in path.parts)


def english_in(path: Path) -> list[str]:
    """Every sentence of a speaking module that stands outside a translation."""
    return _sentences(tree_of(path))


def english_in_source(source: str) -> list[str]:
    """The same of a piece of Python."""
    return _sentences(ast.parse(source))


def english_refusals_in(path: Path) -> list[str]:
    """Every refusal that is written as it is."""
    raised = (node for node in ast.walk(tree_of(path)) if isinstance(node, ast.Raise))
    return [words for one in raised for words in _sentences(one)]


def _sentences(node: ast.AST) -> list[str]:
    return [words for words in _said(node) if _is_sentence(words)]


def _is_sentence(words: str) -> bool:
    words = UNITS.sub("", words)
    if NO_WORDS.search(words):
        return False
    return bool(SENTENCE.search(words) or BESIDE_A_VALUE.search(words))


def _said(node: ast.AST) -> Iterator[str]:
    """Text below a node, an f-string as one with {} for each value."""
    if isinstance(node, ast.JoinedStr):
        yield _joined(node)
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                yield from _said(part.value)
    elif isinstance(node, ast.Constant):
        if isinstance(node.value, str):
            yield node.value
    else:
        for child in _spoken_children(node):
            yield from _said(child)


def _joined(node: ast.JoinedStr) -> str:
    return "".join(
        str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values
    )


def _spoken_children(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Call):
        yield from _of_call(node)
    elif not _is_silent(node):
        for field, value in ast.iter_fields(node):
            if field not in UNSPOKEN.get(type(node), ()):
                yield from (one for one in _listed(value) if isinstance(one, ast.AST))


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _is_silent(node: ast.AST) -> bool:
    match node:
        case ast.Raise(exc=ast.Call(func=ast.Name(id=name))):
            return name in PROGRAMMERS
        case ast.Expr(value=ast.Constant()):  # a docstring
            return True
        case ast.Assign(targets=[ast.Name(id="__all__")]):
            return True
        case ast.FunctionDef(name="__str__"):  # an id for programmers, by house rule
            return True
        case ast.Assert() | ast.Compare() | ast.MatchValue():
            return True
    return False


def _of_call(call: ast.Call) -> Iterator[ast.AST]:
    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
    on = getattr(getattr(call.func, "value", None), "id", "")
    if name in TRANSLATING or name in SILENT or (on in ("log", "logger") and name in LOGGING):
        return
    if name == "get" and getattr(getattr(call.func, "value", None), "attr", "") == "headers":
        return
    yield call.func
    yield from call.args
    yield from (word.value for word in call.keywords if word.arg not in NAMES)
