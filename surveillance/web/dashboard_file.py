"""The numbers of the dashboard as files: what was counted, of what, when; nobody's data."""

from collections.abc import Iterator, Sequence

from surveillance.dashboard.number import Number
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
    period = [str(day) for day in number.period or ()]
    figures = [
        (one.label, f"{_shown(one.value)} {one.unit}".strip() + f" – {sentence(one)}")
        for one in number.figures
    ]
    above = (
        ("Number", number.title),
        ("Sites", sites),
        ("As of", as_of),
        ("Period", " to ".join(period) or "as of the moment"),
        ("What is counted", number.definition),
        ("What is left out", number.left_out),
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


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _shown(value: float | None) -> str:
    return "nothing to count" if value is None else f"{value:.1f}".removesuffix(".0")
