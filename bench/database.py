"""A PostgreSQL database of its own for a benchmark, created anew and migrated."""

import os
import sys
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.core.management import call_command
from django.db import connections


def prepare() -> str:
    """Drop, create and migrate the benchmark database; answers its URL.

    The name in the URL must begin with "hepcalc_bench", since the database is dropped.
    """
    url = os.environ["DATABASE_URL"]
    parts = urlsplit(url)
    name = parts.path.lstrip("/")
    if not name.startswith("hepcalc_bench"):
        sys.exit(f"The database of a benchmark must be named hepcalc_bench…, not “{name}”.")
    connections.close_all()
    _create_anew(urlunsplit(parts._replace(path="/postgres")), name)
    call_command("migrate", verbosity=0)
    return url


def _create_anew(server: str, name: str) -> None:
    try:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            connection.execute(f'CREATE DATABASE "{name}"')
    except psycopg.OperationalError as error:
        sys.exit(
            f"This benchmark needs a PostgreSQL server ({error}). Start one, or name it with "
            "BENCH_DATABASE_URL=postgres://user@host:5432/hepcalc_bench."
        )
