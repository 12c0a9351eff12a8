"""Prints docs/hl7v2-mapping.md: `manage.py print_hl7v2_mapping > docs/hl7v2-mapping.md`."""

from typing import Any

from django.core.management.base import BaseCommand

from surveillance.intake.hl7v2.mapping_page import mapping_page


class Command(BaseCommand):
    """The page about mappings of HL7 v2 feeds, from the table of keys."""

    help = "Print the documentation of mappings of HL7 v2 feeds (docs/hl7v2-mapping.md)."
    requires_system_checks = ()

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Print the page."""
        self.stdout.write(mapping_page(), ending="")
