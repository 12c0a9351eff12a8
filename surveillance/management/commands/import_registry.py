"""Takes in a registry file: `manage.py import_registry FILE.csv`."""

import sys
import time
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from patients.models import Site
from surveillance.intake.csv_registry.header import FileRefused
from surveillance.intake.csv_registry.importing import FileToRead
from surveillance.intake.csv_registry.summary import sentence, table_text, write_errors
from surveillance.intake.csv_registry.values import BadDateFormat, DateFormat
from surveillance.intake.csv_registry.whole_file import Listener, Outcome, import_file
from surveillance.registry.rows import RowProblem

SHOWN = 200


class Command(BaseCommand):
    """Prints what was created, changed, left unchanged and refused; exit status 1 if anything
    was refused."""

    help = "Import a registry file: one row per exam and lesion (columns: docs/registry-file.md)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The arguments of the command line."""
        parser.add_argument("file", type=Path, help="the CSV file")
        parser.add_argument("--dry-run", action="store_true", help="write nothing, say what would")
        parser.add_argument("--site", default="", metavar="SLUG", help="site of every row")
        parser.add_argument("--date-format", default="", help="for example DD/MM/YYYY; ISO always")
        parser.add_argument("--progress", action="store_true", help="show how far it has come")
        parser.add_argument("--errors", type=Path, metavar="FILE", help="all errors as a CSV file")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Import, then say what became of the file."""
        problems = _Problems(options["errors"])
        progress = self._progress if options["progress"] else lambda _done, _rows: None
        self.begun = time.monotonic()
        try:
            outcome = import_file(
                _file(options),
                dry_run=options["dry_run"],
                listener=Listener(problems.take, progress),
                by=None,
                now=timezone.now(),
            )
        except FileRefused as refused:
            raise CommandError("\n".join(map(sentence, refused.problems))) from refused
        finally:
            problems.close()
        self._report(outcome, problems, dry_run=options["dry_run"])

    def _progress(self, done: int, rows: int) -> None:
        rate = done / max(time.monotonic() - self.begun, 0.001)
        self.stderr.write(f"{done:,} of {rows:,} rows, {rate:,.0f} rows/s")

    def _report(self, outcome: Outcome, problems: "_Problems", *, dry_run: bool) -> None:
        for problem in problems.first:
            self.stderr.write(f"{problem.severity}: {sentence(problem)}")
        if problems.count > SHOWN:
            more = problems.count - SHOWN
            self.stderr.write(f"... and {more:,} more; --errors FILE writes them all.")
        went = "would go in" if dry_run else "went in"
        self.stdout.write("\n".join(table_text(outcome.counts)))
        self.stdout.write(
            f"{outcome.rows:,} rows: {outcome.rows - outcome.refused:,} {went}, "
            f"{outcome.refused:,} refused."
        )
        if outcome.refused:
            sys.exit(1)


class _Problems:
    """The first problems by line, for the screen; all of them into a file, as they come."""

    def __init__(self, path: Path | None) -> None:
        self.first: list[RowProblem] = []
        self.count = 0
        self._file = path.open("w", encoding="utf-8-sig", newline="") if path else None
        if self._file:
            write_errors((), self._file)

    def take(self, problems: Sequence[RowProblem]) -> None:
        self.count += len(problems)
        self.first = sorted([*self.first, *problems], key=lambda problem: problem.line)[:SHOWN]
        if self._file:
            write_errors(problems, self._file, header=False)

    def close(self) -> None:
        if self._file:
            self._file.close()


def _file(options: dict[str, Any]) -> FileToRead:
    path: Path = options["file"]
    if not path.is_file():
        raise CommandError(f"There is no file {path}.")
    sites = {site.slug: site for site in Site.objects.all()}
    if options["site"] and options["site"] not in sites:
        known = ", ".join(sorted(sites)) or "none yet"
        raise CommandError(f"There is no site {options['site']}. Sites: {known}.")
    try:
        dates = DateFormat.declared(options["date_format"])
    except BadDateFormat as bad:
        raise CommandError(str(bad)) from bad
    return FileToRead(path, sites, dates, options["site"])
