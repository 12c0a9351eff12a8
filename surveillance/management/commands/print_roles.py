"""Prints docs/roles.md: `manage.py print_roles > docs/roles.md`."""

from typing import Any

from django.core.management.base import BaseCommand

from surveillance.role_words import as_markdown


class Command(BaseCommand):
    """The table of roles in words, as Markdown."""

    help = "Print who may do what."
    requires_system_checks: list[str] = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Print it."""
        self.stdout.write(as_markdown(), ending="")
