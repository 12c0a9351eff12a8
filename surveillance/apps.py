"""The lesions: what was seen, advised, owed and done."""

from django.apps import AppConfig


class SurveillanceConfig(AppConfig):
    """Registers the surveillance app; it may import patients, never the reverse."""

    name = "surveillance"
    default_auto_field = "django.db.models.BigAutoField"
