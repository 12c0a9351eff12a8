"""manage.py check_failsafe: what must never be. Exit status 1 if anything is found."""

import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from surveillance.failsafe import find_all


class Command(BaseCommand):
    """Print every finding with its subjects and its cure."""

    help = "Prints what must never be (lost lesions, silent sweeps, stuck messages …)."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Read the clock, ask, print."""
        findings = find_all(now=timezone.now())
        for finding in findings:
            self.stdout.write(f"{finding.code} ({finding.count}): {finding.sentence}")
            for subject in finding.subject_ids:
                self.stdout.write(f"    {subject}")
            if finding.count > len(finding.subject_ids):
                self.stdout.write(f"    … and {finding.count - len(finding.subject_ids)} more")
            self.stdout.write(f"    Cure: {finding.cure}")
        if findings:
            sys.exit(1)
        self.stdout.write("Nothing found.")
