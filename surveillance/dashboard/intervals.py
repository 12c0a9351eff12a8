"""From the exam to told, ordered and done."""

from collections import Counter
from datetime import UTC, date
from uuid import UUID

from django.db.models import Exists, F, Max, Min, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, pgettext

from surveillance.dashboard.number import Cell, Figure, Kind, Number, Row, spread_cells
from surveillance.dashboard.scope import Scope
from surveillance.day_spans import Spread, spread
from surveillance.measures import imaging
from surveillance.models import (
    ContactAttempt,
    FollowUpQuerySet,
    Notification,
    NotificationStatus,
)
from surveillance.models.notification import TEMPLATES_TO_PATIENTS
from surveillance.protocol.reaching import REACHED

KEY = "intervals"
STEPS = ("told", "ordered", "done")
FIGURE_WORDS = {
    "told": (gettext_noop("Exam to told"), gettext_noop("with the day of this step (told)")),
    "ordered": (
        gettext_noop("Exam to ordered"),
        gettext_noop("with the day of this step (ordered)"),
    ),
    "done": (gettext_noop("Exam to done"), gettext_noop("with the day of this step (done)")),
}
EXAM = "lesion__observations__exam"
STANDING = Q(**{f"{EXAM}__retracted_at": None, f"{EXAM}__isnull": False})


def exam_before(completed_by: str = "completed_by") -> Max:
    """The day of the lesion's last adequate exam before the one that completed the follow-up. By a
    join, since a look-up per row costs more the larger the site is."""
    adequate = Q(**{f"{EXAM}__adequate": True, "lesion__observations__adequate": True})
    earlier = Q(**{f"{EXAM}__performed_on__lt": F(f"{completed_by}__performed_on")})
    return Max(f"{EXAM}__performed_on", filter=STANDING & adequate & earlier)


def _sent() -> "QuerySet[Notification]":
    return Notification.objects.filter(
        template__in=TEMPLATES_TO_PATIENTS, status=NotificationStatus.SENT
    )


def _spoken() -> "QuerySet[ContactAttempt]":
    return ContactAttempt.objects.standing().filter(outcome__in=[str(each) for each in REACHED])


def _done(scope: Scope) -> FollowUpQuerySet:
    done = imaging().filter(site__in=scope.sites, completed_by__isnull=False)
    return done.filter(completed_by__performed_on__range=(scope.first_on, scope.today))


def _told(scope: Scope) -> dict[UUID, date]:
    """The day (UTC) on which the patient was first written to, or spoken to, about each."""
    rows = _done(scope).values("pk")
    sent = _sent().filter(follow_up__in=rows).values_list("follow_up").annotate(Min("finished_at"))
    heard = _spoken().filter(follow_ups__in=rows).values_list("follow_ups")
    told: dict[UUID, date] = {}
    for pk, moment in (*sent, *heard.annotate(Min("attempted_at"))):
        day = moment.astimezone(UTC).date()
        told[pk] = min(day, told.get(pk, day))
    return told


def _spreads(scope: Scope) -> tuple[int, dict[str, Spread]]:
    """How many were done, and the spread of each step."""
    told, whole = _told(scope), 0
    days: dict[str, Counter[int]] = {step: Counter() for step in STEPS}
    columns = ("pk", "ordered_on", "completed_by__performed_on")
    rows = _done(scope).order_by().values(*columns).annotate(exam_on=exam_before())
    for pk, ordered_on, done_on, exam_on in rows.values_list(*columns, "exam_on"):
        whole += 1
        for step, day in zip(STEPS, (told.get(pk), ordered_on, done_on), strict=True):
            if exam_on and day:
                days[step][(day - exam_on).days] += 1
    return whole, {step: spread(counted.items()) for step, counted in days.items()}


def count_intervals(scope: Scope) -> Number:
    """Three queries."""
    whole, found = _spreads(scope)
    return Number(
        KEY,
        _("From the exam to told, ordered and done"),
        _(
            "Of the imaging done in these twelve months: days from the lesion's last adequate exam "
            "before it to the first message to the patient about it or the first time somebody was "
            "reached, to the order, and to the exam. The median, and the quartiles between which "
            "half of them lie. A series asks for months between exams: long is not late; overdue "
            "says late."
        ),
        _(
            "What was never done; what has no earlier adequate exam on file; steps without a day. "
            "A decision that replaced another counts its own messages only. An order placed before "
            "the earlier exam counts with a negative number of days."
        ),
        tuple(_figure(step, days, whole) for step, days in found.items()),
        (
            _("Step"),
            _("Median"),
            _("Lower quartile"),
            _("Upper quartile"),
            _("Counted"),
            pgettext("share", "Of"),
        ),
        tuple(
            Row(_step_words(step), (*spread_cells(days), Cell(days.count, step), Cell(whole)))
            for step, days in found.items()
        ),
        period=(scope.first_on, scope.today),
    )


def _step_words(step: str) -> str:
    words = {
        "told": pgettext("step", "Told"),
        "ordered": pgettext("step", "Ordered"),
        "done": pgettext("step", "Done"),
    }
    return words[step]


def _figure(step: str, days: Spread, whole: int) -> Figure:
    label, found = (_(words) for words in FIGURE_WORDS[step])
    among = _("exams done")
    return Figure(step, label, days.count, found, whole, among, days.median, "days", step)


def list_intervals(scope: Scope, part: str) -> FollowUpQuerySet:
    """'' what was done; 'told', 'ordered', 'done' what has that step."""
    if not part:
        return _done(scope)
    happened = {
        "told": Q(Exists(_sent().filter(follow_up=OuterRef("pk"))))
        | Q(Exists(_spoken().filter(follow_ups=OuterRef("pk")))),
        "ordered": Q(ordered_on__isnull=False),
        "done": Q(),
    }
    with_exam = _done(scope).values("pk").annotate(exam_on=exam_before()).exclude(exam_on=None)
    return _done(scope).filter(happened[part], pk__in=with_exam.values("pk"))


INTERVALS = Kind(KEY, count_intervals, list_intervals)
