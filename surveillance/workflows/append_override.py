"""Writes a clinician's departure from a decision as a further row; the decision stays in view."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from surveillance.models import LesionAssessment, OverrideKind

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def append_override(
    *,
    overridden: LesionAssessment,
    kind: OverrideKind,
    reason: str,
    as_of: date,
    latest_on: date | None = None,
    modality: str = "",
    expires_on: date | None = None,
    by: "User",
    now: datetime,
) -> LesionAssessment:
    """Append the row. Rule, risk, answer and inputs repeat the decision that is overridden.

    `latest_on` replaces its last day (target and earliest never lie behind it), `modality` its
    modality. Callers have checked that the departure is allowed.
    """
    latest = latest_on or overridden.latest_on
    window = [overridden.earliest_on, overridden.target_on]
    earliest, target = (min(day, latest) if day and latest else None for day in window)
    return LesionAssessment.objects.create(
        lesion=overridden.lesion,
        as_of=as_of,
        assessed_at=now,
        assessed_by=by,
        cause="override",
        protocol_version=overridden.protocol_version,
        rule=overridden.rule,
        recommendation=overridden.recommendation,
        risk=overridden.risk,
        escalation_class=overridden.escalation_class,
        stop=kind == OverrideKind.CLOSE or overridden.stop,
        earliest_on=earliest,
        target_on=target,
        latest_on=latest,
        preferred_modality=modality or overridden.preferred_modality,
        biopsy_allowed=overridden.biopsy_allowed,
        answer=overridden.answer,
        inputs=overridden.inputs,
        inputs_digest=overridden.inputs_digest,
        overrides=overridden,
        override_kind=kind,
        override_reason=reason,
        override_expires_on=expires_on,
    )
