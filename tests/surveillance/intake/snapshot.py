"""Everything on record, without the keys and moments that differ from one run to the next."""

from typing import Any

from django.db.models import Model

from patients.models import AfpResult, AuditEvent, Patient, RiskProfile
from surveillance.models import (
    FollowUp,
    ImagingExam,
    Lesion,
    LesionAssessment,
    LesionEvent,
    LesionObservation,
)

MODELS: tuple[type[Model], ...] = (
    Patient, Patient.history.model, RiskProfile, AfpResult, Lesion, ImagingExam,
    LesionObservation, LesionEvent, LesionAssessment, FollowUp, AuditEvent,
)  # fmt: skip
VARYING = ("sequence", "history_id", "history_date", "inputs", "inputs_digest", "answer",
           "sort_key", "subject_id", "patient_id", "detail")  # fmt: skip


def snapshot() -> dict[str, list[str]]:
    """The rows of every clinical table as text, in an order of their own."""
    return {model.__name__: sorted(map(_text, model._default_manager.all())) for model in MODELS}


def counts() -> dict[str, int]:
    """How many rows each clinical table holds."""
    return {model.__name__: model._default_manager.count() for model in MODELS}


def _text(row: Model) -> str:
    return repr([(f.name, _value(row, f)) for f in row._meta.fields if _is_told(row, f)])


def _is_told(row: Model, field: Any) -> bool:
    is_key = field.primary_key or field.is_relation or field.get_internal_type() == "UUIDField"
    return not is_key and field.name not in VARYING


def _value(row: Model, field: Any) -> str:
    return str(getattr(row, field.name))
