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
from surveillance.chase_facts import array_literal
from surveillance.models import Escalation, EscalationResolution, FollowUp
from surveillance.workflows.notify import NewNotification, id_from
from surveillance.workflows.resolve_escalations import resolve_escalations

FOLLOW_UPS = FollowUp._meta.db_table


class NewEscalation(NamedTuple):
    """A tier of one follow-up that is about to be raised, or recorded as passed over."""

    id: str
    tier: int
    step: str
    owner_id: int | None
    is_skipped: bool


class Change(NamedTuple):
    """New values for an escalation that exists, and the name of the deed in the audit trail."""

    escalation_id: str
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
        moved = write(decisions, now)
        _change_standing(decisions, moved, now)
    return moved


def _change_standing(decisions: Iterable[Decision], moved: set[UUID], now: datetime) -> None:
    """Few at any time, so one statement each, with its place in the audit trail."""
    kept = [decision for decision in decisions if decision.follow_up_id in moved]
    booked = [decision.follow_up_id for decision in kept if decision.is_booked_in_time]
    if booked:
        resolve_escalations(
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


# ---------------------------------------------------------------- what both engines write

_ESCALATION = """
INSERT INTO surveillance_escalation (id, follow_up_id, tier, step, owner_id, raised_at,
    resolved_at, resolution, next_action)
"""
_NOTIFICATION = """
INSERT INTO surveillance_notification (id, channel, template, dedupe_key, recipient_id,
    escalation_id, cause, site_id, patient_id, follow_up_id, urgency, created_at, not_before,
    status, attempts, lease_owner, provider_message_id, last_error)
"""
_SKIPPED = EscalationResolution.SKIPPED.value


# ---------------------------------------------------------------- PostgreSQL: one statement

_POSTGRES = f"""
WITH moved AS (
    UPDATE {FOLLOW_UPS} f SET next_look_on = d.next_look_on
    FROM unnest(%s::uuid[], %s::int[], %s::date[], %s::date[]) WITH ORDINALITY
        AS d(id, version, seen, next_look_on, number)
    WHERE f.id = d.id AND f.version = d.version AND f.next_look_on = d.seen
        AND f.closed_at IS NULL
    RETURNING f.id, f.site_id, f.patient_id, f.sort_key, d.number
), raised AS (
    {_ESCALATION}
    SELECT n.id, moved.id, n.tier, n.step, n.owner_id, %s,
        CASE WHEN n.is_skipped THEN %s END, CASE WHEN n.is_skipped THEN '{_SKIPPED}' ELSE '' END, ''
    FROM unnest(%s::int[], %s::uuid[], %s::smallint[], %s::text[], %s::int[], %s::boolean[])
        AS n(number, id, tier, step, owner_id, is_skipped)
    JOIN moved ON moved.number = n.number
    ON CONFLICT DO NOTHING
), told AS (
    {_NOTIFICATION}
    SELECT n.id, n.channel, n.template, n.dedupe_key, n.recipient_id, n.escalation_id,
        n.cause, moved.site_id, moved.patient_id, moved.id, moved.sort_key, %s,
        coalesce(n.not_before, %s), 'PENDING', 0, '', '', ''
    FROM unnest(%s::int[], %s::uuid[], %s::text[], %s::text[], %s::text[], %s::int[], %s::uuid[],
        %s::text[], %s::timestamptz[])
        AS n(number, id, channel, template, dedupe_key, recipient_id, escalation_id, cause,
        not_before)
    JOIN moved ON moved.number = n.number
    ON CONFLICT DO NOTHING
)
SELECT id FROM moved
"""  # noqa: S608 (the names and constants are our own)


def _write_postgres(decisions: Sequence[Decision], now: datetime) -> set[UUID]:
    looks = [(d.follow_up_id, d.version, d.seen_next_look_on, d.next_look_on) for d in decisions]
    numbered = list(enumerate(decisions, start=1))
    raised = [(number, *row) for number, d in numbered for row in d.raise_]
    told = [(number, id_from(row.dedupe_key), *row) for number, d in numbered for row in d.tell]
    arrays = [*_arrays(looks, 4), *_arrays(raised, 6), *_arrays(told, 9)]
    with connection.cursor() as cursor:
        cursor.execute(_POSTGRES, [*arrays[:4], now, now, *arrays[4:10], now, now, *arrays[10:]])
        return {row[0] for row in cursor.fetchall()}


def _arrays(rows: Sequence[Sequence[object]], width: int) -> list[str]:
    """The rows turned into columns, each as PostgreSQL reads an array."""
    return [array_literal(column) for column in zip(*rows, strict=True)] or ["{}"] * width


# ---------------------------------------------------------------- SQLite: one writer at a time

_MOVE = f"UPDATE {FOLLOW_UPS} SET next_look_on = %s WHERE id = %s"  # noqa: S608 (our own name)
_RAISE = f"""
{_ESCALATION} VALUES (%s, %s, %s, %s, %s, %s, %s, %s, '') ON CONFLICT DO NOTHING
"""
_TELL = f"""
{_NOTIFICATION} SELECT %s, %s, %s, %s, %s, %s, %s, site_id, patient_id, id, sort_key, %s, %s,
    'PENDING', 0, '', '', '' FROM {FOLLOW_UPS} WHERE id = %s ON CONFLICT DO NOTHING
"""  # noqa: S608 (the names are our own)


def _write_sqlite(decisions: Sequence[Decision], now: datetime) -> set[UUID]:
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
    moves = [(d.next_look_on, d.follow_up_id) for d in kept]
    raised = [(row.id, d.follow_up_id, *_of_tier(row, now)) for d in kept for row in d.raise_]
    told = [
        (id_from(row.dedupe_key), *row[:-1], now, row.not_before or now, d.follow_up_id)
        for d in kept
        for row in d.tell
    ]
    with connection.cursor() as cursor:
        for statement, rows in ((_MOVE, moves), (_RAISE, raised), (_TELL, told)):
            cursor.executemany(statement, [_stored(row) for row in rows])
    return {decision.follow_up_id for decision in kept}


def _of_tier(row: NewEscalation, now: datetime) -> tuple[object, ...]:
    ended = (now, _SKIPPED) if row.is_skipped else (None, "")
    return row.tier, row.step, row.owner_id, now, *ended


def _stored(row: Iterable[object]) -> list[Any]:
    """The values as Django stores them in SQLite."""
    return [_stored_value(value) for value in row]


def _stored_value(value: object) -> object:
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value.isoformat() if isinstance(value, date) else value
