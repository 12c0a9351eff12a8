"""What is known of a patient's risk changes."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction

from patients.models import Patient, RiskProfile
from patients.workflows.record_afp_result import AfpFacts, record_afp_result
from patients.workflows.record_risk_profile import RiskFacts, facts_of, record_risk_profile
from surveillance.models import Lesion
from surveillance.record_locks import lock_records
from surveillance.workflows.assess_lesions import assess_lesions

if TYPE_CHECKING:
    from django.contrib.auth.models import User

__all__ = ["AfpFacts", "RiskFacts", "facts_of", "update_risk"]


@transaction.atomic
def update_risk(
    *,
    patient: Patient,
    facts: RiskFacts | None,
    effective_on: date,
    source: str,
    by: "User | None",
    now: datetime,
    afp: AfpFacts | None = None,
) -> RiskProfile | None:
    """Record risk facts, an AFP result or both, and decide again about **all** lesions.

    Lesions that were closed are decided about too: cirrhosis diagnosed after discharge re-opens
    them (A-53). The same facts again change nothing. Returns the new profile, or None if the one
    in force says the same or only an AFP result came. Refused: see the two workflows of patients.
    """
    survivor = lock_records([patient.pk])[patient.pk]
    profile = None
    if facts is not None:
        profile = record_risk_profile(
            patient=survivor,
            facts=facts,
            effective_on=effective_on,
            source=source,
            by=by,
            now=now,
        )
    if afp is not None:
        record_afp_result(patient=survivor, result=afp, by=by, now=now)
    lesions = Lesion.objects.filter(patient=survivor)
    assess_lesions(lesions=lesions, cause="risk_updated", by=by, now=now)
    return profile
