"""The leak: reports that speak of a hepatic calcification and that nobody has put on file."""

from collections import Counter
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from surveillance.dashboard.number import Cell, Kind, Number, Row, share
from surveillance.dashboard.scope import Scope
from surveillance.models import CapturedReport, CaptureState, FollowUp, FollowUpQuerySet

KEY = "capture"
WEEKS = 12
COUNTED = ("captured_at", "state")


def count_capture(scope: Scope) -> Number:
    """Reports received in the last twelve weeks, by week. One query."""
    begin = scope.now - timedelta(weeks=WEEKS)
    rows = CapturedReport.objects.current().filter(site__in=scope.sites)
    found = rows.filter(captured_at__gte=begin).values_list(*COUNTED)
    by_week = Counter((_week(begin, at), state) for at, state in found)
    total = Counter(state for _at, state in found)
    whole = total.total()
    first_on = scope.sites[0].local_date(begin)
    return Number(
        KEY,
        _("Reports captured and not yet tracked"),
        _(
            "Reports that came over an interface in the last {weeks} weeks and mention a hepatic "
            "calcification or recommend another look at the liver: their findings are on file "
            "(tracked), a person excluded them and said why, or they wait. What waits is the leak."
        ).format(weeks=WEEKS),
        _(
            "Reports that no interface sends. A calcification that the reader of texts does not "
            "see; its measured recall is in the documentation."
        ),
        (
            share(
                KEY,
                _("Waiting"),
                (total[CaptureState.WAITING], _("reports that wait for a person")),
                (whole, _("captured reports")),
                part=None,
            ),
        ),
        (_("Week from"), _("Captured"), _("Tracked"), _("Excluded"), _("Waiting")),
        tuple(
            Row(first_on + timedelta(weeks=week), _cells(by_week, week)) for week in range(WEEKS)
        ),
    )


def _week(begin: datetime, at: datetime) -> int:
    return min((at - begin).days // 7, WEEKS - 1)


def _cells(by_week: Counter[tuple[int, str]], week: int) -> tuple[Cell, ...]:
    states = (CaptureState.TRACKED, CaptureState.EXCLUDED, CaptureState.WAITING)
    counts = [by_week[week, state] for state in states]
    return tuple(Cell(value) for value in (sum(counts), *counts))


def list_capture(_scope: Scope, part: str) -> FollowUpQuerySet:
    """Reports are no follow-ups: their list is under "Reports". Raises KeyError for every part."""
    if part:
        raise KeyError(part)
    return FollowUp.objects.none()


CAPTURE = Kind(KEY, count_capture, list_capture)
