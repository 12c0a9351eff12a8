"""Done within the window, by the month of the last day and by risk."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Count
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from surveillance.dashboard.number import (
    RISKS,
    Cell,
    Kind,
    Number,
    Row,
    percent,
    risk_words,
    share,
)
from surveillance.dashboard.scope import Scope
from surveillance.measures import IN_TIME, ON_TIME_MEANS, fell_due, imaging
from surveillance.models import FollowUpQuerySet
from surveillance.protocol.dates import add_months
from surveillance.protocol.parameters.measures import MONTHS_SHOWN

KEY = "completion"
Counts = dict[tuple[date, str], tuple[int, int]]


def _fell_due(scope: Scope) -> FollowUpQuerySet:
    rows = imaging().filter(site__in=scope.sites)
    return fell_due(rows, scope.first_on, scope.today, scope.own_day())


def months(scope: Scope) -> list[date]:
    """The first days of the months that are shown, oldest first."""
    return [add_months(scope.first_on, n) for n in range(MONTHS_SHOWN.value)]


def count_completion(scope: Scope) -> Number:
    """One query."""
    by = _fell_due(scope).order_by().values_list(TruncMonth("latest_on"), "escalation_class")
    found: Counts = {
        (month, risk): (done, whole)
        for month, risk, done, whole in by.annotate(
            done=Count("pk", filter=IN_TIME), whole=Count("pk")
        )
    }
    done, whole = _sum(found.values())
    return Number(
        KEY,
        _("Done within the window"),
        f"{_(ON_TIME_MEANS)} " + _("By the month of the last day; twelve months, this one so far."),
        _(
            "Follow-ups that ended without an exam (replaced by a new decision, no longer owed, "
            "died, moved), referrals and reviews. An exam that was retracted completed nothing."
        ),
        (
            share(
                KEY,
                _("Done within the window"),
                (done, _("done on or before their last day")),
                (whole, _("whose last day has passed or that were done")),
            ),
        ),
        (
            _("Month"),
            *_headings(found),
            _("All risks"),
            pgettext("share", "In time"),
            pgettext("share", "Of"),
        ),
        tuple(_row(month, found) for month in months(scope)),
        period=(scope.first_on, scope.today),
    )


def _headings(found: Counts) -> list[str]:
    return [risk_words(risk) for risk in RISKS if any(risk == each for _month, each in found)]


def _sum(counts: Iterable[tuple[int, int]]) -> tuple[int, int]:
    pairs = list(counts)
    return sum(done for done, _whole in pairs), sum(whole for _done, whole in pairs)


def _row(month: date, found: Counts) -> Row:
    shown = [risk for risk in RISKS if any(risk == each for _month, each in found)]
    by_risk = {risk: found.get((month, risk), (0, 0)) for risk in shown}
    done, whole = _sum(by_risk.values())
    cells = (
        Cell(percent(*counts), f"{month:%Y-%m}.{risk}" if counts[1] else None, "%")
        for risk, counts in by_risk.items()
    )
    key = f"{month:%Y-%m}"
    total = Cell(percent(done, whole), None, "%")
    return Row(month, (*cells, total, Cell(done, f"{key}.in"), Cell(whole, key)))


def list_completion(scope: Scope, part: str) -> FollowUpQuerySet:
    """'' what was done in time; '2026-03' a month; with '.in' its numerator,
    '.URGENT' one risk."""
    rows = _fell_due(scope)
    if not part:
        return rows.filter(IN_TIME)
    month, _dot, rest = part.partition(".")
    first = {f"{each:%Y-%m}": each for each in months(scope)}[month]
    rows = rows.filter(latest_on__gte=first, latest_on__lt=add_months(first, 1))
    if rest == "in":
        return rows.filter(IN_TIME)
    risks = {str(risk): risk for risk in RISKS}
    return rows.filter(escalation_class=risks[rest]) if rest else rows


COMPLETION = Kind(KEY, count_completion, list_completion)
