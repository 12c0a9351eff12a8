"""What was told while there was no database to remember it: one small file on this machine.

Written anew and put in place at once, so that a reader never sees half of it. A machine on which it
cannot be written tells of the outage all the same; only the return is not told from there.
"""

import json
import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog

FILE = "failsafe-outage.json"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class OutageNote:
    """Since when the database has been away, and who has been told so, by the last time."""

    since: datetime
    told: dict[str, datetime]


def note_outage(folder: Path, *, told: Iterable[str], now: datetime) -> None:
    """Add that these recipients were told at `now`; the first note says since when."""
    known = read_outage(folder) or OutageNote(now, {})
    everybody = known.told | dict.fromkeys(told, now)
    text = json.dumps(
        {
            "since": known.since.isoformat(),
            "told": {name: at.isoformat() for name, at in everybody.items()},
        }
    )
    path = folder / FILE
    fresh = path.with_suffix(f".{os.getpid()}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(path)
    except OSError as error:
        log.warning("failsafe_note_not_written", folder=str(folder), reason=type(error).__name__)


def read_outage(folder: Path) -> OutageNote | None:
    """What was noted; None when nothing was, or nobody can read it any more."""
    try:
        noted = json.loads((folder / FILE).read_text(encoding="utf-8"))
        told = {name: datetime.fromisoformat(at) for name, at in noted["told"].items()}
        return OutageNote(datetime.fromisoformat(noted["since"]), told)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        log.warning("failsafe_note_not_read", folder=str(folder), reason=type(error).__name__)
        return None


def forget_outage(folder: Path) -> None:
    """Take the note away: the database remembers it now."""
    with suppress(OSError):
        (folder / FILE).unlink(missing_ok=True)
