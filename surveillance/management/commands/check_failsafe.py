"""manage.py check_failsafe: what must never be. Exit status 1 if anything is found.

Needs no worker, beat or broker: run it from a timer of the machine, beside Celery, so that their
death is told too.
"""

import sys
from argparse import ArgumentParser
from collections.abc import Iterable
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from surveillance.failsafe import Finding, find_all
from surveillance.workflows.watch_failsafe import watch_failsafe


class Command(BaseCommand):
    """Print every finding with its subjects and its cure; keep it; tell those who answer for it."""

    help = "Prints what must never be (lost lesions, silent sweeps, stuck messages …)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--print-only: for a look by hand."""
        parser.add_argument(
            "--print-only", action="store_true", help="keep nothing and tell nobody"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Read the clock, ask, print."""
        if options["print_only"]:
            findings, is_unheard = tuple(find_all(now=timezone.now())), False
        else:
            watched = watch_failsafe(now=timezone.now(), clock=timezone.now)
            findings, is_unheard = watched.findings, watched.told.is_unheard
        self._print(findings)
        if is_unheard:
            self.stderr.write(
                "Nobody could be told. Set FAILSAFE_EMAILS or FAILSAFE_WEBHOOK_URL, and see "
                "whether EMAIL_URL answers."
            )
        if findings or is_unheard:
            sys.exit(1)
        self.stdout.write("Nothing found.")

    def _print(self, findings: Iterable[Finding]) -> None:
        for finding in findings:
            self.stdout.write(f"{finding.code} ({finding.count}): {finding.sentence}")
            if finding.site_name:
                self.stdout.write(f"    Site: {finding.site_name}")
            for subject, note in zip(finding.subject_ids, finding.notes, strict=True):
                self.stdout.write(f"    {subject}" + (f" ({note})" if note else ""))
            if finding.count > len(finding.subject_ids):
                self.stdout.write(f"    … and {finding.count - len(finding.subject_ids)} more")
            owner = finding.owner.name if finding.owner else "nobody in post"
            self.stdout.write(f"    Answers for it: {owner}")
            self.stdout.write(f"    Cure: {finding.cure}")
