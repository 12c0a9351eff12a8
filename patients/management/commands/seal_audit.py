"""seal_audit: seal what is unsealed, now."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from patients.workflows.seal_audit import seal_audit


class Command(BaseCommand):
    """The same as the task that beat wakes every few minutes."""

    help = "Seal the audit events that nobody has sealed yet."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--from-the-start looks through all of history, not only behind the newest seals."""
        parser.add_argument("--from-the-start", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Seal, and say how many."""
        sealed = seal_audit(now=timezone.now(), from_the_start=options["from_the_start"])
        self.stdout.write(f"{sealed} event(s) sealed")
