"""The same work as a sweep's, written as one statement, with bulk_update, and row by row.

None of them decides anything: each finds what is due, moves it, escalates it and writes `messages`
rows for all of the `due` together.
"""

from uuid import uuid4

from django.db import connection, transaction

from bench.sweep_data import DAY, NOW
from surveillance.models import (
    Escalation,
    FollowUp,
    Notification,
    NotificationChannel,
    NotificationTemplate,
)

BATCH = 500
ACROSS = DAY.replace(month=6, day=29)


def bare_sql(messages: int) -> None:
    """The floor: one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_BARE, [DAY, DAY, messages])


def bulk_update(most: int, each: int) -> None:
    """`most` of them with Django's bulk_update and bulk_create, `each` messages for every one."""
    with transaction.atomic():
        rows = list(FollowUp.objects.to_look_at(DAY)[:most])
        for row in rows:
            row.next_look_on = ACROSS
        FollowUp.objects.bulk_update(rows, ["next_look_on"], batch_size=BATCH)
        raised = Escalation.objects.bulk_create([_raised(row) for row in rows], batch_size=BATCH)
        told = [message for one in raised for message in _messages(one, each)]
        Notification.objects.bulk_create(told, batch_size=BATCH)


def row_by_row(most: int, each: int) -> None:
    """`most` of them one after the other, a transaction for each: the loop that comes to mind."""
    for row in FollowUp.objects.to_look_at(DAY)[:most]:
        with transaction.atomic():
            row.next_look_on = ACROSS
            row.save(update_fields=["next_look_on"])
            raised = _raised(row)
            raised.save(force_insert=True)
            for message in _messages(raised, each):
                message.save(force_insert=True)


def _raised(row: FollowUp) -> Escalation:
    return Escalation(follow_up=row, tier=1, step="L-30", owner_id=row.owner_id, raised_at=NOW)


def _messages(raised: Escalation, each: int) -> list[Notification]:
    row = raised.follow_up
    return [
        Notification(
            site_id=row.site_id,
            channel=NotificationChannel.IN_APP,
            template=NotificationTemplate.ESCALATION_RAISED,
            dedupe_key=f"{row.pk}/{uuid4()}",
            recipient_id=row.owner_id,
            follow_up=row,
            escalation=raised,
            created_at=NOW,
            not_before=NOW,
        )
        for _ in range(each)
    ]


_BARE = """
WITH moved AS (
    UPDATE surveillance_followup SET next_look_on = latest_on - 14
    WHERE closed_at IS NULL AND next_look_on <= %s
    RETURNING id, site_id, patient_id, owner_id
), numbered AS (
    SELECT *, row_number() OVER () AS number, count(*) OVER () AS all_rows FROM moved
), raised AS (
    INSERT INTO surveillance_escalation (id, follow_up_id, tier, step, owner_id, raised_at,
        next_action, resolution)
    SELECT gen_random_uuid(), id, 1, 'L-30', owner_id, now(), '', '' FROM moved
    RETURNING id, follow_up_id
)
INSERT INTO surveillance_notification (id, site_id, channel, template, dedupe_key, recipient_id,
    follow_up_id, escalation_id, created_at, not_before, status, attempts, lease_owner,
    provider_message_id, last_error)
SELECT gen_random_uuid(), n.site_id, 'IN_APP', 'ESCALATION_RAISED',
    n.id || '/' || k || '/' || %s::date, n.owner_id, n.id, raised.id, now(), now(),
    'PENDING', 0, '', '', ''
FROM numbered n JOIN raised ON raised.follow_up_id = n.id,
    LATERAL generate_series(n.number, %s, n.all_rows) k
"""
