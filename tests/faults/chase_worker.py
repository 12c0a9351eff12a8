"""A process that sweeps and delivers until it is killed, as a worker does between wake-ups."""

import os
from datetime import datetime, timedelta
from time import sleep

import django
from django.apps import apps

if not apps.ready:
    os.environ["DJANGO_SETTINGS_MODULE"] = "hepcalc_site.settings"
    django.setup()

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

from surveillance.workflows import deliver as outbox
from surveillance.workflows.deliver import deliver
from surveillance.workflows.sweep import sweep

LEASE = timedelta(seconds=3)


def work(job: str, now: datetime, smtp_port: int) -> None:
    """Do one job over and over. A locked database is what the next wake-up is for."""
    settings.EMAIL_PORT = smtp_port
    outbox.LEASE = LEASE
    outbox.SENDING_TIME = LEASE.total_seconds() / 2
    while True:
        try:
            step(job, now)
        except (OperationalError, InterfaceError):
            connection.close()  # what Celery does before a task
            sleep(0.05)


def step(job: str, now: datetime) -> None:
    """One wake-up, in small portions, so that a kill hits between them."""
    if job in {"sweep", "both"}:
        sweep(now=now, chunk=10)
    if job in {"deliver", "both"}:
        deliver(now=now, batch=10)


def sweep_once(now: datetime) -> None:
    """One sweep, then the end."""
    sweep(now=now, chunk=10)
