"""The lesions: what was seen, advised, owed and done."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from patients.table_names import say_names_of


class SurveillanceConfig(AppConfig):
    """Registers the surveillance app; it may import patients, never the reverse."""

    name = "surveillance"
    verbose_name = _("Surveillance")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Once all models are known."""
        say_names_of(self)
