"""The people: who they are, what risk they carry, who looks after them."""

from django.apps import AppConfig


class PatientsConfig(AppConfig):
    """Registers the patients app; it knows nothing of lesions."""

    name = "patients"
    default_auto_field = "django.db.models.BigAutoField"
