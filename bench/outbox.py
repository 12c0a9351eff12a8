"""The outbox drained by 1, 2 and 4 workers, against one statement that marks as many rows sent.

Messages are e-mails into memory: half reminders to patients, half overdue escalations to staff.
Run: python -m bench.outbox [MESSAGES]
"""

import statistics
import sys
from datetime import datetime, timedelta

from django.db import connection

from bench import database, measure, sweep_data, workers
from bench.reminders_data import fill
from surveillance.models import Notification
from surveillance.workflows.deliver import deliver

ROUNDS = 3
WORKERS = (1, 2, 4)
NOW = sweep_data.NOW + timedelta(days=200)
_BARE = """
UPDATE surveillance_notification SET status = 'SENT', finished_at = now(), attempts = attempts + 1
WHERE status = 'PENDING' AND not_before <= %s
"""
_AGAIN = """
UPDATE surveillance_notification SET status = 'PENDING', finished_at = NULL, attempts = 0,
    not_before = %s, lease_owner = '', lease_until = NULL, provider_message_id = '',
    digest_id = NULL, subject = '', body = '', doubt = '', last_error = ''
"""


def main(messages: int = 4_000) -> None:
    """Measure claim and sending per second."""
    database.prepare()
    fill(messages, NOW)
    taken: dict[str, list[float]] = {"bare SQL, one statement": []}
    waiting = Notification.objects.waiting().count()
    for _ in range(ROUNDS):
        make_wait(NOW)
        taken["bare SQL, one statement"].append(measure.seconds(_bare))
        for count in WORKERS:
            make_wait(NOW)
            seconds, sent = workers.together(_drain, [()] * count)
            assert sum(sent) == waiting, f"{sum(sent)} of {waiting} were sent"
            taken.setdefault(f"{count} worker(s), claim, send, mark", []).append(seconds)
    measure.tell("Outbox", taken, "1 worker(s), claim, send, mark", waiting, "messages")
    one, bare = (taken[name] for name in ("1 worker(s), claim, send, mark", next(iter(taken))))
    print(f"  one worker: {statistics.median(one) / statistics.median(bare):.0f} x bare SQL")


def _drain() -> int:
    return deliver(now=NOW).sent


def _bare() -> None:
    with connection.cursor() as cursor:
        cursor.execute(_BARE, [NOW])


def make_wait(since: datetime) -> None:
    """Have every message wait again, as if nobody had ever tried it."""
    with connection.cursor() as cursor:
        cursor.execute(_AGAIN, [since])
        cursor.execute("VACUUM ANALYZE surveillance_notification")


if __name__ == "__main__":
    main(*(int(argument.replace("_", "")) for argument in sys.argv[1:]))
