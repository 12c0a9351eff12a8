"""Numbers of the dashboard in plain words."""

from datetime import date

from surveillance.dashboard import completion
from surveillance.dashboard.number import Figure, Number, Row
from surveillance.web.wording import date_words, month_name


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
        return f"{value:g} day" if value == 1 else f"{value:g} days"
    return f"{value:,.0f}"


def sentence(figure: Figure) -> str:
    """Numerator and denominator: '12 follow-ups past their last day, of 340 open follow-ups.'"""
    return (
        f"{figure.numerator:,} {figure.counted}, {figure.joint} "
        f"{figure.denominator:,} {figure.among}."
    )


def period_words(number: Number) -> str:
    """'From 1 Sep 2025 to 31 Aug 2026.' Empty for what is counted as of now."""
    if number.period is None:
        return ""
    first_on, last_on = number.period
    return f"From {date_words(first_on)} to {date_words(last_on)}."
