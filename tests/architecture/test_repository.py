"""What is committed: links that resolve, locks with hashes, no address of a package index."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, committed_files, name_of

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
# Written in pieces, so that this file does not find itself.
INDEX_HOSTS = re.compile(
    "|".join(["pypi" + r"\.org", "python" + "hosted", "registry" + r"\.npmjs", "deb" + r"\.debian"])
)
LOCKS = sorted((ROOT / ".requirements").glob("*.txt"))
TOO_LARGE_TO_READ = 5_000_000


def text_of(path: Path) -> str:
    """A file's text; nothing for pictures and the like."""
    if path.stat().st_size > TOO_LARGE_TO_READ:
        return ""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def test_links_in_documents_resolve() -> None:
    broken = [
        f"{name_of(page)}: {target}"
        for page in committed_files()
        if page.suffix == ".md"
        for target in LINK.findall(text_of(page))
        if "://" not in target
        and not target.startswith(("#", "mailto:"))
        and not (page.parent / target.split("#")[0]).exists()
    ]

    assert not broken


def test_no_address_of_a_package_index_is_committed() -> None:
    found = [name_of(path) for path in committed_files() if INDEX_HOSTS.search(text_of(path))]

    assert not found


def test_style_sheets_and_scripts_name_only_files_that_exist(tmp_path: Path) -> None:
    """Production serves files under names with their hash; a missing one stops the start."""
    collected = subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--noinput"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "ENV_FILE": "/nowhere", "STATIC_ROOT": str(tmp_path)},
        capture_output=True,
        text=True,
    )

    assert collected.returncode == 0, collected.stderr
    assert (tmp_path / "staticfiles.json").is_file()


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_locked_package_has_a_hash(lock: Path) -> None:
    entries = re.split(r"\n(?=\S)", lock.read_text(encoding="utf-8").strip())

    assert entries
    assert all("==" in entry and "--hash=sha256:" in entry for entry in entries)


def test_the_runtime_lock_is_part_of_the_development_lock() -> None:
    runtime, dev = (
        set(re.findall(r"^(\S+==\S+)", (ROOT / f".requirements/{name}.txt").read_text(), re.M))
        for name in ("runtime", "dev")
    )

    assert runtime
    assert runtime <= dev


def test_every_dependency_says_what_it_is_for() -> None:
    lines = (ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    requirement = re.compile(r'^    "[A-Za-z][\w.\[\]-]*([<>=].*)?",')

    silent = [line for line in lines if requirement.match(line) and "#" not in line]

    assert not [line for line in silent if re.search(r"[<>=]", line)]
