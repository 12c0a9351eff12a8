"""What every test shares: hypothesis profiles, a database made once and put back between tests."""

import gc
import os
import shutil
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import TransactionTestCase
from django.utils import translation
from hypothesis import HealthCheck, settings

from tests.empty_database import Committed, copy_empty_database

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


gc.disable()  # until everything is imported and collected: none of it is garbage


def pytest_collection_finish() -> None:
    """From here on garbage is looked for, seldom, and not among what stays to the end."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    gc.enable()


@pytest.fixture(scope="session")
def empty_database(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file without a row of ours, to be copied."""
    kept = pytestconfig.cache.mkdir("empty-database")
    copy = tmp_path_factory.mktemp("empty") / "empty.sqlite3"
    copy_empty_database(kept, copy)
    return copy


@pytest.fixture(scope="session")
def django_db_keepdb(
    django_db_keepdb: bool, django_db_modify_db_settings: None, request: pytest.FixtureRequest
) -> bool:
    """On SQLite the tests begin with a copy of the empty database, and migrate what is missing."""
    if connection.vendor != "sqlite":
        return django_db_keepdb
    shutil.copy(request.getfixturevalue("empty_database"), connection.settings_dict["TEST"]["NAME"])
    return True


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Put SQLite back as it was, in one piece, after a transactional test.

    Django would empty it table by table, which append-only tables refuse by trigger, and then
    announce every model anew. PostgreSQL truncates.
    """
    if connection.vendor != "sqlite":
        yield
        return
    as_it_was = sqlite3.connect(":memory:")
    with django_db_blocker.unblock():
        connection.ensure_connection()
        connection.connection.backup(as_it_was)
    emptied_by_django = vars(TransactionTestCase)["_fixture_teardown"]

    def put_back(_test: TransactionTestCase) -> None:
        with closing(sqlite3.connect(connection.settings_dict["NAME"], timeout=20)) as database:
            database.execute("PRAGMA synchronous=OFF")
            database.execute("BEGIN IMMEDIATE")  # refused while somebody writes; backup would wait
            database.rollback()
            as_it_was.backup(database)

    # mypy forbids the plain form
    setattr(TransactionTestCase, "_fixture_teardown", put_back)  # noqa: B010
    yield
    setattr(TransactionTestCase, "_fixture_teardown", emptied_by_django)  # noqa: B010
    as_it_was.close()


@pytest.fixture(scope="session")
def committed(django_db_setup: None, django_db_blocker: Any) -> Committed:
    """`with committed():` what is made in it stays for a module's tests, which only read it."""

    @contextmanager
    def made() -> Iterator[None]:
        with django_db_blocker.unblock():
            try:
                yield
            finally:
                vars(TransactionTestCase)["_fixture_teardown"](TransactionTestCase("run"))

    return made


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
