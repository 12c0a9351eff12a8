"""Write messages with their parts: few statements, however many they are.

What is there already (the same control id with the same bytes) is left as it is, and nothing is
written of its parts. Whether it is there is asked of the database, not remembered. Django's way of
writing the same rows costs three times as much of a processor (`python -m bench mllp`).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction

from patients.prepared import array_of
from surveillance.models import IntakeItem, IntakeMessage

MESSAGES = IntakeMessage._meta.db_table
ITEMS = IntakeItem._meta.db_table


class NewMessage(NamedTuple):
    """A message that is about to be kept."""

    id: UUID
    feed_id: UUID
    site_id: int
    format: str
    message_type: str
    control_id: str
    digest: str
    sent_at: datetime | None
    raw: bytes


class NewItem(NamedTuple):
    """One part of it. `content` is JSON."""

    id: UUID
    message_id: UUID
    site_id: int
    position: int
    kind: str
    key: str
    mrn: str
    said_at: datetime | None
    content: str
    status: str
    code: str
    where: str
    reason: str


def write_messages(
    *, messages: Sequence[NewMessage], items: Sequence[NewItem], now: datetime
) -> set[UUID]:
    """Write them, within the caller's transaction; answers the messages that were new."""
    with transaction.atomic(savepoint=False):
        write = _write_postgres if connection.vendor == "postgresql" else _write_sqlite
        return write(messages, items, now)


# ---------------------------------------------------------------- what both engines write

_MESSAGE = f"""
INSERT INTO {MESSAGES} (id, feed_id, site_id, format, message_type, control_id, digest, sent_at,
    raw, received_at)
"""
_ITEM = f"""
INSERT INTO {ITEMS} (id, message_id, site_id, position, kind, key, mrn, said_at, content, status,
    code, "where", reason, created_at, attempts, settled_reason)
"""


# ---------------------------------------------------------------- PostgreSQL: one statement

_POSTGRES = f"""
WITH kept AS (
    {_MESSAGE}
    SELECT m.*, %s
    FROM unnest(%s::uuid[], %s::uuid[], %s::bigint[], %s::text[], %s::text[], %s::text[],
        %s::text[], %s::timestamptz[], %s::bytea[]) AS m
    ON CONFLICT DO NOTHING
    RETURNING id
), parts AS (
    {_ITEM}
    SELECT i.*, %s, 0, ''
    FROM unnest(%s::uuid[], %s::uuid[], %s::bigint[], %s::int[], %s::text[], %s::text[],
        %s::text[], %s::timestamptz[], %s::jsonb[], %s::text[], %s::text[], %s::text[], %s::text[])
        AS i(id, message_id)
    JOIN kept ON kept.id = i.message_id
)
SELECT id FROM kept
"""  # noqa: S608 (the names are our own)


def _write_postgres(
    messages: Sequence[NewMessage], items: Sequence[NewItem], now: datetime
) -> set[UUID]:
    *columns, raws = zip(*messages, strict=True)
    arrays = [*map(array_of, columns), _array_of_bytes(raws)]
    said: list[Any] = [now, *arrays, now, *_arrays(items)]
    with connection.cursor() as cursor:
        cursor.execute(_POSTGRES, said)
        return {row[0] for row in cursor.fetchall()}


def _arrays(items: Sequence[NewItem]) -> list[str]:
    """The rows turned into columns, each as PostgreSQL reads an array."""
    return [array_of(column) for column in zip(*items, strict=True)] or ["{}"] * len(
        NewItem._fields
    )


def _array_of_bytes(values: Iterable[bytes]) -> str:
    return array_of(f"\\x{value.hex()}" for value in values)


# ---------------------------------------------------------------- SQLite: one writer at a time

_ONE_MESSAGE = f"{_MESSAGE} VALUES ({', '.join(['%s'] * 10)}) ON CONFLICT DO NOTHING"
_ONE_ITEM = f"{_ITEM} VALUES ({', '.join(['%s'] * 14)}, 0, '')"


def _write_sqlite(
    messages: Sequence[NewMessage], items: Sequence[NewItem], now: datetime
) -> set[UUID]:
    with connection.cursor() as cursor:
        cursor.executemany(_ONE_MESSAGE, [_stored((*row, now)) for row in messages])
        ids = [row.id for row in messages]
        new = set(IntakeMessage.objects.filter(pk__in=ids).values_list("pk", flat=True))
        kept = [_stored((*row, now)) for row in items if row.message_id in new]
        cursor.executemany(_ONE_ITEM, kept)
    return new


def _stored(row: Iterable[object]) -> list[Any]:
    """The values as Django stores them in SQLite."""
    return [_stored_value(value) for value in row]


def _stored_value(value: object) -> object:
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value
