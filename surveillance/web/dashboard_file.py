"""The numbers of the dashboard as files: what was counted, of what, when; nobody's data.

A workbook is read by people, in their language; a CSV file by programs, always in English.
"""

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from surveillance.dashboard.number import Figure, Number
from surveillance.web.dashboard_words import label_words, sentence
from surveillance.web.sheets import Sheet, Value, as_csv, as_xlsx

COLUMNS = (
    "number",
    "title",
    "row",
    "column",
    "value",
    "unit",
    "numerator",
    "denominator",
    "in_words",
    "first_on",
    "last_on",
    "sites",
    "as_of",
    "definition",
    "left_out",
)


def numbers_csv(numbers: Sequence[Number], sites: str, as_of: str) -> str:
    """One line per figure, then one per cell of its table."""
    return as_csv(COLUMNS, [line for one in numbers for line in _lines(one, sites, as_of)])


def _lines(number: Number, sites: str, as_of: str) -> Iterator[tuple[Value, ...]]:
    head = (number.key, number.title)
    period = number.period or (None, None)
    tail = (*period, sites, as_of, number.definition, number.left_out)
    for figure in number.figures:
        counts = (figure.numerator, figure.denominator, sentence(figure))
        yield *head, figure.label, "", _rounded(figure.value), figure.unit, *counts, *tail
    for row in number.rows:
        label = label_words(number, row)
        for column, cell in zip(number.columns[1:], row.cells, strict=True):
            value = (_rounded(cell.value), cell.unit, "", "", cell.words)
            yield *head, label, column, *value, *tail


def numbers_xlsx(numbers: Sequence[Number], sites: str, as_of: str) -> bytes:
    """One sheet per number, each with its definition."""
    return as_xlsx([_sheet(one, sites, as_of) for one in numbers])


def _sheet(number: Number, sites: str, as_of: str) -> Sheet:
    figures = [
        (one.label, f"{_shown(one.value)} {_unit(one)}".strip() + f" – {sentence(one)}")
        for one in number.figures
    ]
    above = (
        (_("Number"), number.title),
        (_("Sites"), sites),
        (_("As of"), as_of),
        (_("Period"), _period(number)),
        (_("What is counted"), number.definition),
        (_("What is left out"), number.left_out),
        *figures,
    )
    rows = [
        (
            label_words(number, row),
            *(cell.words or _rounded(cell.value) for cell in row.cells),
        )
        for row in number.rows
    ]
    return Sheet(number.key, above, number.columns, rows)


def _period(number: Number) -> str:
    if number.period is None:
        return _("as of the moment")
    first_on, last_on = number.period
    return _("{first} to {last}").format(first=first_on, last=last_on)


def _unit(figure: Figure) -> str:
    return _("days") if figure.unit == "days" else figure.unit


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _shown(value: float | None) -> str:
    return _("nothing to count") if value is None else f"{value:.1f}".removesuffix(".0")
