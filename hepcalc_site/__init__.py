"""The site: settings, processes and health. It may import every app; no app imports it."""

from hepcalc_site.celery import app as celery_app

__all__ = ["celery_app"]
