"""Appends a serum alpha-fetoprotein result. Only surveillance.workflows.update_risk calls it."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from patients.audit import record_event
from patients.models import AfpResult, Patient
from patients.workflows.errors import WorkflowRefused
from patients.workflows.field_rules import (
    refusal,
    refuse_bad_fields,
    refuse_day_outside_life,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AfpFacts:
    """One result (A-49). `value_ng_ml` in ng/mL; the two flags as the laboratory reported them."""

    taken_on: date
    value_ng_ml: Decimal | None = None
    rising: bool = False
    elevated_for_age: bool = False
    source: str = ""


class AfpResultDiffers(WorkflowRefused):
    """That day and value are on record with other flags. `details`: taken_on, value."""

    code = "afp_result_differs"


def record_afp_result(
    *, patient: Patient, result: AfpFacts, by: User | None, now: datetime
) -> AfpResult:
    """Append a result; the same result again is the row already stored.

    Refused: no value and no flag, a negative value, a day in the future or before birth, the same
    day and value with other flags.
    """
    row = AfpResult(patient=patient, recorded_at=now, recorded_by=by, **asdict(result))
    refuse_impossible_afp(row, today=patient.site.local_date(now))
    with transaction.atomic():
        # The patient's row serialises two senders of one result.
        Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
        stored = AfpResult.objects.filter(
            patient=patient, taken_on=row.taken_on, value_ng_ml=row.value_ng_ml
        ).first()
        if stored:
            return _refuse_other_flags(stored, row)
        row.save()
        detail = {"taken_on": row.taken_on.isoformat()}
        record_event(
            "afp_recorded",
            site=patient.site,
            subject=row,
            by=by,
            now=now,
            patient=patient,
            detail=detail,
        )
    return row


def refuse_impossible_afp(row: AfpResult, *, today: date) -> None:
    """Refuse a result without value or flag, a negative value, an impossible day."""
    refuse_bad_fields(row, ["taken_on", "value_ng_ml", "source"])
    refuse_day_outside_life(row.patient, "taken_on", row.taken_on, today)
    if row.value_ng_ml is None and not (row.rising or row.elevated_for_age):
        raise refusal("value_ng_ml", None, _("Give the value in ng/mL, or say rising or elevated."))
    if row.value_ng_ml is not None and row.value_ng_ml < 0:
        raise refusal("value_ng_ml", row.value_ng_ml, _("Give the value in ng/mL, zero or more."))


def _refuse_other_flags(stored: AfpResult, row: AfpResult) -> AfpResult:
    flags = (row.rising, row.elevated_for_age)
    if (stored.rising, stored.elevated_for_age) != flags:
        raise AfpResultDiffers(
            _(
                "taken_on: the result of {day} is on record with other flags (rising: "
                "{rising}, elevated for age: {elevated}). Results are never "
                "edited: send the corrected report under its own day."
            ).format(day=row.taken_on, rising=stored.rising, elevated=stored.elevated_for_age),
            taken_on=row.taken_on,
            value=row.value_ng_ml,
        )
    return stored
