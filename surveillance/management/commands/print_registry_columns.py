"""Prints docs/registry-file.md: `manage.py print_registry_columns > docs/registry-file.md`."""

from typing import Any

from django.core.management.base import BaseCommand

from surveillance.intake.csv_registry.documentation import registry_file_page


class Command(BaseCommand):
    """The page about registry files, from the table of columns."""

    help = "Print the documentation of registry files (docs/registry-file.md)."
    requires_system_checks = ()

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Print the page."""
        self.stdout.write(registry_file_page(), ending="")
