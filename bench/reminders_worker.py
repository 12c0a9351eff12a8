"""The worker of the reminder benchmark (`python -m bench.reminders_worker`): the application's own
tasks, one that does nothing, and one that sends a single message, as tutorials write it.
"""

from uuid import UUID

from django.utils import timezone

from hepcalc_site.celery import app
from surveillance.delivery.email import EmailChannel
from surveillance.models import Notification, NotificationStatus

PROCESSES = 2
NO_OP, SEND_ONE = "bench.no_op", "bench.send_one"


@app.task(name=NO_OP)
def no_op() -> None:
    """What Celery itself costs."""


@app.task(name=SEND_ONE)
def send_one(pk: str) -> None:
    """One task per message: read it, send it over a connection of its own, mark it."""
    rows = Notification.objects.select_related(
        "site", "recipient", "patient", "follow_up__patient", "escalation__follow_up"
    )
    message = rows.get(pk=UUID(pk))
    channel = EmailChannel()
    receipt = channel.send(message)
    channel.close()
    Notification.objects.filter(pk=message.pk).update(
        status=NotificationStatus.SENT,
        finished_at=timezone.now(),
        provider_message_id=receipt.message_id,
        subject=receipt.text.subject,
        body=receipt.text.body,
    )


if __name__ == "__main__":
    app.worker_main(
        ["worker", f"--concurrency={PROCESSES}", "--loglevel=ERROR", "--without-gossip"]
    )
