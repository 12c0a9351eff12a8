"""The risk of one person known under two records: the more dangerous fact wins."""

from typing import Any

from patients.models import Tri
from surveillance.workflows.update_risk import RiskFacts

YES_IS_DANGEROUS = {Tri.NO: 0, Tri.UNKNOWN: 1, Tri.YES: 2}
NO_IS_DANGEROUS = {Tri.YES: 0, Tri.UNKNOWN: 1, Tri.NO: 2}
REASSURING = {"normal_liver_function", "normal_liver_parenchyma", "torch_evaluated"}
"""Facts whose YES is good news."""

TRI_FACTS = tuple(
    name for name, field in RiskFacts.__dataclass_fields__.items() if field.default == Tri.UNKNOWN
)


def combine_risk(*, one: RiskFacts, other: RiskFacts) -> RiskFacts:
    """Every fact as dangerous as either record knows it; unknown is never overruled by 'no'."""
    worse: dict[str, Any] = {
        name: _worse(name, getattr(one, name), getattr(other, name)) for name in TRI_FACTS
    }
    egfr = [facts.egfr for facts in (one, other) if facts.egfr is not None]
    return RiskFacts(
        **worse,
        expected_delivery_on=_latest(one.expected_delivery_on, other.expected_delivery_on),
        contraindications=one.contraindications | other.contraindications,
        egfr=min(egfr, default=None),
        cardiac_failure_signs_on=_latest(
            one.cardiac_failure_signs_on, other.cardiac_failure_signs_on
        ),
    )


def _worse(name: str, one: str, other: str) -> str:
    rank = NO_IS_DANGEROUS if name in REASSURING else YES_IS_DANGEROUS
    return max(one, other, key=lambda value: rank[Tri(value)])


def _latest(*days: Any) -> Any:
    return max((day for day in days if day is not None), default=None)
