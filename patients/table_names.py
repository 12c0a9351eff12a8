"""The names of tables and fields in the reader's language, as the admin shows them.

Django makes most of them from the code: `birth_date` reads "birth date". They are looked up when
they are shown; what migrations and permissions keep of them stays as it is.
"""

from collections.abc import Iterator
from typing import Any, Final

from django.apps import AppConfig
from django.utils.translation import pgettext_lazy

CONTEXT: Final = "name of a table or field"
"""Tells these words from the same words in a sentence."""


def say_names_of(app: AppConfig) -> None:
    """Let every table and field of the app be named in the reader's language."""
    for part, attribute in named_parts(app):
        setattr(part, attribute, pgettext_lazy(CONTEXT, str(getattr(part, attribute))))


def named_parts(app: AppConfig) -> Iterator[tuple[Any, str]]:
    """What bears a name that Django made, and the attribute that holds it."""
    for model in app.get_models():
        for attribute in ("verbose_name", "verbose_name_plural"):
            if attribute not in model._meta.original_attrs:
                yield model._meta, attribute
        for field in model._meta.local_fields:
            if field._verbose_name is None:  # type: ignore[attr-defined]  # not in the stubs
                yield field, "verbose_name"
