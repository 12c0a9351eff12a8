"""Retraction: the only change ever made to a clinical fact."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext as _

from surveillance.models import ContactAttempt, ImagingExam, LesionEvent
from surveillance.workflows.errors import WorkflowRefused

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class RetractionWithoutReason(WorkflowRefused):
    """A retraction must say why."""

    code = "retraction_without_reason"


def retract_row(
    *,
    row: ImagingExam | LesionEvent | ContactAttempt,
    reason: str,
    by: "User | None",
    now: datetime,
) -> bool:
    """Mark `row` as retracted; it stays visible and no longer counts.

    Returns False, and changes nothing, if it was retracted already. Refuses an empty reason.
    Callers record the audit event and do again what rests on the fact.
    """
    if not reason.strip():
        raise RetractionWithoutReason(_("Say why this is retracted: the reason stays on record."))
    # The append-only manager refuses every update; the database allows these three columns.
    rows: models.QuerySet[ImagingExam | LesionEvent | ContactAttempt] = models.QuerySet(type(row))
    standing = rows.filter(pk=row.pk, retracted_at=None)
    changed = standing.update(retracted_at=now, retracted_by=by, retracted_reason=reason)
    row.refresh_from_db(fields=["retracted_at", "retracted_by", "retracted_reason"])
    return bool(changed)
