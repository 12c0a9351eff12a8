"""Numbers of the dashboard in plain words."""

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from surveillance.dashboard import completion
from surveillance.dashboard.number import Figure, Number, Row
from surveillance.web.wording import date_words, month_name, number_words

SENTENCES = {
    "of": gettext_noop("{numerator} {counted}, of {denominator} {among}."),
    "in": gettext_noop("{numerator} {counted}, in {denominator} {among}."),
    "for": gettext_noop("{numerator} {counted}, for {denominator} {among}."),
}
"""Numerator and denominator, by what joins them."""


def label_words(number: Number, row: Row) -> str:
    """The name of a line: 'Mar 2026' where months are counted, the day where weeks are."""
    if isinstance(row.label, str):
        return row.label
    return month_words(row.label) if number.key == completion.KEY else date_words(row.label)


def month_words(day: date) -> str:
    """'Mar 2026'."""
    return f"{month_name(day)} {day.year}"


def value_words(value: float | None, unit: str) -> str:
    """'87.5 %', '12 days', '1,204'. Empty where there is nothing to count."""
    if value is None:
        return ""
    if unit == "%":
        return f"{value:.1f} %"
    if unit == "days":
        return ngettext("{n} day", "{n} days", 1 if value == 1 else 2).format(n=f"{value:g}")
    return number_words(value)


def sentence(figure: Figure) -> str:
    """Numerator and denominator: '12 follow-ups past their last day, of 340 open follow-ups.'"""
    return _(SENTENCES[figure.joint]).format(
        numerator=number_words(figure.numerator),
        counted=figure.counted,
        denominator=number_words(figure.denominator),
        among=figure.among,
    )


def part_words(number: Number, part: str) -> str:
    """What a list holds, as the dashboard names it: 'Urgent, 1 to 6 days: 12.'"""
    for figure in number.figures:
        if figure.part == part:
            return sentence(figure)
    for row in number.rows:
        for column, cell in zip(number.columns[1:], row.cells, strict=True):
            if cell.part == part:
                value = value_words(cell.value, cell.unit)
                return f"{label_words(number, row)}, {column}: {value}."
    return ""


def period_words(number: Number) -> str:
    """'From 1 Sep 2025 to 31 Aug 2026.' Empty for what is counted as of now."""
    if number.period is None:
        return ""
    first_on, last_on = number.period
    return _("From {first} to {last}.").format(first=date_words(first_on), last=date_words(last_on))
