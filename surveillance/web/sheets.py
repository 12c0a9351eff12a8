"""Tables as files: CSV (UTF-8) and XLSX. Nothing in a cell is ever a formula."""

import csv
import io
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import xlsxwriter
from django.http import HttpResponse

Value = str | float | date | None
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
NARROW, WIDE = 14, 42


class Sheet(NamedTuple):
    """One table; `above` are lines of text over it."""

    name: str
    above: tuple[tuple[str, str], ...]
    columns: tuple[str, ...]
    rows: Sequence[Sequence[Value]]


def file_response(form: str, name: str, content: str | bytes) -> HttpResponse:
    """A download of that name."""
    response = HttpResponse(content, content_type=TYPES[form])
    response["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    return response


def as_csv(columns: Sequence[str], rows: Sequence[Sequence[Value]]) -> str:
    """One table. Text that a spreadsheet would take for a formula begins with an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([[_plain(value) for value in row] for row in rows])
    return out.getvalue()


def _plain(value: Value) -> Value:
    is_formula = isinstance(value, str) and value.startswith(FORMULA_STARTS)
    return f"'{value}" if is_formula else value


def as_xlsx(sheets: Sequence[Sheet]) -> bytes:
    """One workbook."""
    out = io.BytesIO()
    safe = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    with xlsxwriter.Workbook(out, safe) as book:
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        day = book.add_format({"num_format": "d mmm yyyy", "align": "left"})
        for sheet in sheets:
            page = book.add_worksheet(sheet.name)
            page.set_column(0, 0, WIDE)
            page.set_column(1, max(1, len(sheet.columns)), NARROW)
            _write(page, sheet, {"bold": bold, "wrap": wrap, "day": day})
    return out.getvalue()


def _write(
    page: xlsxwriter.worksheet.Worksheet,
    sheet: Sheet,
    formats: dict[str, xlsxwriter.format.Format],
) -> None:
    line = 0
    for line, (label, words) in enumerate(sheet.above, start=1):
        page.write_string(line - 1, 0, label, formats["bold"])
        page.write_string(line - 1, 1, words)
    top = line + 1 if sheet.above else 0
    for column, title in enumerate(sheet.columns):
        page.write_string(top, column, title, formats["bold"])
    for line, row in enumerate(sheet.rows, start=top + 1):
        for column, value in enumerate(row):
            _write_value(page, (line, column), value, formats)


def _write_value(
    page: xlsxwriter.worksheet.Worksheet,
    at: tuple[int, int],
    value: Value,
    formats: dict[str, xlsxwriter.format.Format],
) -> None:
    if isinstance(value, date):
        page.write_datetime(*at, value, formats["day"])
    elif isinstance(value, str):
        page.write_string(*at, value)
    elif value is not None:
        page.write_number(*at, value)
