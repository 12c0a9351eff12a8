"""Figures of a run: read from the records at its end, and added up over parallel parts."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Count

from surveillance.coverage import certify
from surveillance.models import (
    Escalation,
    EscalationResolution,
    FollowUp,
    SweepRun,
)
from surveillance.simulation.hospital import Hospital
from surveillance.simulation.post import Post

Figures = dict[str, Any]


def records_of(letterbox: Post, hospital: Hospital, now: datetime) -> dict[str, int]:
    """What the records and the letterbox hold at the end of a run."""
    raised = Escalation.objects.exclude(resolution=EscalationResolution.SKIPPED)
    certificate = certify(sites=[hospital.site], now=now)
    pairs = Escalation.objects.values("follow_up", "tier").annotate(times=Count("pk"))
    return {
        **{f"escalations_T{tier}": raised.filter(tier=tier).count() for tier in (1, 2, 3, 4)},
        "escalations_skipped": Escalation.objects.count() - raised.count(),
        "escalations_double": pairs.filter(times__gt=1).count(),
        "follow_ups": FollowUp.objects.count(),
        "emails_handed_over": letterbox.copies.total(),
        "emails_repeated": letterbox.copies.total() - len(letterbox.copies),
        "workers_died": letterbox.deaths,
        "emails_most_copies": max(letterbox.copies.values(), default=0),
        "sweeps": SweepRun.objects.count(),
        "parked": sum(SweepRun.objects.values_list("parked", flat=True)),
        "lesions": certificate.total,
        "lesions_unaccounted": len(certificate.unaccounted),
    }


def added(parts: Iterable[Figures]) -> Figures:
    """The figures of several parts as one: numbers are added, lists put one behind the other."""
    whole: Figures = {}
    for part in parts:
        for name, value in part.items():
            whole[name] = _sum(whole[name], value) if name in whole else value
    return whole


def _sum(one: Any, other: Any) -> Any:
    if isinstance(one, dict):
        return added([one, other])
    return one + other
