"""Imaging avoided by stop rules (ADR 0040)."""

from collections import defaultdict
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Exists, Max, OuterRef, QuerySet
from django.utils.translation import gettext as _

from patients.models import PatientStatus
from surveillance.dashboard.intervals import EXAM, STANDING, exam_before
from surveillance.dashboard.number import Cell, Figure, Kind, Number, Row
from surveillance.dashboard.scope import Scope
from surveillance.models import FollowUp, FollowUpOutcome, FollowUpQuerySet, LesionAssessment
from surveillance.protocol.rules.administrative import ADMINISTRATIVE
from surveillance.protocol.rules.table import RULES
from surveillance.protocol.terms import ObligationKind, RecommendationKind

KEY = "avoided"
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
_FOLLOW_UP = "lesion__follow_ups"


def _ended(scope: Scope) -> "QuerySet[LesionAssessment]":
    """The newest decision by the protocol of each lesion that it ended, and that stayed so."""
    same = LesionAssessment.objects.filter(lesion=OuterRef("lesion"), overrides=None)
    return LesionAssessment.objects.filter(
        ~Exists(same.filter(sequence__gt=OuterRef("sequence"))),
        ~Exists(FollowUp.objects.open().filter(lesion=OuterRef("lesion"))),
        overrides=None,
        stop=True,
        rule__in=STOP_RULES,
        lesion__patient__site__in=scope.sites,
        lesion__patient__status=PatientStatus.ACTIVE,
        lesion__patient__merged_into=None,
    )


def _series(scope: Scope) -> Any:
    """Of those lesions every exam of their series, with the rule, the day of the exam before it and
    that of the lesion's last exam. From the lesions that were ended, which are few, to the rest."""
    done = {
        "site__in": scope.sites,
        "kind": ObligationKind.IMAGING,
        "recommendation__in": SERIES,
        "outcome": FollowUpOutcome.COMPLETED,
        "completed_by__retracted_at": None,
    }
    asked = {f"{_FOLLOW_UP}__{field}": value for field, value in done.items()}
    columns = ("lesion", "rule", f"{_FOLLOW_UP}__pk", f"{_FOLLOW_UP}__target_on")
    rows = _ended(scope).filter(**asked).values(*columns)
    with_days = rows.annotate(
        before_on=exam_before(f"{_FOLLOW_UP}__completed_by"),
        last_on=Max(f"{EXAM}__performed_on", filter=STANDING),
    )
    in_order = with_days.order_by(f"{_FOLLOW_UP}__completed_by__performed_on", f"{_FOLLOW_UP}__pk")
    return in_order.values_list(*columns, "before_on", "last_on")


class _Spared(NamedTuple):
    """What one lesion was spared, with the last follow-up of its series."""

    rule: str
    follow_up: UUID
    exams: int


def _spared(scope: Scope) -> list[_Spared]:
    """The days are found by the database and divided here. One query."""
    last = {lesion: row for lesion, *row in _series(scope)}
    found = []
    for rule, follow_up, target_on, before_on, last_on in last.values():
        interval = (target_on - before_on).days if before_on else 0
        elapsed = (scope.today - last_on).days
        if interval > 0 and elapsed >= 0:
            found.append(_Spared(rule, follow_up, elapsed // interval))
    return found


def count_avoided(scope: Scope) -> Number:
    """One query."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for rule, _last, exams_spared in _spared(scope):
        found[rule].append(exams_spared)
    lesions, exams = sum(map(len, found.values())), sum(map(sum, found.values()))
    return Number(
        KEY,
        _("Imaging avoided by stop rules"),
        _(
            "For each lesion that was in a series of exams and was ended by a rule: the days since "
            "its last exam, divided by the interval of the series, rounded down. The interval is "
            "the days from the last but one exam of the series to the target day that it set. So "
            "many exams the former interval would have asked for until today."
        ),
        _(
            "Lesions that were never in a series, or whose interval is not on file; patients who "
            "died, moved or are not followed for another reason (R01 to R04); what a clinician "
            "ended. Exams made longer apart, not ended, are not counted."
        ),
        (_figure(exams, lesions),),
        (_("Rule"), _("Lesions"), _("Exams avoided"), _("What the rule says")),
        tuple(
            Row(
                rule,
                (
                    Cell(len(spared), rule),
                    Cell(sum(spared)),
                    Cell(None, words=_(RULES[rule].title)),
                ),
            )
            for rule, spared in sorted(found.items())
        ),
    )


def _figure(exams: int, lesions: int) -> Figure:
    return Figure(
        KEY,
        _("Exams avoided"),
        exams,
        _("exams that the former interval would have asked for"),
        lesions,
        _("lesions that a stop rule took out of a series"),
        float(exams),
        joint="in",
    )


def list_avoided(scope: Scope, part: str) -> FollowUpQuerySet:
    """'' all, 'R68' those of one rule: the last follow-up of each series."""
    if part and part not in STOP_RULES:
        raise KeyError(part)
    counted = [pk for rule, pk, _exams in _spared(scope) if part in ("", rule)]
    return scope.follow_ups().filter(pk__in=counted)


AVOIDED = Kind(KEY, count_avoided, list_avoided)
