"""Calendar arithmetic of clinic days: months are clamped and always counted from an anchor."""

from calendar import monthrange
from datetime import date, timedelta
from typing import Final

MONTHS_OF_A_YEAR: Final = 12
SATURDAY: Final = 5


def add_months(anchor: date, months: int) -> date:
    """The same day `months` calendar months on, clamped to the last day of that month (8.1).

    31 August + 6 months is 28 February (29 in a leap year). Never chain: 31 January + 1 + 1 is
    not 31 January + 2.
    """
    years, month_index = divmod(anchor.month - 1 + months, MONTHS_OF_A_YEAR)
    year, month = anchor.year + years, month_index + 1
    if anchor.day <= 28:
        return date(year, month, anchor.day)
    return date(year, month, min(anchor.day, monthrange(year, month)[1]))


def add_days(anchor: date, days: int) -> date:
    """`days` days on; both are inclusive clinic days."""
    return anchor + timedelta(days=days)


def add_working_days(anchor: date, days: int) -> date:
    """The day by which `days` working days after `anchor` have come: Monday to Friday (8.2).

    Public holidays are not known.
    """
    day = anchor
    while days > 0:
        day += timedelta(days=1)
        days -= day.weekday() < SATURDAY
    return day


def age_in_months(birth_date: date, day: date) -> int:
    """Completed months of life on `day`; a month begins on the day of birth, or on the first of
    the next month where that day does not exist (29 February: 1 March, A-18)."""
    months = (day.year - birth_date.year) * MONTHS_OF_A_YEAR + day.month - birth_date.month
    return months - 1 if day.day < birth_date.day else months


def age_in_years(birth_date: date, day: date) -> int:
    """Completed years of life on `day`; born on 29 February means older on 1 March (A-18)."""
    return age_in_months(birth_date, day) // MONTHS_OF_A_YEAR
