"""The people: who they are, what risk they carry, who looks after them."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from patients.table_names import say_names_of


class PatientsConfig(AppConfig):
    """Registers the patients app; it knows nothing of lesions."""

    name = "patients"
    verbose_name = _("Patients")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Once all models are known."""
        say_names_of(self)
