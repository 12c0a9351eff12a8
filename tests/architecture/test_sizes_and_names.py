"""Small files, small functions, rooms with names."""

import ast
import io
import tokenize
from pathlib import Path

from tests.architecture.sources import functions_in, modules, name_of

LONGEST_FUNCTION = 40
LONGEST_FILE = 300
# One table each, read from top to bottom; cutting it in two would hide what is missing.
TABLES = {"surveillance/protocol/parameters.py", "surveillance/protocol/citations.py"}
VAGUE = {"utils", "util", "helpers", "helper", "common", "services", "service", "misc", "base"}


def lines_of_code(path: Path) -> int:
    """Lines that hold code: neither blank, nor comment, nor docstring."""
    text = path.read_text(encoding="utf-8")
    skipped = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT,
               tokenize.ENDMARKER, tokenize.ENCODING}  # fmt: skip
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        is_docstring = token.type == tokenize.STRING and token.line.strip().startswith(('"""', "'"))
        if token.type not in skipped and not is_docstring:
            lines.update(range(token.start[0], token.end[0] + 1))
    return len(lines)


def length_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function's body, without its signature and its docstring."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (function.end_lineno or 0) - body[0].lineno + 1 if body else 0


def test_no_function_is_longer_than_forty_lines() -> None:
    found = [
        f"{name_of(path)}:{function.lineno} {function.name}: {length_of(function)} lines"
        for path in modules()
        for function in functions_in(path)
        if length_of(function) > LONGEST_FUNCTION
    ]

    assert not found, "\n".join(found)


def test_no_file_is_longer_than_three_hundred_lines_of_code() -> None:
    sizes = {name_of(path): lines_of_code(path) for path in modules()}

    long = {name: size for name, size in sizes.items() if size > LONGEST_FILE}
    assert set(long) <= TABLES, long


def test_every_module_says_what_it_is_for() -> None:
    assert not [name_of(path) for path in modules() if path.stem in VAGUE]
