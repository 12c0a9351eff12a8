"""A print run is given up; its letters wait again."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from patients.audit import record_event
from surveillance.models import LetterBatch, LetterBatchStatus, Notification
from surveillance.workflows.change_letter_batch import change_letter_batch
from surveillance.workflows.errors import WorkflowRefused

if TYPE_CHECKING:
    from django.contrib.auth.models import User

NOT_YET_POSTED = (LetterBatchStatus.PREPARED, LetterBatchStatus.CHECKED)


class DiscardNeedsReason(WorkflowRefused):
    """Nobody said why the printed letters are not to be posted."""

    code = "discard_needs_reason"


@transaction.atomic
def discard_letter_batch(
    *, batch: LetterBatch, reason: str, by: "User | None", now: datetime
) -> LetterBatch:
    """Give the run up: what still waits in it is free for the next run. The paper is shredded.

    Refused: no reason, a run that was posted or discarded.
    """
    if not reason.strip():
        raise DiscardNeedsReason(_("Say why the run is discarded."), field="reason")
    discarded = change_letter_batch(
        batch=batch,
        allowed=NOT_YET_POSTED,
        status=LetterBatchStatus.DISCARDED,
        discarded_at=now,
        discarded_by=by,
        discarded_reason=reason.strip(),
    )
    held = Notification.objects.waiting().filter(lease_owner=batch.pk.hex)
    held.update(lease_owner="", template_version=None)
    record_event("letter_batch_discarded", site=batch.site, subject=batch, by=by, now=now)
    return discarded
