"""The admin names tables and fields in the reader's language; what is kept of the names is not."""

from django.apps import apps
from django.utils import translation

from patients.models import Patient
from patients.table_names import named_parts


def test_tables_and_fields_are_named_in_spanish() -> None:
    with translation.override("es"):
        names = [
            str(Patient._meta.verbose_name_plural),
            str(Patient._meta.get_field("birth_date").verbose_name),
        ]

    assert names == ["pacientes", "fecha de nacimiento"]


def test_every_table_and_field_has_a_name_in_spanish() -> None:
    parts = [part for app in apps.get_app_configs() if app.name in {"patients", "surveillance"}
             for part in named_parts(app)]  # fmt: skip
    english = {str(getattr(part, attribute)) for part, attribute in parts}

    with translation.override("es"):
        spanish = {str(getattr(part, attribute)) for part, attribute in parts}

    assert english & spanish <= {"id", "url", "etag"}


def test_permissions_are_kept_under_the_names_in_the_code() -> None:
    with translation.override("es"):
        assert Patient._meta.verbose_name_raw == "patient"
