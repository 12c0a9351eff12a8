"""Rows that are only ever added: refused in Python here, and in the database by triggers.

The triggers are installed by the migrations (see `patients/append_only_triggers.py`), because a
mistake in a shell or a script must fail as loudly as one in our own code.
"""

from typing import Any, NoReturn, TypeVar

from django.db import models

M = TypeVar("M", bound=models.Model)


class AppendOnlyViolation(TypeError):
    """Somebody tried to change or delete a row that may only be added."""


class AppendOnlyQuerySet(models.QuerySet[M]):
    """A QuerySet that reads and adds."""

    def update(self, **_fields: Any) -> NoReturn:
        """Refuse: facts are corrected by retracting, never by editing."""
        raise AppendOnlyViolation(f"{self.model.__name__} rows are never updated.")

    def bulk_update(self, *_rows: Any, **_options: Any) -> NoReturn:
        """Refuse, as `update` does."""
        raise AppendOnlyViolation(f"{self.model.__name__} rows are never updated.")

    def delete(self) -> NoReturn:
        """Refuse: nothing already accepted is ever lost."""
        raise AppendOnlyViolation(f"{self.model.__name__} rows are never deleted.")
