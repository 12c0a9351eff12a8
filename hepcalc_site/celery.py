"""The Celery application. Beat wakes it; what is due is asked of the database."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hepcalc_site.settings")

app = Celery("hepcalc")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
