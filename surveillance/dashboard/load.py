"""Who answers for what: nothing may be ownerless; the load of each navigator, now and ahead."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.db.models import Case, Count, F, IntegerField, Q, Value, When
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from surveillance.dashboard.number import Cell, Kind, Number, Row, count
from surveillance.dashboard.scope import Scope
from surveillance.day_spans import DaysBetween
from surveillance.failsafe.people import ownerless
from surveillance.models import FollowUpQuerySet
from surveillance.protocol.parameters.measures import FORECAST_WEEKS

OWNERLESS_KEY, LOAD_KEY, FORECAST_KEY = "ownerless", "load", "forecast"
WEEKS = FORECAST_WEEKS.value
WAITING, LATER = -1, WEEKS
"""Weeks that are none: the target day lies before this week, or after the last one shown."""


def _ownerless(scope: Scope, part: str = "") -> FollowUpQuerySet:
    if part:
        raise KeyError(part)
    return ownerless().filter(site__in=scope.sites)


def count_ownerless(scope: Scope) -> Number:
    """Two queries."""
    found, whole = _ownerless(scope).count(), scope.follow_ups().open().count()
    return Number(
        OWNERLESS_KEY,
        _("Without an owner"),
        _(
            "Open follow-ups for which nobody with a current role at the site answers. It must be "
            "0: the database refuses to leave one behind, and the failsafe looks for one every "
            "hour."
        ),
        _("An owner who is on leave counts as an owner: their cover answers."),
        (
            count(
                OWNERLESS_KEY,
                _("Without an owner"),
                (found, _("follow-ups for which nobody answers")),
                (whole, _("open follow-ups")),
            ),
        ),
        (),
        (),
    )


OWNERLESS = Kind(OWNERLESS_KEY, count_ownerless, _ownerless)


class Load(NamedTuple):
    """What one person answers for."""

    open: int
    patients: int
    overdue: int
    due: int


def count_load(scope: Scope) -> Number:
    """Two queries."""
    found = _loads(scope)
    whole = sum(load.open for load in found.values())
    over = sum(load.overdue for load in found.values())
    return Number(
        LOAD_KEY,
        _("Load now"),
        _(
            "Open follow-ups by the person who answers for them; how many patients that is, how "
            "many are past their last day, and how many past their target and not yet past their "
            "last day."
        ),
        _(
            "Who stands in for somebody on leave: what is owned stays with its owner. Work without "
            "a follow-up (calls back, letters, reports to chase)."
        ),
        (
            count(
                LOAD_KEY,
                _("People with open follow-ups"),
                (len(found), _("people answer")),
                (
                    whole,
                    _("open follow-ups, {n} of them overdue").format(
                        n=number_format(over, force_grouping=True)
                    ),
                ),
                "for",
            ),
        ),
        (
            _("Owner"),
            pgettext("follow-ups", "Open"),
            _("Patients"),
            pgettext("follow-ups", "Overdue"),
            pgettext("follow-ups", "Due"),
        ),
        tuple(_load_row(owner, name, found[owner]) for owner, name in _by_name(found)),
    )


def _loads(scope: Scope) -> dict[int | None, Load]:
    today = scope.own_day()
    counted = scope.follow_ups().open().order_by().values_list("owner")
    rows = counted.annotate(
        Count("pk"),
        Count("patient", distinct=True),
        over=Count("pk", filter=Q(latest_on__lt=today)),
        late=Count("pk", filter=Q(target_on__lt=today, latest_on__gte=today)),
    )
    return {owner: Load(*numbers) for owner, *numbers in rows}


def _load_row(owner: int | None, name: str, load: Load) -> Row:
    cells = (
        Cell(load.open, f"{owner}"),
        Cell(load.patients, f"{owner}"),
        Cell(load.overdue, f"{owner}.overdue"),
        Cell(load.due, f"{owner}.due"),
    )
    return Row(name, cells)


def _by_name(owners: Iterable[int | None]) -> list[tuple[int | None, str]]:
    """Owners in the order of their names. One query."""
    ids = set(owners)
    people = User.objects.filter(pk__in=[pk for pk in ids if pk is not None])
    names = {user.pk: user.get_full_name() or user.get_username() for user in people}
    named = [(owner, names.get(owner or 0, _("Nobody"))) for owner in ids]
    return sorted(named, key=lambda pair: (pair[1], pair[0] or 0))


def list_load(scope: Scope, part: str) -> FollowUpQuerySet:
    """'' all that is open; '12' one owner's; '12.overdue' and '12.due' of it."""
    rows, today = scope.follow_ups().open(), scope.own_day()
    owner, _dot, state = part.partition(".")
    states = {
        "": Q(),
        "overdue": Q(latest_on__lt=today),
        "due": Q(target_on__lt=today, latest_on__gte=today),
    }
    return _of_owner(rows, owner).filter(states[state])


