"""The dashboard as it is printed: strings and addresses only."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from surveillance.dashboard.number import Cell, Figure, Number
from surveillance.web.bar_chart import BarChart
from surveillance.web.dashboard_charts import chart_of
from surveillance.web.dashboard_words import label_words, period_words, sentence, value_words


@dataclass(frozen=True, slots=True)
class CellView:
    """One value, and the list behind it."""

    words: str
    url: str


@dataclass(frozen=True, slots=True)
class RowView:
    """One line of a table."""

    label: str
    cells: tuple[CellView, ...]


@dataclass(frozen=True, slots=True)
class FigureView:
    """One number in large print, with what it is made of."""

    label: str
    value: str
    sentence: str
    url: str


@dataclass(frozen=True, slots=True)
class NumberView:
    """One number with everything that belongs to it."""

    key: str
    title: str
    period: str
    definition: str
    left_out: str
    figures: tuple[FigureView, ...]
    columns: tuple[str, ...]
    rows: tuple[RowView, ...]
    chart: BarChart | None
    chart_key: str
    csv_url: str
    xlsx_url: str


def number_view(number: Number, site: str) -> NumberView:
    """`site` is what the address says: a slug, or all."""
    return NumberView(
        key=number.key,
        title=number.title,
        period=period_words(number),
        definition=number.definition,
        left_out=number.left_out,
        figures=tuple(_figure(one, number, site) for one in number.figures),
        columns=number.columns,
        rows=tuple(
            RowView(label_words(number, row), tuple(_cell(one, number, site) for one in row.cells))
            for row in number.rows
        ),
        chart=chart_of(number),
        chart_key=f"{number.key}-chart",
        csv_url=numbers_url("csv", site, number.key),
        xlsx_url=numbers_url("xlsx", site, number.key),
    )


def numbers_url(form: str, site: str, key: str = "") -> str:
    """The address of a file with one number, or all."""
    asked = {"site": site} | ({"number": key} if key else {})
    return f"{reverse('dashboard_file', args=[form])}?{urlencode(asked)}"


def list_url(site: str, key: str, part: str, **more: str) -> str:
    """The address of the list behind a number."""
    asked = {"site": site} | ({"part": part} if part else {}) | more
    return f"{reverse('dashboard_list', args=[key])}?{urlencode(asked)}"


def list_file_url(site: str, key: str, part: str, form: str) -> str:
    """The address of that list as a file."""
    asked = {"site": site} | ({"part": part} if part else {})
    return f"{reverse('dashboard_list_file', args=[key, form])}?{urlencode(asked)}"


def _figure(figure: Figure, number: Number, site: str) -> FigureView:
    value = value_words(figure.value, figure.unit) or _("nothing to count")
    url = "" if figure.part is None else list_url(site, number.key, figure.part)
    return FigureView(figure.label, value, sentence(figure), url if figure.numerator else "")


def _cell(cell: Cell, number: Number, site: str) -> CellView:
    words = cell.words or value_words(cell.value, cell.unit)
    url = list_url(site, number.key, cell.part) if cell.part is not None and cell.value else ""
    return CellView(words, url)
