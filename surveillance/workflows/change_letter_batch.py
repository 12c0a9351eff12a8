"""Moves a print run of letters on, exactly once per step."""

from collections.abc import Collection
from typing import Any

from django.utils.translation import gettext as _

from surveillance.models import LetterBatch, LetterBatchStatus
from surveillance.workflows.errors import WorkflowRefused


class LetterBatchNotReady(WorkflowRefused):
    """The run is not at the point where this can be done, or somebody else moved it on."""

    code = "letter_batch_not_ready"


def change_letter_batch(
    *, batch: LetterBatch, allowed: Collection[LetterBatchStatus], **values: Any
) -> LetterBatch:
    """Set `values` if the run's status is one of `allowed`, and return it as stored.

    Refused: any other status. Call it inside a transaction; the row is ours until that ends.
    """
    mine = LetterBatch.objects.filter(pk=batch.pk, status__in=allowed)
    if not mine.update(**values):
        stored = LetterBatch.objects.get(pk=batch.pk)
        raise LetterBatchNotReady(
            _("This run is “{status}”. Reload the page to see what can be done with it.").format(
                status=LetterBatchStatus(stored.status).label.lower()
            )
        )
    batch.refresh_from_db()
    return batch