def _of_owner(rows: FollowUpQuerySet, owner: str) -> FollowUpQuerySet:
    if not owner:
        return rows
    if owner != "None" and not owner.isdecimal():
        raise KeyError(owner)
    return rows.filter(owner=None if owner == "None" else int(owner))


LOAD = Kind(LOAD_KEY, count_load, list_load)


def _with_week(scope: Scope) -> Any:
    """In which week, counted from this one, the target day of what is open lies."""
    after = scope.monday + timedelta(weeks=WEEKS)
    days = DaysBetween(F("target_on"), Value(scope.monday))
    week = Case(
        When(target_on__lt=scope.monday, then=Value(WAITING)),
        When(target_on__gte=after, then=Value(LATER)),
        default=days / 7,
        output_field=IntegerField(),
    )
    return scope.follow_ups().open().annotate(week=week)


def count_forecast(scope: Scope) -> Number:
    """Two queries."""
    found: defaultdict[int, dict[int | None, int]] = defaultdict(dict)
    by = _with_week(scope).order_by().values_list("week", "owner").annotate(Count("pk"))
    for week, owner, number in by:
        found[week][owner] = number
    owners = _by_name({owner for numbers in found.values() for owner in numbers})
    ahead = sum(sum(found[week].values()) for week in range(WEEKS))
    whole = sum(sum(numbers.values()) for numbers in found.values())
    return Number(
        FORECAST_KEY,
        _("Load ahead, {weeks} weeks").format(weeks=WEEKS),
        _(
            "Open follow-ups by the week (Monday to Sunday) of their target day and by owner: what "
            "is to be done then, booked or not. What has its target before this week is one row of "
            "its own."
        ),
        _(
            "What no decision has opened yet: new patients, and the next exam of a series, which "
            "is opened by the exam before it. Beyond some three months the forecast is therefore a "
            "floor. Leave, cover and changes of owner are not foreseen."
        ),
        (
            count(
                FORECAST_KEY,
                _("To be done in {weeks} weeks").format(weeks=WEEKS),
                (ahead, _("with their target day in these weeks")),
                (whole, _("open follow-ups")),
            ),
        ),
        (_("Week of"), pgettext("owners", "All"), *(name for _owner, name in owners)),
        tuple(_week_row(scope, week, found[week], owners) for week in range(WAITING, LATER + 1)),
    )


def _week_row(
    scope: Scope, week: int, numbers: dict[int | None, int], owners: list[tuple[int | None, str]]
) -> Row:
    names = {WAITING: _("Before this week"), LATER: pgettext("weeks", "Later")}
    label = names.get(week) or scope.monday + timedelta(weeks=week)
    cells = (Cell(numbers.get(owner, 0), f"{week}.{owner}") for owner, _name in owners)
    return Row(label, (Cell(sum(numbers.values()), f"{week}"), *cells))


def list_forecast(scope: Scope, part: str) -> FollowUpQuerySet:
    """'' all weeks; '3' one of them, '-1' what waits, '26' later; '3.12' of it one owner's."""
    rows = _with_week(scope)
    if not part:
        ahead: FollowUpQuerySet = rows.filter(week__range=(0, WEEKS - 1))
        return ahead
    week, _dot, owner = part.partition(".")
    weeks = {str(each): each for each in range(WAITING, LATER + 1)}
    return _of_owner(rows.filter(week=weeks[week]), owner)


FORECAST = Kind(FORECAST_KEY, count_forecast, list_forecast)
