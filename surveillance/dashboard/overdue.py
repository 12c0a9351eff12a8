"""Overdue by risk and by the age of the delay."""

from itertools import pairwise

from django.db.models import Count, F, Q
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from surveillance.dashboard.number import RISKS, Cell, Kind, Number, Row, risk_words, share
from surveillance.dashboard.scope import Scope
from surveillance.day_spans import DaysBetween
from surveillance.models import FollowUpQuerySet
from surveillance.protocol.parameters.measures import OVERDUE_BANDS
from surveillance.protocol.terms import EscalationClass

KEY = "overdue"
BANDS: dict[str, Q] = {
    f"{first}-{after - 1}": Q(days_over__gte=first, days_over__lt=after)
    for first, after in pairwise(OVERDUE_BANDS.value)
} | {f"{OVERDUE_BANDS.value[-1]}-": Q(days_over__gte=OVERDUE_BANDS.value[-1])}
"""Days over, by the name of the band: '1-6', …, '60-'."""


def band_words(band: str) -> str:
    """'1 to 6 days', '60 days or more'."""
    first, _dash, last = band.partition("-")
    if last:
        return _("{first} to {last} days").format(first=first, last=last)
    return _("{first} days or more").format(first=first)


def _overdue(scope: Scope) -> FollowUpQuerySet:
    days_over = DaysBetween(scope.own_day(), F("latest_on"))
    return scope.follow_ups().open().annotate(days_over=days_over)


def count_overdue(scope: Scope) -> Number:
    """One query."""
    bands = {f"band{n}": Count("pk", filter=band) for n, band in enumerate(BANDS.values())}
    counted = _overdue(scope).order_by().values_list("escalation_class")
    found = {risk: numbers for risk, *numbers in counted.annotate(whole=Count("pk"), **bands)}
    rows = tuple(_row(risk, found[risk]) for risk in RISKS if risk in found)
    whole = sum(numbers[0] for numbers in found.values())
    over = sum(sum(numbers[1:]) for numbers in found.values())
    return Number(
        KEY,
        pgettext("follow-ups", "Overdue"),
        _(
            "What is open and past its last day, by the risk class of its ladder and by the days "
            "since that day; the first overdue day is the day after it. What was snoozed is "
            "counted too."
        ),
        _("What is still due, or not due yet. A patient with two lesions counts twice."),
        (
            share(
                KEY,
                pgettext("follow-ups", "Overdue"),
                (over, _("follow-ups past their last day")),
                (whole, _("open follow-ups")),
            ),
        ),
        (
            _("Risk"),
            *map(band_words, BANDS),
            pgettext("follow-ups", "Overdue"),
            pgettext("follow-ups", "Open"),
            _("Share"),
        ),
        rows,
    )


def _row(risk: EscalationClass, numbers: list[int]) -> Row:
    whole, *bands = numbers
    over = sum(bands)
    cells = (Cell(number, f"{risk}.{band}") for band, number in zip(BANDS, bands, strict=True))
    part = 100 * over / whole if whole else None
    return Row(risk_words(risk), (*cells, Cell(over, risk), Cell(whole), Cell(part, None, "%")))


def list_overdue(scope: Scope, part: str) -> FollowUpQuerySet:
    """'' all; 'URGENT' one risk; 'URGENT.1-6' one band of it."""
    rows = _overdue(scope).filter(latest_on__lt=scope.own_day())
    risk, _dot, band = part.partition(".")
    if risk:
        rows = rows.filter(escalation_class=RISKS[[str(each) for each in RISKS].index(risk)])
    return rows.filter(BANDS[band]) if band else rows


OVERDUE = Kind(KEY, count_overdue, list_overdue)
