"""How many wake-ups wait at the broker, and whether it answers at all."""

from celery import current_app
from django.conf import settings
from kombu import Connection
from kombu.exceptions import OperationalError

SECONDS = 3


def waiting_wake_ups() -> int | None:
    """Wake-ups that no worker has taken; None when the broker does not answer."""
    try:
        with current_app.connection_for_write(
            url=settings.CELERY_BROKER_URL, connect_timeout=SECONDS
        ) as broker:
            broker.ensure_connection(max_retries=1, timeout=SECONDS)
            return _length_of_queue(broker)
    except (OperationalError, OSError):
        return None


def _length_of_queue(broker: Connection) -> int:
    try:
        with broker.SimpleQueue(current_app.conf.task_default_queue) as queue:
            return int(queue.qsize())
    except broker.channel_errors:
        return 0  # Redis keeps no empty queue
