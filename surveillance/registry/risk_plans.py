"""Risk facts of a patient's rows become profiles: stated facts over those then in force."""

from datetime import date
from typing import Any

from patients.models import RiskProfile
from surveillance.registry.draft import Draft
from surveillance.registry.plan import CREATED, UNCHANGED, PatientPlan, PlannedProfile

HANGS_ON = {"expected_delivery_on": "pregnant", "cardiac_failure_signs_on": "cardiac_failure_signs"}
RISK_FIELDS = (
    "cirrhosis", "chronic_hbv", "chronic_hcv", "masld_advanced_fibrosis", "ald",
    "other_chronic_liver_disease", "hcc_risk_factors", "prior_hcc", "normal_liver_function",
    "normal_liver_parenchyma", "extrahepatic_malignancy", "pregnant", "expected_delivery_on",
    "contraindications", "egfr", "torch_evaluated", "cardiac_failure_signs",
    "cardiac_failure_signs_on",
)  # fmt: skip
Facts = dict[str, Any]


def plan_risk(plan: PatientPlan, draft: Draft) -> None:
    """Add a profile for each day on which the rows say something new.

    A blank cell keeps what was in force. What the record was told once for a day is not told
    again, even if a person has corrected it since.
    """
    recorded = draft.known.profiles[draft.holder.pk] if draft.holder else []
    told = [(profile.effective_on, _facts(profile)) for profile in recorded]
    for day in sorted(draft.risk):
        stated = draft.risk[day].values
        in_force = _in_force(told, day)
        candidates = [facts for effective_on, facts in told if effective_on == day]
        if any(_agrees(facts, stated) for facts in (*candidates, in_force)):
            plan.count("risk_profiles", UNCHANGED)
            continue
        facts = _overlaid(in_force, stated)
        told.append((day, facts))
        plan.profiles.append(PlannedProfile(day, facts))
        plan.count("risk_profiles", CREATED)


def _facts(profile: RiskProfile) -> Facts:
    return {name: getattr(profile, name) for name in RISK_FIELDS}


def _in_force(told: list[tuple[date, Facts]], day: date) -> Facts:
    """The newest facts by that day; of one day, those told last."""
    earlier = [(effective_on, number) for number, (effective_on, _) in enumerate(told)
               if effective_on <= day]  # fmt: skip
    return told[max(earlier)[1]][1] if earlier else {}


def _agrees(facts: Facts, stated: Facts) -> bool:
    return bool(facts) and all(facts.get(name) == value for name, value in stated.items())


def _overlaid(in_force: Facts, stated: Facts) -> Facts:
    facts = in_force | stated
    for name, fact in HANGS_ON.items():
        if facts.get(fact) != "YES":
            facts[name] = None
    return facts
