"""manage.py migrate, as Django has it, with SQLite's guards out of the way meanwhile."""

from typing import Any

from django.core.management.commands import migrate
from django.db import connections

from surveillance.owner_triggers import tables_free_to_change


class Command(migrate.Command):
    """Migrate; triggers that name two tables would keep SQLite from rebuilding either."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Take them away, migrate, put them back; also when a migration fails."""
        with tables_free_to_change(connections[options["database"]]):
            super().handle(*args, **options)
