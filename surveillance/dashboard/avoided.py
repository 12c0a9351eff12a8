"""Imaging avoided by stop rules (ADR 0040)."""

from django.db.models import (
    CharField,
    Count,
    DateField,
    Exists,
    F,
    OuterRef,
    Q,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import NullIf

from patients.models import PatientStatus
from surveillance.dashboard.intervals import exam_before
from surveillance.dashboard.number import Cell, Figure, Kind, Number, Row
from surveillance.dashboard.scope import Scope
from surveillance.day_spans import DaysBetween
from surveillance.measures import imaging
from surveillance.models import FollowUp, FollowUpQuerySet, LesionAssessment, LesionObservation
from surveillance.protocol.rules.administrative import ADMINISTRATIVE
from surveillance.protocol.rules.table import RULES
from surveillance.protocol.terms import RecommendationKind

KEY = "avoided"
TITLE = "Imaging avoided by stop rules"
SERIES = (
    RecommendationKind.SURVEILLANCE_IMAGING,
    RecommendationKind.ROUTINE_HCC_SURVEILLANCE,
    RecommendationKind.PAED_SERIAL_US,
    RecommendationKind.PAED_HEMANGIOMA_MONITORING,
)
"""What is asked for again and again until a rule ends it."""

_ADMINISTRATIVE = {rule.id for rule in ADMINISTRATIVE.rules}
STOP_RULES = tuple(
    rule.id for rule in RULES.values() if rule.stop and rule.id not in _ADMINISTRATIVE
)
"""Rules that end a lesion for what is known of it; not because the patient died or moved."""


def _rule_now() -> Subquery:
    """The rule of the lesion's newest decision by the protocol."""
    computed = LesionAssessment.objects.filter(lesion=OuterRef("lesion"), overrides=None)
    return Subquery(computed.newest_first().values("rule")[:1], output_field=CharField())


def _last_exam() -> Subquery:
    seen = LesionObservation.objects.standing().filter(lesion=OuterRef("lesion"))
    newest = seen.order_by("-exam__performed_on").values("exam__performed_on")[:1]
    return Subquery(newest, output_field=DateField())


def _last_of_series(scope: Scope) -> FollowUpQuerySet:
    """The last exam of each series that is over: nothing is owed to the lesion any more."""
    done = imaging().filter(recommendation__in=SERIES, completed_by__isnull=False)
    on = OuterRef("completed_by__performed_on")
    later = Q(completed_by__performed_on__gt=on) | Q(
        completed_by__performed_on=on, pk__gt=OuterRef("pk")
    )
    return done.filter(
        ~Exists(FollowUp.objects.open().filter(lesion=OuterRef("lesion"))),
        ~Exists(done.filter(later, lesion=OuterRef("lesion"))),
        site__in=scope.sites,
        patient__status=PatientStatus.ACTIVE,
        patient__merged_into=None,
    )


def _stopped(scope: Scope) -> FollowUpQuerySet:
    """Those that a stop rule ended, with the interval of the series, the days since the lesion's
    last exam, and how many exams the interval would have asked for in them."""
    spans = _last_of_series(scope).annotate(
        rule_now=_rule_now(),
        interval=DaysBetween(F("target_on"), exam_before()),
        elapsed=DaysBetween(scope.own_day(), _last_exam()),
    )
    known = spans.filter(rule_now__in=STOP_RULES, interval__gt=0, elapsed__gte=0)
    return known.annotate(exams=F("elapsed") / NullIf(F("interval"), Value(0)))


def count_avoided(scope: Scope) -> Number:
    """One query."""
    by = _stopped(scope).order_by().values_list("rule_now")
    found = [(rule, n, total or 0) for rule, n, total in by.annotate(Count("pk"), Sum("exams"))]
    lesions, exams = sum(n for _, n, _ in found), sum(total for *_, total in found)
    return Number(
        KEY,
        TITLE,
        "For each lesion that was in a series of exams and was ended by a rule: the days since its "
        "last exam, divided by the interval of the series, rounded down. The interval is the days "
        "from the last but one exam of the series to the target day that it set. So many exams the "
        "former interval would have asked for until today.",
        "Lesions that were never in a series, or whose interval is not on file; patients who died, "
        "moved or are not followed for another reason (R01 to R04); what a clinician ended. Exams "
        "made longer apart, not ended, are not counted.",
        (
            Figure(
                KEY,
                "Exams avoided",
                exams,
                "exams that the former interval would have asked for",
                lesions,
                "lesions that a stop rule took out of a series",
                float(exams),
                joint="in",
            ),
        ),
        ("Rule", "Lesions", "Exams avoided", "What the rule says"),
        tuple(
            Row(rule, (Cell(n, rule), Cell(total), Cell(None, words=RULES[rule].title)))
            for rule, n, total in sorted(found)
        ),
    )


def list_avoided(scope: Scope, part: str) -> FollowUpQuerySet:
    """'' all, 'R68' those of one rule: the last follow-up of each series."""
    rows = _stopped(scope)
    if part and part not in STOP_RULES:
        raise KeyError(part)
    return rows.filter(rule_now=part) if part else rows


AVOIDED = Kind(KEY, TITLE, count_avoided, list_avoided)
