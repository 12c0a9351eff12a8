"""The Celery application. Beat wakes it; what is due is asked of the database."""

import os
from typing import Any

from celery import Celery
from celery.signals import beat_init, setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hepcalc_site.settings")

app = Celery("hepcalc")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect  # Celery's, not a Django signal
def keep_django_logging(**_: Any) -> None:
    """Leave the log format to settings.LOGGING: Celery installs its own unless somebody answers."""


@beat_init.connect
def ask_at_once(**_: Any) -> None:
    """Wake every job when beat starts: after a stop, what fell due meanwhile waits no longer."""
    for entry in app.conf.beat_schedule.values():
        app.send_task(entry["task"], **entry["options"])
