"""What every test shares: hypothesis profiles, and tables that can be emptied between tests."""

import os
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import caches
from django.db import connection
from django.utils import translation
from hypothesis import HealthCheck, settings

SLOW_MACHINE = [HealthCheck.too_slow, HealthCheck.data_too_large]
settings.register_profile("dev", max_examples=40, deadline=None, suppress_health_check=SLOW_MACHINE)
settings.register_profile(
    "test", max_examples=100, deadline=None, suppress_health_check=SLOW_MACHINE
)
# The gate tries the same examples every time, so that what passed once is not refused by chance;
# "dev" and "test" go on looking for new ones.
settings.register_profile(
    "ci",
    max_examples=2000,
    deadline=None,
    derandomize=True,
    suppress_health_check=SLOW_MACHINE,
    print_blob=True,
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))


@pytest.fixture(autouse=True)
def _language() -> Iterator[None]:
    """A page asked for in Spanish leaves its thread in Spanish until another page is asked for."""
    yield
    translation.deactivate()


@pytest.fixture
def fresh_cache() -> None:
    """An empty cache, without emptying the Redis that other processes use meanwhile."""
    caches["default"].key_prefix = f"test-{uuid.uuid4()}"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Let SQLite empty frozen tables after a transactional test.

    Append-only tables refuse DELETE by trigger, and DELETE is how SQLite flushes (PostgreSQL
    truncates). The flush, and only it, drops the triggers and makes them again.
    """
    if connection.vendor != "sqlite":
        yield
        return
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = cursor.fetchall()
    operations = type(connection.ops)  # every connection's: beside a browser Django opens another
    plain_flush = operations.sql_flush

    def flush(self: Any, *args: Any, **kwargs: Any) -> list[str]:
        dropped = [f'DROP TRIGGER IF EXISTS "{name}"' for name, _sql in triggers]
        return [*dropped, *plain_flush(self, *args, **kwargs), *(sql for _name, sql in triggers)]

    setattr(operations, "sql_flush", flush)  # noqa: B010  # mypy forbids the plain form
    yield
    setattr(operations, "sql_flush", plain_flush)  # noqa: B010


@pytest.fixture
def audit_table_full(db: None) -> None:
    """The database takes no further audit event, as with a full disk; undone with the test."""
    statements = {
        "sqlite": (
            "CREATE TRIGGER audit_full BEFORE INSERT ON patients_auditevent "
            "BEGIN SELECT RAISE(ABORT, 'audit_full'); END"
        ),
        "postgresql": (
            "ALTER TABLE patients_auditevent ADD CONSTRAINT audit_full CHECK (false) NOT VALID"
        ),
    }
    with connection.cursor() as cursor:
        cursor.execute(statements[connection.vendor])
