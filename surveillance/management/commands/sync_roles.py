"""sync_roles: write the table of roles into Django's groups, for the stock admin."""

from typing import Any

from django.core.management.base import BaseCommand

from patients.workflows.sync_admin_groups import sync_admin_groups
from surveillance.roles import ADMIN_SITE


class Command(BaseCommand):
    """Safe to run at every start; running it twice changes nothing."""

    help = "Give the groups of administrators and auditors the permissions of the table of roles."

    def handle(self, *args: Any, **options: Any) -> None:
        """Write groups and members, and say how many people are in them."""
        people = sync_admin_groups(table=ADMIN_SITE)
        self.stdout.write(f"{len(ADMIN_SITE)} groups in step, {people} people in them")
