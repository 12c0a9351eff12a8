"""Appends risk profiles and AFP results, many in a few statements. Only workflows that assess every
lesion of these patients afterwards, in the same transaction, may call this."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal

from django.contrib.auth.models import User
from django.db import transaction

from patients.audit import Deed, record_events
from patients.models import AfpResult, Patient, RiskProfile
from patients.workflows.record_afp_result import refuse_impossible_afp
from patients.workflows.record_risk_profile import RiskFacts, refuse_impossible_risk


@dataclass(frozen=True, slots=True, kw_only=True)
class NewProfile:
    """What is known of a patient's risk from a day on."""

    patient: Patient
    effective_on: date
    facts: RiskFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAfp:
    """One alpha-fetoprotein result, ng/mL."""

    patient: Patient
    taken_on: date
    value_ng_ml: Decimal | None
    rising: bool = False
    elevated_for_age: bool = False


@transaction.atomic
def append_risk_facts(
    *,
    profiles: Sequence[NewProfile],
    afp: Sequence[NewAfp],
    source: str,
    by: User | None,
    now: datetime,
) -> None:
    """Add the profiles and results; the caller has seen that they are new.

    Refused, all together: what `record_risk_profile` and `record_afp_result` refuse.
    """
    rows = [_profile(one, source, by, now) for one in profiles]
    results = [_result(one, source, by, now) for one in afp]
    RiskProfile.objects.bulk_create(rows)
    AfpResult.objects.bulk_create(results)
    deeds = [_deed("risk_recorded", row, row.effective_on) for row in rows]
    deeds += [_deed("afp_recorded", result, result.taken_on) for result in results]
    record_events(deeds, by=by, now=now)


def _profile(one: NewProfile, source: str, by: User | None, now: datetime) -> RiskProfile:
    facts = asdict(one.facts) | {"contraindications": sorted(one.facts.contraindications)}
    row = RiskProfile(
        patient=one.patient,
        effective_on=one.effective_on,
        source=source,
        recorded_at=now,
        recorded_by=by,
        **facts,
    )
    refuse_impossible_risk(row, today=one.patient.site.local_date(now))
    return row


def _result(one: NewAfp, source: str, by: User | None, now: datetime) -> AfpResult:
    row = AfpResult(
        patient=one.patient,
        taken_on=one.taken_on,
        value_ng_ml=one.value_ng_ml,
        rising=one.rising,
        elevated_for_age=one.elevated_for_age,
        source=source,
        recorded_at=now,
        recorded_by=by,
    )
    refuse_impossible_afp(row, today=one.patient.site.local_date(now))
    return row


def _deed(action: str, row: RiskProfile | AfpResult, on: date) -> Deed:
    detail = {"on": on.isoformat()}
    return Deed(action, row.patient.site, row, row.patient, detail)
