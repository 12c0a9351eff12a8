"""From the exam to told, ordered and done."""

from django.db.models import DateField, F, OuterRef, QuerySet, Subquery
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Least, TruncDate

from surveillance.dashboard.number import Cell, Figure, Kind, Number, Row, spread_cells
from surveillance.dashboard.scope import Scope
from surveillance.day_spans import DaysBetween, Spread, spread_of
from surveillance.measures import imaging
from surveillance.models import (
    ContactAttempt,
    FollowUpQuerySet,
    LesionObservation,
    Notification,
    NotificationStatus,
)
from surveillance.models.notification import TEMPLATES_TO_PATIENTS
from surveillance.protocol.reaching import REACHED

KEY = "intervals"
TITLE = "From the exam to told, ordered and done"
STEPS = {"told": "Told", "ordered": "Ordered", "done": "Done"}


def exam_before() -> Subquery:
    """The day of the lesion's last adequate exam before the one that completed the follow-up."""
    rows = LesionObservation.objects.standing().filter(
        lesion=OuterRef("lesion"),
        adequate=True,
        exam__adequate=True,
        exam__performed_on__lt=OuterRef("completed_by__performed_on"),
    )
    newest = rows.order_by("-exam__performed_on").values("exam__performed_on")[:1]
    return Subquery(newest, output_field=DateField())


def told_on() -> Combinable:
    """The day (UTC) on which the patient was first written to, or spoken to, about it."""
    sent = Notification.objects.filter(
        follow_up=OuterRef("pk"),
        template__in=TEMPLATES_TO_PATIENTS,
        status=NotificationStatus.SENT,
    )
    spoken = ContactAttempt.objects.filter(
        follow_ups=OuterRef("pk"), outcome__in=[str(each) for each in REACHED]
    )
    first = Subquery(sent.order_by("finished_at").values("finished_at")[:1])
    heard = Subquery(spoken.order_by("attempted_at").values("attempted_at")[:1])
    return TruncDate(Least(Coalesce(first, heard), Coalesce(heard, first)))


def _done(scope: Scope) -> FollowUpQuerySet:
    done = imaging().filter(site__in=scope.sites, completed_by__isnull=False)
    return done.filter(completed_by__performed_on__range=(scope.first_on, scope.today))


def _steps(scope: Scope) -> dict[str, "QuerySet[object]"]:
    rows = _done(scope).annotate(exam_on=exam_before()).exclude(exam_on=None)
    dates = {
        "told": told_on(),
        "ordered": F("ordered_on"),
        "done": F("completed_by__performed_on"),
    }
    return {
        step: rows.annotate(step_on=day, days=DaysBetween(F("step_on"), F("exam_on"))).exclude(
            days=None
        )
        for step, day in dates.items()
    }


def count_intervals(scope: Scope) -> Number:
    """Four queries."""
    whole = _done(scope).count()
    found = {step: spread_of(rows, F("days")) for step, rows in _steps(scope).items()}
    return Number(
        KEY,
        TITLE,
        "Of the imaging done in these twelve months: days from the lesion's last adequate exam "
        "before it to the first message to the patient about it or the first time somebody was "
        "reached, to the order, and to the exam. The median, and the quartiles between which half "
        "of them lie. A series asks for months between exams: long is not late; overdue says late.",
        "What was never done; what has no earlier adequate exam on file; steps without a day. A "
        "decision that replaced another counts its own messages only. An order placed before the "
        "earlier exam counts with a negative number of days.",
        tuple(_figure(step, days, whole) for step, days in found.items()),
        ("Step", "Median", "Lower quartile", "Upper quartile", "Counted", "Of"),
        tuple(
            Row(STEPS[step], (*spread_cells(days), Cell(days.count, step), Cell(whole)))
            for step, days in found.items()
        ),
        period=(scope.first_on, scope.today),
    )


def _figure(step: str, days: Spread, whole: int) -> Figure:
    label = f"Exam to {step}"
    found = f"with the day of this step ({step})"
    return Figure(step, label, days.count, found, whole, "exams done", days.median, "days", step)


def list_intervals(scope: Scope, part: str) -> FollowUpQuerySet:
    """'' what was done; 'told', 'ordered', 'done' what has that step."""
    return _steps(scope)[part] if part else _done(scope)  # type: ignore[return-value]


INTERVALS = Kind(KEY, TITLE, count_intervals, list_intervals)
