"""Write what was decided about a chunk of follow-ups: one transaction, few statements.

Each follow-up is guarded by the version and the `next_look_on` that were read: whoever changed
either in the meantime wins, nothing is written for that follow-up, and the next run looks at it
again. What two sweeps decide at the same time is caught by the unique keys.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction

from patients.audit import Deed, record_events
from surveillance.models import Escalation, EscalationResolution, FollowUp
from surveillance.workflows.end_escalations import end_escalations
from surveillance.workflows.notify import NewNotification

FOLLOW_UPS = FollowUp._meta.db_table


class NewEscalation(NamedTuple):
    """A row that a sweep is about to write; the fields of `Escalation`."""

    id: UUID
    follow_up_id: UUID
    tier: int
    step: str
    owner_id: int | None
    raised_at: datetime
    incident_review_on: date | None
    resolved_at: datetime | None
    resolution: str


class Change(NamedTuple):
    """New values for an escalation that exists, and the name of the deed in the audit trail."""

    escalation_id: UUID
    deed: str
    values: Mapping[str, object]


class Decision(NamedTuple):
    """What a look at one follow-up came to."""

    follow_up_id: UUID
    version: int
    seen_next_look_on: date
    next_look_on: date | None
    raise_: tuple[NewEscalation, ...] = ()
    change: tuple[Change, ...] = ()
    tell: tuple[NewNotification, ...] = ()
    is_booked_in_time: bool = False

    @property
    def acts(self) -> bool:
        """Whether anything but the next look is written."""
        return bool(self.raise_ or self.change or self.tell or self.is_booked_in_time)


def write_chunk(*, decisions: Sequence[Decision], now: datetime) -> set[UUID]:
    """Write the decisions; answers the follow-ups for which they were written."""
    with transaction.atomic():
        write = _write_postgres if connection.vendor == "postgresql" else _write_sqlite
        moved = write(decisions)
        _change_standing(decisions, moved, now)
    return moved


def _change_standing(decisions: Iterable[Decision], moved: set[UUID], now: datetime) -> None:
    """Few at any time, so one statement each, with its place in the audit trail."""
    kept = [decision for decision in decisions if decision.follow_up_id in moved]
    booked = [decision.follow_up_id for decision in kept if decision.is_booked_in_time]
    if booked:
        end_escalations(
            follow_ups=FollowUp.objects.filter(pk__in=booked),
            resolution=EscalationResolution.BOOKED_IN_TIME,
            by=None,
            now=now,
        )
    for change in (change for decision in kept for change in decision.change):
        _change_escalation(change, now)


def _change_escalation(change: Change, now: datetime) -> None:
    rows = Escalation.objects.filter(pk=change.escalation_id)
    rows.update(**change.values)
    for row in rows.select_related("follow_up__site", "follow_up__patient"):
        follow_up = row.follow_up
        deed = Deed(change.deed, follow_up.site, row, follow_up.patient, {"tier": row.tier})
        record_events([deed], by=None, now=now)


# ---------------------------------------------------------------- PostgreSQL: one statement

_CASTS = {
    "id": "uuid",
    "site_id": "bigint",
    "channel": "text",
    "template": "text",
    "dedupe_key": "text",
    "recipient_id": "int",
    "patient_id": "uuid",
    "follow_up_id": "uuid",
    "escalation_id": "uuid",
    "created_at": "timestamptz",
    "not_before": "timestamptz",
    "tier": "smallint",
    "step": "text",
    "owner_id": "int",
    "raised_at": "timestamptz",
    "incident_review_on": "date",
    "resolved_at": "timestamptz",
    "resolution": "text",
}
# Columns that the database must not leave empty and that no decision sets.
_ESCALATION_REST = {"next_action": ""}
_NOTIFICATION_REST = {
    "status": "PENDING",
    "attempts": 0,
    "lease_owner": "",
    "provider_message_id": "",
    "last_error": "",
}


def _insert_for_moved(table: str, fields: Sequence[str], rest: Mapping[str, object]) -> str:
    """INSERT of the unnested rows whose guarding follow-up (last array) was moved."""
    arrays = ", ".join(f"%s::{_CASTS[field]}[]" for field in fields)
    columns = ", ".join((*fields, *rest))
    constants = "".join(f", {_literal(value)}" for value in rest.values())
    return (
        f"INSERT INTO {table} ({columns}) "  # noqa: S608 (names and constants are ours)
        f"SELECT {', '.join(f'n.{field}' for field in fields)}{constants} "
        f"FROM unnest({arrays}, %s::uuid[]) AS n({', '.join(fields)}, guard) "
        "JOIN moved ON moved.id = n.guard ON CONFLICT DO NOTHING"
    )


def _literal(value: object) -> str:
    return f"'{value}'" if isinstance(value, str) else str(value)


_POSTGRES = f"""
WITH moved AS (
    UPDATE {FOLLOW_UPS} f SET next_look_on = d.next_look_on
    FROM unnest(%s::uuid[], %s::int[], %s::date[], %s::date[])
        AS d(id, version, seen, next_look_on)
    WHERE f.id = d.id AND f.version = d.version AND f.next_look_on = d.seen
        AND f.closed_at IS NULL
    RETURNING f.id
), raised AS (
    {_insert_for_moved("surveillance_escalation", NewEscalation._fields, _ESCALATION_REST)}
), told AS (
    {_insert_for_moved("surveillance_notification", NewNotification._fields, _NOTIFICATION_REST)}
)
SELECT id FROM moved
"""  # noqa: S608 (table and column names are our own)


def _write_postgres(decisions: Sequence[Decision]) -> set[UUID]:
    looks = [(d.follow_up_id, d.version, d.seen_next_look_on, d.next_look_on) for d in decisions]
    raised = [(*row, d.follow_up_id) for d in decisions for row in d.raise_]
    told = [(*row, d.follow_up_id) for d in decisions for row in d.tell]
    arrays = [
        *_columns(looks, 4),
        *_columns(raised, len(NewEscalation._fields) + 1),
        *_columns(told, len(NewNotification._fields) + 1),
    ]
    with connection.cursor() as cursor:
        cursor.execute(_POSTGRES, arrays)
        return {row[0] for row in cursor.fetchall()}


def _columns(rows: Sequence[Sequence[Any]], width: int) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[]] * width


# ---------------------------------------------------------------- SQLite: one writer at a time

_MOVE = f"UPDATE {FOLLOW_UPS} SET next_look_on = %s WHERE id = %s"  # noqa: S608 (our own name)


def _insert(table: str, fields: Sequence[str], rest: Mapping[str, object]) -> str:
    marks = ", ".join(["%s"] * len(fields))
    constants = "".join(f", {_literal(value)}" for value in rest.values())
    return (
        f"INSERT INTO {table} ({', '.join((*fields, *rest))}) "  # noqa: S608 (names are ours)
        f"VALUES ({marks}{constants}) ON CONFLICT DO NOTHING"
    )


_RAISE = _insert("surveillance_escalation", NewEscalation._fields, _ESCALATION_REST)
_TELL = _insert("surveillance_notification", NewNotification._fields, _NOTIFICATION_REST)


def _write_sqlite(decisions: Sequence[Decision]) -> set[UUID]:
    """The transaction is the only writer (IMMEDIATE), so that what is read here stays true."""
    now_there = {
        row[0]: row[1:]
        for row in FollowUp.objects.open()
        .filter(pk__in=[decision.follow_up_id for decision in decisions])
        .values_list("pk", "version", "next_look_on")
    }
    kept = [
        d for d in decisions if now_there.get(d.follow_up_id) == (d.version, d.seen_next_look_on)
    ]
    with connection.cursor() as cursor:
        cursor.executemany(_MOVE, [_stored((d.next_look_on, d.follow_up_id)) for d in kept])
        cursor.executemany(_RAISE, [_stored(row) for d in kept for row in d.raise_])
        cursor.executemany(_TELL, [_stored(row) for d in kept for row in d.tell])
    return {decision.follow_up_id for decision in kept}


def _stored(row: Iterable[object]) -> list[Any]:
    """The values as Django stores them in SQLite."""
    return [_stored_value(value) for value in row]


def _stored_value(value: object) -> object:
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, str) else value
