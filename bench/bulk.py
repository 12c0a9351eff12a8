"""Millions of rows, written by the database itself: indexes and references are made afterwards."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.models import Model

_CONSTRAINTS = """
SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),
    format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname,
        pg_get_constraintdef(oid) || CASE contype WHEN 'f' THEN ' NOT VALID' ELSE '' END)
FROM pg_constraint
WHERE contype IN ('p', 'u', 'f')
    AND (conrelid = ANY (%s::regclass[]) OR confrelid = ANY (%s::regclass[]))
ORDER BY contype <> 'f'
"""
_INDEXES = """
SELECT format('DROP INDEX %%s', indexrelid::regclass), pg_get_indexdef(indexrelid)
FROM pg_index WHERE indrelid = ANY (%s::regclass[])
    AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid)
"""


@contextmanager
def without_indexes(*models: type[Model]) -> Iterator[None]:
    """Fill the tables of these models inside; indexes and constraints are there again after it."""
    names = [model._meta.db_table for model in models]
    with connection.cursor() as cursor:
        cursor.execute(_CONSTRAINTS, [names, names])
        constraints = cursor.fetchall()
        cursor.execute(_INDEXES, [names])
        indexes = cursor.fetchall()
        for drop, _again in (*constraints, *indexes):
            cursor.execute(drop)
        yield
        cursor.execute("SET maintenance_work_mem = '512MB'")
        for _drop, again in (*indexes, *reversed(constraints)):
            cursor.execute(again)
        cursor.execute("RESET maintenance_work_mem")


def insert(pattern: Model, *, each: dict[str, str], source: str, given: Sequence[Any] = ()) -> None:
    """One row like `pattern` for each row of `source` (SQL, with `given` for its parameters);
    `each` says, in SQL, in which columns they differ. A column that is new needs nothing here."""
    names, values, constants = [], [], []
    for field in pattern._meta.local_concrete_fields:
        names.append(f'"{field.column}"')
        values.append(each.get(str(field.column), "%s"))
        if field.column not in each:
            value = field.pre_save(pattern, add=True)
            constants.append(field.get_db_prep_save(value, connection))
    into = f"{pattern._meta.db_table} ({', '.join(names)})"
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {into} SELECT {', '.join(values)} FROM {source}", [*constants, *given]
        )
