"""The ACR's measure for small liver nodules, as ADR 0041 reads it."""

from django.db.models import Case, Count, DecimalField, OuterRef, Q, Subquery, Value, When

from surveillance.dashboard.number import Cell, Kind, Number, Row, share
from surveillance.dashboard.scope import Scope, adults_born_by
from surveillance.measures import ADHERENT, AFTER, BEFORE, FINAL, with_tolerance
from surveillance.models import (
    FollowUp,
    FollowUpOutcome,
    FollowUpQuerySet,
    LesionObservation,
)
from surveillance.protocol.parameters.measures import SMALL_NODULE_BELOW
from surveillance.protocol.terms import ObligationKind, RecommendationKind, Risk

KEY = "small_nodules"
TITLE = "Surveillance imaging for liver nodules <10 mm in patients at risk for HCC (ACR)"
COUNTED = "counted"
EXCLUDED = {
    "ended": "Ended without an exam: replaced, no longer owed, died, moved, entered in error",
    "child": "Under 18, or age not known",
    "risk": "Not known to be at risk",
    "size": f"{SMALL_NODULE_BELOW.value} mm or more, or not measured",
    "not_final": f"Not done, and not yet {AFTER.days} days after the last day",
}
"""Why a follow-up is not in the denominator: the first that holds."""


def _size_then() -> Subquery:
    """The newest measurement that the decision knew."""
    rows = LesionObservation.objects.standing().filter(
        lesion=OuterRef("lesion"),
        exam__performed_on__lte=OuterRef("assessment__as_of"),
        size_mm__isnull=False,
    )
    newest = rows.order_by("-exam__performed_on").values("size_mm")[:1]
    return Subquery(newest, output_field=DecimalField())


def _grouped(scope: Scope) -> FollowUpQuerySet:
    """Surveillance imaging with its last day in the period, each counted or excluded."""
    rows = FollowUp.objects.filter(
        site__in=scope.sites,
        kind=ObligationKind.IMAGING,
        recommendation=RecommendationKind.SURVEILLANCE_IMAGING,
        latest_on__range=(scope.first_on, scope.today),
    )
    done = Q(outcome=FollowUpOutcome.COMPLETED, completed_by__retracted_at=None)
    adult = Q(patient__birth_date__lte=adults_born_by(scope.first_on))
    known = with_tolerance(rows, scope.own_day()).alias(size_then=_size_then())
    return known.annotate(
        group=Case(
            When(~(Q(closed_at=None) | done), then=Value("ended")),
            When(~adult | Q(patient__birth_date=None), then=Value("child")),
            When(~Q(assessment__risk=Risk.AT_RISK), then=Value("risk")),
            When(~Q(size_then__lt=SMALL_NODULE_BELOW.value), then=Value("size")),
            When(Q(size_then=None), then=Value("size")),
            When(~FINAL, then=Value("not_final")),
            default=Value(COUNTED),
        )
    )


def count_small_nodules(scope: Scope) -> Number:
    """One query."""
    by = _grouped(scope).order_by().values_list("group")
    counted = by.annotate(n=Count("pk"), met=Count("pk", filter=ADHERENT))
    found = {group: (n, met) for group, n, met in counted}
    whole, met = found.get(COUNTED, (0, 0))
    return Number(
        KEY,
        TITLE,
        f"Denominator: surveillance imaging (3 to 6 months) with its last day in the period, asked "
        f"for a nodule below {SMALL_NODULE_BELOW.value} mm in an adult at risk for HCC. Numerator: "
        f"done between {BEFORE.days} days before the earliest and {AFTER.days} days after the last "
        "day, the tolerance of the ACR's Follow-Up Improvement Collaborative.",
        "The exact wording of the ACR's measure was not available to us: this is our reading of "
        "its title. Each follow-up counts, so that one nodule may count twice a year.",
        (
            share(
                KEY,
                "Imaged as the ACR counts",
                (met, "follow-ups done within the tolerance"),
                (whole, "follow-ups for small nodules in adults at risk"),
            ),
        ),
        ("Excluded, the first that holds", "Follow-ups"),
        tuple(
            Row(words, (Cell(found.get(group, (0, 0))[0], group),))
            for group, words in EXCLUDED.items()
        ),
        period=(scope.first_on, scope.today),
    )


def list_small_nodules(scope: Scope, part: str) -> FollowUpQuerySet:
    """'' the numerator; 'not_met' the rest of the denominator; else what is excluded so."""
    rows = _grouped(scope)
    if part in EXCLUDED:
        return rows.filter(group=part)
    met = {"": ADHERENT, "not_met": ~ADHERENT | Q(completed_by=None)}[part]
    return rows.filter(met, group=COUNTED)


SMALL_NODULES = Kind(KEY, TITLE, count_small_nodules, list_small_nodules)
