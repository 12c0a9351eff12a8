"""An empty, migrated SQLite file, made once and copied by whoever needs one: migrating takes
seconds, and dozens of tests and processes begin with it.

It lies in pytest's cache (`--cache-clear` removes it) beside a digest of what it was made from:
after any change to a module of ours, or to what is installed, it is made anew.
"""

import fcntl
import hashlib
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.faults.processes import ROOT, manage

Committed = Callable[[], AbstractContextManager[None]]
"""What the fixture `committed` gives."""

DATABASE = "hepcalc.sqlite3"
PACKAGES = ("hepcalc_site", "patients", "surveillance")


def copy_empty_database(kept: Path, copy: Path) -> None:
    """Put a copy at `copy`. Processes that ask at once wait for the first one to make it."""
    made_from, now = kept / "made_from.txt", _digest()
    with (kept / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made_from.exists() or made_from.read_text() != now:
            made_from.unlink(missing_ok=True)
            _make(kept)
            made_from.write_text(now)
        shutil.copy(kept / DATABASE, copy)


def _digest() -> str:
    """Of every module of ours, of what is installed, and of the SQLite that writes the file."""
    found = hashlib.sha256(sqlite3.sqlite_version.encode())
    modules = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    for path in (*modules, ROOT / ".requirements/dev.txt"):
        found.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return found.hexdigest()


def _make(kept: Path) -> None:
    """As an installation makes it: `manage.py migrate` in an empty folder."""
    with TemporaryDirectory(dir=kept) as folder:
        made = Path(folder) / DATABASE
        done = manage(made.parent, "migrate", "--verbosity", "0")
        assert done.returncode == 0, done.stderr
        with closing(sqlite3.connect(made)) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        made.replace(kept / DATABASE)
