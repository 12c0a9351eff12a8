"""Records whose every change is kept with author and reason (django-simple-history)."""

from typing import Any, TypeVar

from django.db import models

M = TypeVar("M", bound=models.Model)


class HistoryWouldMissIt(TypeError):
    """Somebody tried to change tracked fields by a statement that the history does not see."""


class TrackedQuerySet(models.QuerySet[M]):
    """A QuerySet whose rows are changed one by one, by `save()`, so that history sees it.

    Fields that the history leaves out (a queue's copy of something else) may be updated.
    """

    def update(self, **fields: Any) -> int:
        """Update fields without history; refuse any that the history tracks."""
        history = getattr(self.model, "history").model  # noqa: B009  (added by simple-history)
        tracked = sorted(set(fields) & {f.name for f in history.tracked_fields})
        if tracked:
            raise HistoryWouldMissIt(
                f"{self.model.__name__}.{', '.join(tracked)}: change it with save_with_history()."
            )
        return super().update(**fields)
