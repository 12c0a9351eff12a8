"""Rows that are only ever added: refused in Python here, and in the database by triggers.

The triggers are installed by the migrations (see `patients/append_only_triggers.py`), because a
mistake in a shell or a script must fail as loudly as one in our own code.
"""

from collections.abc import Iterable
from typing import Any, NoReturn, Self, TypeVar

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

    def bulk_create(self, objs: Iterable[M], *args: Any, **options: Any) -> list[M]:
        """Add rows; refuse the option that would overwrite those already there."""
        if options.get("update_conflicts"):
            raise AppendOnlyViolation(f"{self.model.__name__} rows are never updated.")
        return super().bulk_create(objs, *args, **options)

    def delete(self) -> NoReturn:
        """Refuse: nothing already accepted is ever lost."""
        raise AppendOnlyViolation(f"{self.model.__name__} rows are never deleted.")


class RetractableQuerySet(AppendOnlyQuerySet[M]):
    """Facts that may be retracted (workflows.retract_row), and stay visible."""

    def standing(self) -> Self:
        """Facts that have not been retracted."""
        return self.filter(retracted_at=None)


class AppendOnlyModel(models.Model):
    """A model whose rows are added and read: a stored one is neither saved again nor deleted.

    `save()` is untouched; what it calls to change a stored row refuses.
    """

    class Meta:
        abstract = True

    def delete(self, *_args: Any, **_options: Any) -> NoReturn:
        """Refuse: nothing already accepted is ever lost."""
        raise AppendOnlyViolation(f"{type(self).__name__} rows are never deleted.")

    def _do_update(
        self, base_qs: Any, using: Any, pk_val: Any, *_rest: Any, **_options: Any
    ) -> list[Any]:
        # Django asks this of every save() that is not surely an INSERT; nothing updated = insert.
        if base_qs.using(using).filter(pk=pk_val).exists():
            raise AppendOnlyViolation(f"{type(self).__name__} rows are never updated.")
        return []
