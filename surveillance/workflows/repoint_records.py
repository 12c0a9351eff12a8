"""Moves what belongs to a person from one record to another; the only place that does."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db import models, transaction
from django.db.models import F

from patients.models import AfpResult, Patient
from surveillance.models import (
    CapturedReport,
    CdsFeedback,
    ContactAttempt,
    Declination,
    ExamDocument,
    ExamMatch,
    FollowUp,
    ImagingExam,
    Lesion,
    Letter,
    Notification,
    OutsideCare,
    PatientNote,
)

MOVED: tuple[type[models.Model], ...] = (
    Lesion,
    ImagingExam,
    ContactAttempt,
    Declination,
    OutsideCare,
    PatientNote,
    CdsFeedback,
    ExamMatch,
    ExamDocument,
    CapturedReport,
    FollowUp,
    Notification,
    Letter,
    AfpResult,
)
"""Everything that points to a patient and moves with a merge. Risk profiles stay: they say what
was known of which record."""

Moved = dict[str, list[str]]


@transaction.atomic
def repoint_records(
    *, source: Patient, target: Patient, only: Mapping[str, Collection[str]] | None = None
) -> Moved:
    """Point the rows of `source` to `target`; with `only`, just those rows, and no others.

    Returns the ids moved, per model. An AFP result that the target has already stays behind.
    """
    moved: Moved = {}
    for model in MOVED:
        # The append-only managers refuse every update; the database allows this column.
        rows: models.QuerySet[Any] = models.QuerySet(model).filter(patient=source)
        if only is not None:
            rows = rows.filter(pk__in=only.get(model.__name__, ()))
        if model is AfpResult:
            rows = rows.exclude(pk__in=_known_to(target, source))
        ids = list(rows.order_by("pk").values_list("pk", flat=True))
        change: dict[str, Any] = {"patient": target}
        if model is FollowUp:
            change |= {"site": target.site, "version": F("version") + 1}
        models.QuerySet(model).filter(pk__in=ids).update(**change)
        moved[model.__name__] = [str(pk) for pk in ids]
    return moved


def _known_to(target: Patient, source: Patient) -> list[Any]:
    known = set(target.afp_results.values_list("taken_on", "value_ng_ml"))
    rows = source.afp_results.values_list("pk", "taken_on", "value_ng_ml")
    return [pk for pk, taken_on, value in rows if (taken_on, value) in known and value is not None]
