"""What the architecture tests read: our own files, as git knows them, and their syntax trees."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("hepcalc_site", "patients", "surveillance")


@cache
def committed_files() -> tuple[Path, ...]:
    """Every file that git tracks and that is still there."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
    ).stdout
    files = (ROOT / name for name in listed.split("\0") if name)
    return tuple(path for path in files if path.is_file())


@cache
def modules() -> tuple[Path, ...]:
    """Our Python modules, without migrations and tests."""
    found = (path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    return tuple(sorted(path for path in found if "migrations" not in path.parts))


@cache
def tree_of(path: Path) -> ast.Module:
    """A module's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def name_of(path: Path) -> str:
    """A path as people write it: from the top of the project."""
    return path.relative_to(ROOT).as_posix()


def calls_in(path: Path) -> Iterator[ast.Call]:
    """Every call in a module."""
    return (node for node in ast.walk(tree_of(path)) if isinstance(node, ast.Call))


def functions_in(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function in a module, inner ones too."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
