"""The ACR's measure for small liver nodules, as ADR 0041 reads it."""

from typing import Any

from django.db.models import Case, Count, F, Max, Q, QuerySet, Value, When
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from surveillance.dashboard.intervals import EXAM, STANDING
from surveillance.dashboard.number import Cell, Kind, Number, Row, share
from surveillance.dashboard.scope import Scope, adults_born_by
from surveillance.measures import ADHERENT, AFTER, BEFORE, FINAL, with_tolerance
from surveillance.models import (
    FollowUp,
    FollowUpOutcome,
    FollowUpQuerySet,
)
from surveillance.protocol.parameters.measures import SMALL_NODULE_BELOW
from surveillance.protocol.terms import ObligationKind, RecommendationKind, Risk

KEY = "small_nodules"
COUNTED = "counted"
EXCLUDED = {
    "ended": gettext_noop(
        "Ended without an exam: replaced, no longer owed, died, moved, entered in error"
    ),
    "child": gettext_noop("Under 18, or age not known"),
    "risk": gettext_noop("Not known to be at risk"),
    "not_final": gettext_noop("Not done, and not yet {after} days after the last day"),
    "size": gettext_noop("Has measured {small} mm or more, or was never measured"),
}
"""Why a follow-up is not in the denominator: the first that holds."""
LIMITS = {"small": SMALL_NODULE_BELOW.value, "before": BEFORE.days, "after": AFTER.days}


def _largest() -> Max:
    """The largest measurement that the decision knew."""
    known = Q(**{f"{EXAM}__performed_on__lte": F("assessment__as_of")})
    return Max("lesion__observations__size_mm", filter=STANDING & known)


def _grouped(scope: Scope) -> "QuerySet[Any, Any]":
    """Surveillance imaging with its last day in the period, each counted or excluded."""
    rows = FollowUp.objects.filter(
        site__in=scope.sites,
        kind=ObligationKind.IMAGING,
        recommendation=RecommendationKind.SURVEILLANCE_IMAGING,
        latest_on__range=(scope.first_on, scope.today),
    )
    done = Q(outcome=FollowUpOutcome.COMPLETED, completed_by__retracted_at=None)
    adult = Q(patient__birth_date__lte=adults_born_by(scope.first_on))
    return (
        with_tolerance(rows, scope.own_day())
        .annotate(
            largest=_largest(),
            is_met=Case(When(ADHERENT, then=Value(1)), default=Value(0)),
            group=Case(
                When(~(Q(closed_at=None) | done), then=Value("ended")),
                When(~adult | Q(patient__birth_date=None), then=Value("child")),
                When(~Q(assessment__risk=Risk.AT_RISK), then=Value("risk")),
                When(~FINAL, then=Value("not_final")),
                When(largest__lt=SMALL_NODULE_BELOW.value, then=Value(COUNTED)),
                default=Value("size"),
            ),
        )
        .values("pk", "group", "is_met")
    )


def count_small_nodules(scope: Scope) -> Number:
    """One query."""
    counts = {group: Count("pk", filter=Q(group=group)) for group in EXCLUDED}
    found = _grouped(scope).aggregate(
        whole=Count("pk", filter=Q(group=COUNTED)),
        met=Count("pk", filter=Q(group=COUNTED, is_met=1)),
        **counts,
    )
    whole, met = found["whole"], found["met"]
    return Number(
        KEY,
        _("Surveillance imaging for liver nodules <10 mm in patients at risk for HCC (ACR)"),
        _(
            "Denominator: surveillance imaging (3 to 6 months) with its last day in the period, "
            "asked for a nodule that never measured {small} mm in an adult at risk for HCC. "
            "Numerator: done between {before} days before the earliest and {after} days after the "
            "last day, the tolerance of the ACR's Follow-Up Improvement Collaborative."
        ).format(**LIMITS),
        _(
            "The exact wording of the ACR's measure was not available to us: this is our reading "
            "of its title. Each follow-up counts, so that one nodule may count twice a year."
        ),
        (
            share(
                KEY,
                _("Imaged as the ACR counts"),
                (met, _("follow-ups done within the tolerance")),
                (whole, _("follow-ups for small nodules in adults at risk")),
            ),
        ),
        (_("Excluded, the first that holds"), _("Follow-ups")),
        tuple(
            Row(_(words).format(**LIMITS), (Cell(found[group], group),))
            for group, words in EXCLUDED.items()
        ),
        period=(scope.first_on, scope.today),
    )


def list_small_nodules(scope: Scope, part: str) -> FollowUpQuerySet:
    """'' the numerator; 'not_met' the rest of the denominator; else what is excluded so."""
    if part in EXCLUDED:
        found = _grouped(scope).filter(group=part)
    else:
        found = _grouped(scope).filter(group=COUNTED, is_met={"": 1, "not_met": 0}[part])
    return scope.follow_ups().filter(pk__in=found.values("pk"))


SMALL_NODULES = Kind(KEY, count_small_nodules, list_small_nodules)
