"""A command on a database that was never made, or is behind the code, says what to run."""

from pathlib import Path
from typing import Final

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

MADE_BY: Final = ".venv/bin/python manage.py migrate"


def what_to_run() -> str:
    """Which command makes the database, or brings it up to the code; empty: it is neither."""
    try:
        executor = MigrationExecutor(connection)
        is_behind = bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
        is_new = not executor.loader.applied_migrations
    except DatabaseError:
        is_behind = is_new = _is_missing_file()
    if not is_behind:
        return ""
    said = "There is no database yet" if is_new else "The database is older than this version"
    return f"{said}. Run: {MADE_BY}"


def _is_missing_file() -> bool:
    name = connection.settings_dict["NAME"]
    return connection.vendor == "sqlite" and not Path(name).exists()
