"""How often each wake-up comes.

Intervals, not times of day: no hour is skipped or doubled when clocks change. `expires`: wake-ups
that pile up while no worker runs are dropped, since the next one finds the same work.
"""

from datetime import timedelta
from typing import Any, Final

EVERY: Final = {
    "send_due_reminders": timedelta(minutes=15),
    "escalate_overdue_follow_ups": timedelta(minutes=15),
    "deliver_notifications": timedelta(minutes=1),
    "send_webhooks": timedelta(minutes=1),
    "forget_api_answers": timedelta(hours=1),
    "import_registry_files": timedelta(seconds=20),
    "take_in_messages": timedelta(seconds=10),
    "tidy_messages": timedelta(hours=6),
    "seal_audit": timedelta(minutes=5),
    "check_failsafe": timedelta(hours=1),  # last: at a start the others have their turn first
}


def beat_schedule() -> dict[str, dict[str, Any]]:
    """The tasks by name, as Celery wants them."""
    return {
        name: {
            "task": f"surveillance.tasks.{name}",
            "schedule": every,
            "options": {"expires": every.total_seconds()},
        }
        for name, every in EVERY.items()
    }
