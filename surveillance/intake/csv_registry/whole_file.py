"""A whole file from its first row to its last, for a command that waits for the end."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from surveillance.intake.csv_registry.importing import (
    FileToRead,
    OpenRegistryFile,
    look_at,
    take_in,
)
from surveillance.registry.rows import RowProblem
from surveillance.workflows.note_import_progress import added

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@dataclass
class Outcome:
    """What became of a file: rows, refused rows, and counts by kind and outcome."""

    rows: int = 0
    refused: int = 0
    counts: dict[str, dict[str, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Listener:
    """Hears what is wrong as it is found, and how many rows of how many are done."""

    problems: Callable[[Sequence[RowProblem]], None] = lambda _problems: None
    progress: Callable[[int, int], None] = lambda _done, _rows: None


def import_file(
    file: FileToRead,
    *,
    dry_run: bool = False,
    listener: Listener,
    by: "User | None",
    now: datetime,
) -> Outcome:
    """Take the file in, or with `dry_run` only say what that would come to.

    Raises `FileRefused` if the file as a whole cannot be read.
    """
    outcome = Outcome()
    with OpenRegistryFile(file, now=now) as opened:
        for batch in opened.batches():
            if dry_run:
                taken = look_at(batch, opened.destination)
            else:
                taken = take_in(batch, opened.destination, by=by, now=now)
            listener.problems((*batch.problems, *taken.problems))
            outcome.rows += batch.rows
            outcome.refused += taken.refused + batch.unread
            outcome.counts = added(outcome.counts, taken.counts)
            listener.progress(outcome.rows, opened.rows)
    return outcome
