"""Which number of the dashboard is drawn how."""

from collections.abc import Callable, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from surveillance.dashboard import completion, escalations, load, overdue, unreachable
from surveillance.dashboard.number import Number, Row
from surveillance.web.bar_chart import BarChart, Series, bar_chart
from surveillance.web.dashboard_words import label_words, value_words
from surveillance.web.wording import number_words


def chart_of(number: Number) -> BarChart | None:
    """The drawing of a number; None where its table says it as well, or nothing is there."""
    draw = _DRAWN.get(number.key)
    return draw(number) if draw else None


def _overdue(number: Number) -> BarChart | None:
    """A bar per band of delay, cut by risk."""
    bands = number.columns[1:-3]
    names = [label_words(number, row) for row in number.rows]
    series = [
        _series(band, [row.cells[n].value or 0 for row in number.rows])
        for n, band in enumerate(bands)
    ]
    return bar_chart(_("Overdue follow-ups by days since the last day"), names, series)


def _completion(number: Number) -> BarChart | None:
    """A bar per month: the share of all risks."""
    shares = [(row, row.cells[-3].value) for row in number.rows]
    series = [
        Series(label_words(number, row), (value or 0,), value_words(value, "%") or _("none due"))
        for row, value in shares
    ]
    return bar_chart(
        _("Done within the window, by month"),
        [pgettext("share", "In time")],
        series,
        full=100,
        said=lambda share: value_words(share, "%"),
    )


def _unreachable(number: Number) -> BarChart | None:
    """The groups without those who were reached."""
    series = [_series(label_words(number, row), [row.cells[0].value or 0]) for row in number.rows]
    return bar_chart(_("Patients whom nobody has reached"), [_("Patients")], series[:-1])


def _escalations(number: Number) -> BarChart | None:
    """A bar per tier: answered, ended unanswered, neither."""
    names = [
        pgettext("escalations", "Answered"),
        pgettext("escalations", "Ended unanswered"),
        pgettext("escalations", "No answer yet"),
    ]
    series = [_series(label_words(number, row), _answers(row)) for row in number.rows]
    return bar_chart(_("Escalations raised, by tier"), names, series)


def _answers(row: Row) -> list[float]:
    raised, answered, ended = (cell.value or 0 for cell in row.cells[:3])
    return [answered, ended, raised - answered - ended]


def _load(number: Number) -> BarChart | None:
    """A bar per owner: overdue, due, the rest."""
    series = [_series(label_words(number, row), _owed(row)) for row in number.rows]
    names = [pgettext("follow-ups", "Overdue"), pgettext("follow-ups", "Due"), _("Not due yet")]
    return bar_chart(_("Open follow-ups by owner"), names, series)


def _owed(row: Row) -> list[float]:
    whole, _patients, over, due = (cell.value or 0 for cell in row.cells)
    return [over, due, whole - over - due]


def _forecast(number: Number) -> BarChart | None:
    """A bar per week; neither what waits nor what comes later."""
    weeks = [row for row in number.rows if not isinstance(row.label, str)]
    series = [_series(label_words(number, row), [row.cells[0].value or 0]) for row in weeks]
    return bar_chart(_("Target days by week"), [_("Follow-ups")], series)


def _series(label: str, sizes: Sequence[float]) -> Series:
    return Series(label, tuple(sizes), number_words(sum(sizes)))


_DRAWN: dict[str, Callable[[Number], BarChart | None]] = {
    overdue.KEY: _overdue,
    completion.KEY: _completion,
    unreachable.KEY: _unreachable,
    escalations.KEY: _escalations,
    load.LOAD_KEY: _load,
    load.FORECAST_KEY: _forecast,
}
