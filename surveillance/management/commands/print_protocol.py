"""print_protocol: the protocol as a document, from the code that decides (docs/protocol.md)."""

from typing import Any

from django.core.management.base import BaseCommand

from surveillance.protocol.handbook import handbook


class Command(BaseCommand):
    help = "Print the protocol: rules, citations, windows, parameters, add-ons, ladder."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(handbook(), ending="")
