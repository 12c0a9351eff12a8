"""A PostgreSQL database of its own for a benchmark, created anew and migrated."""

import os
import sys
from collections.abc import Callable
from functools import cache
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.core.management import call_command
from django.db import connection, connections

URL = os.environ["DATABASE_URL"]
_PARTS = urlsplit(URL)
_NAME = _PARTS.path.lstrip("/")
_FILLED = "filled"
_EMPTY = f"{_NAME}_empty"
_SERVER = urlunsplit(_PARTS._replace(path="/postgres"))


def prepare() -> str:
    """Drop, create and migrate the benchmark database; answers its URL.

    The name in the URL must begin with "hepcalc_bench", since the database is dropped. Migrations
    run once per process; after that the database is a copy of what they made.
    """
    _use(_NAME)
    _migrated()
    _create_anew(_NAME, template=_EMPTY)
    return URL


def prepare_kept(content: str, fill: Callable[[], object]) -> None:
    """Have `fill` make the content, which has this name; with BENCH_KEEP in a database of its own,
    which is kept and used again by the next run."""
    if not os.environ.get("BENCH_KEEP"):
        prepare()
        fill()
        return
    name = f"{_NAME}_{content}"
    if _is_filled(name):
        _use(name)
        call_command("migrate", verbosity=0)
        return
    _migrated()
    _create_anew(name, template=_EMPTY)
    _use(name)
    fill()
    with connection.cursor() as cursor:
        cursor.execute(f"COMMENT ON DATABASE \"{name}\" IS '{_FILLED}'")


def _is_filled(name: str) -> bool:
    with psycopg.connect(_SERVER) as server:
        asked = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s"
        return server.execute(asked, [name]).fetchone() == (_FILLED,)


def _use(name: str) -> None:
    if not name.startswith("hepcalc_bench"):
        sys.exit(f"The database of a benchmark must be named hepcalc_bench…, not “{name}”.")
    connections.close_all()
    connection.settings_dict["NAME"] = name


@cache
def _migrated() -> None:
    """Make the empty database of which the others are copies."""
    _create_anew(_EMPTY)
    _use(_EMPTY)
    call_command("migrate", verbosity=0)
    _use(_NAME)


def _create_anew(name: str, template: str = "template1") -> None:
    try:
        with psycopg.connect(_SERVER, autocommit=True) as server:
            server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    except psycopg.OperationalError as error:
        sys.exit(
            f"This benchmark needs a PostgreSQL server ({error}). Start one, or name it with "
            "BENCH_DATABASE_URL=postgres://user@host:5432/hepcalc_bench."
        )
