"""Appends what is known of a patient's risk. Only surveillance.workflows.update_risk calls it:
risk never changes without every lesion being assessed again."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from patients.audit import record_event
from patients.models import Contraindication, Patient, RiskProfile, Tri
from patients.workflows.field_rules import (
    refusal,
    refuse_bad_fields,
    refuse_day_outside_life,
)

EGFR_RANGE = (Decimal(0), Decimal(300))
"""mL/min/1.73 m². A plausible entry, not a clinical limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskFacts:
    """Clinical.md 3.1, all of it. A fact that is not given is not known.

    `egfr` in mL/min/1.73 m².
    """

    cirrhosis: str = Tri.UNKNOWN
    chronic_hbv: str = Tri.UNKNOWN
    chronic_hcv: str = Tri.UNKNOWN
    masld_advanced_fibrosis: str = Tri.UNKNOWN
    ald: str = Tri.UNKNOWN
    other_chronic_liver_disease: str = Tri.UNKNOWN
    hcc_risk_factors: str = Tri.UNKNOWN
    prior_hcc: str = Tri.UNKNOWN
    normal_liver_function: str = Tri.UNKNOWN
    normal_liver_parenchyma: str = Tri.UNKNOWN
    extrahepatic_malignancy: str = Tri.UNKNOWN
    pregnant: str = Tri.UNKNOWN
    expected_delivery_on: date | None = None
    contraindications: frozenset[str] = frozenset()
    egfr: Decimal | None = None
    torch_evaluated: str = Tri.UNKNOWN
    cardiac_failure_signs: str = Tri.UNKNOWN
    cardiac_failure_signs_on: date | None = None


RISK_FIELDS = tuple(RiskFacts.__dataclass_fields__)


def facts_of(profile: RiskProfile) -> RiskFacts:
    """The facts that a stored profile states."""
    stated = {name: getattr(profile, name) for name in RISK_FIELDS}
    return RiskFacts(**stated | {"contraindications": frozenset(profile.contraindications)})


def record_risk_profile(
    *,
    patient: Patient,
    facts: RiskFacts,
    effective_on: date,
    source: str,
    by: User | None,
    now: datetime,
) -> RiskProfile | None:
    """Append a profile effective from that day; None when the one then in force says the same.

    Refused: a value outside the vocabulary, an implausible eGFR, a day in the future or before
    birth, an expected delivery without a pregnancy, a dated sign that is not present.
    """
    profile = RiskProfile(
        patient=patient,
        effective_on=effective_on,
        source=source,
        recorded_at=now,
        recorded_by=by,
        **asdict(facts) | {"contraindications": sorted(facts.contraindications)},
    )
    refuse_impossible_risk(profile, today=patient.site.local_date(now))
    with transaction.atomic():
        # The patient's row serialises two authors, so that equal facts are stored once.
        Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
        in_force = RiskProfile.objects.filter(patient=patient).in_force(effective_on).first()
        if in_force and facts_of(in_force) == facts:
            return None
        profile.save()
        _audit(profile, in_force, by, now)
    return profile


def refuse_impossible_risk(profile: RiskProfile, *, today: date) -> None:
    """Refuse values outside their vocabulary or range, impossible days, facts at odds."""
    refuse_bad_fields(profile, [*RISK_FIELDS, "effective_on", "source"])
    refuse_day_outside_life(profile.patient, "effective_on", profile.effective_on, today)
    signs_on = profile.cardiac_failure_signs_on
    refuse_day_outside_life(profile.patient, "cardiac_failure_signs_on", signs_on, today)
    unknown = sorted(set(profile.contraindications) - set(Contraindication.values))
    if unknown:
        known = ", ".join(Contraindication.values)
        raise refusal(
            "contraindications", ", ".join(unknown), _("Use any of {known}.").format(known=known)
        )
    least, most = EGFR_RANGE
    if profile.egfr is not None and not least <= profile.egfr <= most:
        raise refusal(
            "egfr",
            profile.egfr,
            _("Give {least} to {most} mL/min/1.73 m².").format(least=least, most=most),
        )
    _refuse_contradictions(profile)


def _refuse_contradictions(profile: RiskProfile) -> None:
    if profile.expected_delivery_on and profile.pregnant != Tri.YES:
        raise refusal(
            "expected_delivery_on",
            profile.expected_delivery_on,
            _("Say pregnant: {yes}, or leave the day empty.").format(yes=Tri.YES.value),
        )
    if profile.cardiac_failure_signs_on and profile.cardiac_failure_signs != Tri.YES:
        raise refusal(
            "cardiac_failure_signs_on",
            profile.cardiac_failure_signs_on,
            _("Say cardiac_failure_signs: {yes}, or leave the day empty.").format(
                yes=Tri.YES.value
            ),
        )


def _audit(
    profile: RiskProfile, before: RiskProfile | None, by: User | None, now: datetime
) -> None:
    changed = [n for n in RISK_FIELDS if not before or getattr(before, n) != getattr(profile, n)]
    record_event(
        "risk_recorded",
        site=profile.patient.site,
        subject=profile,
        by=by,
        now=now,
        patient=profile.patient,
        detail={"effective_on": profile.effective_on.isoformat(), "fields": changed},
    )
