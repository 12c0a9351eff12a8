"""A Celery worker of ours for fault tests (`python -m tests.faults.celery_worker`): the real tasks
with a short lease, and a naive sender beside them, as tutorials write it.
"""

import os
from datetime import timedelta

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hepcalc_site.settings")

import django
from django.apps import apps

if not apps.ready:
    django.setup()

from hepcalc_site.celery import app
from surveillance.delivery.email import EmailChannel
from surveillance.models import Notification
from surveillance.workflows import deliver as outbox
from tests.faults.celery_chase import NAIVE_SEND

LEASE = timedelta(seconds=3)


@app.task(name=NAIVE_SEND, acks_late=False)
def naive_send(pk: str) -> None:
    """One message a task; that it is to be sent stands in the broker alone."""
    channel = EmailChannel()
    message = Notification.objects.select_related("site", "patient", "recipient").get(pk=pk)
    channel.send(message)
    channel.close()


def main() -> None:
    """Work until killed."""
    outbox.LEASE = LEASE
    outbox.SENDING_TIME = LEASE.total_seconds() / 2
    app.worker_main(["worker", "--pool=solo", "--loglevel=CRITICAL", "--without-gossip"])


if __name__ == "__main__":
    main()
