"""Size over time as a drawing: geometry and words for an SVG that the template prints.

Drawn on the server: no script, it prints, and a data table beside it says the same. Series differ
by the shape of the mark and the dash of the line, not by colour alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from surveillance.protocol.growth import FAMILY_OF, Family
from surveillance.protocol.terms import Modality
from surveillance.web.wording import count_words, date_words, size_words

WIDTH, HEIGHT = 560, 260
LEFT, RIGHT, TOP, BOTTOM = 48, 16, 16, 36
FAMILY_KEYS = {Family.ULTRASOUND: "us", Family.CT: "ct", Family.MRI: "mri"}
OTHER = "other"
FAMILY_NAMES = {
    "us": gettext_noop("Ultrasound"),
    "ct": gettext_noop("CT"),
    "mri": gettext_noop("MRI"),
    "other": gettext_noop("Other"),
}
STEPS_MM = (2, 5, 10, 20, 50, 100)
MOST_LINES = 6


@dataclass(frozen=True, slots=True)
class Measurement:
    """One measured size: when, how, and how large."""

    on: date
    modality: Modality
    size_mm: Decimal


@dataclass(frozen=True, slots=True)
class Mark:
    """A point of a series, at (x, y), with the words shown when pointed at."""

    x: str
    y: str
    path: str
    words: str


@dataclass(frozen=True, slots=True)
class Series:
    """One family of modalities: a line through its marks."""

    family: str
    name: str
    line: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Tick:
    """A labelled line of the grid."""

    at: str
    words: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything that the template prints; numbers are text, so that no locale touches them."""

    title: str
    description: str
    series: tuple[Series, ...]
    size_ticks: tuple[Tick, ...]
    date_ticks: tuple[Tick, ...]
    threshold: Tick
    width: str = str(WIDTH)
    height: str = str(HEIGHT)
    left: str = str(LEFT)
    right: str = str(WIDTH - RIGHT)
    foot: str = str(HEIGHT - BOTTOM)
    label_x: str = str(LEFT - 6)
    date_y: str = str(HEIGHT - BOTTOM + 20)


@dataclass(frozen=True, slots=True)
class Scale:
    """Turns days and millimetres into places of the drawing."""

    first: date
    last: date
    top_mm: int

    def x(self, day: date) -> float:
        """From left to right in time; a single day stands in the middle."""
        span = (self.last - self.first).days
        share = (day - self.first).days / span if span else 0.5
        return LEFT + 12 + share * (WIDTH - LEFT - RIGHT - 24)

    def y(self, size_mm: Decimal | int) -> float:
        """From the foot upwards; zero is the foot."""
        return HEIGHT - BOTTOM - float(size_mm) / self.top_mm * (HEIGHT - TOP - BOTTOM)


def size_chart(
    label: str, measurements: Sequence[Measurement], threshold_mm: Decimal | int
) -> Chart | None:
    """The chart of one lesion, or None when nothing was measured. `measurements` in any order."""
    if not measurements:
        return None
    ordered = sorted(measurements, key=lambda one: (one.on, one.modality))
    largest = max(Decimal(threshold_mm), *(one.size_mm for one in ordered))
    step = _step(largest)
    lines = int(largest // step) + 1
    scale = Scale(ordered[0].on, ordered[-1].on, step * lines)
    return Chart(
        title=_("{lesion}: size over time").format(lesion=label),
        description=_description(ordered, threshold_mm),
        series=_series(ordered, scale),
        size_ticks=tuple(Tick(_place(scale.y(step * n)), str(step * n)) for n in range(lines + 1)),
        date_ticks=_date_ticks(scale),
        threshold=Tick(_place(scale.y(threshold_mm)), f"{threshold_mm} mm"),
    )


def family_key(modality: Modality) -> str:
    """'us', 'ct', 'mri' or 'other': sizes are compared within one of the first three."""
    family = FAMILY_OF.get(modality)
    return FAMILY_KEYS[family] if family else OTHER


def _step(largest: Decimal) -> int:
    return next((step for step in STEPS_MM if largest / step <= MOST_LINES - 1), STEPS_MM[-1])


def _description(ordered: Sequence[Measurement], threshold_mm: Decimal | int) -> str:
    first, last = ordered[0], ordered[-1]
    counted = count_words(len(ordered), "measurement")
    at_last = {"counted": counted, "size": size_words(last.size_mm), "day": date_words(last.on)}
    if first is last:
        return _("{counted}. {size} on {day}.").format(**at_last)
    return _(
        "{counted}. From {first_size} on {first_day} to {size} on {day}. "
        "A dashed line marks {threshold} mm. The table below gives every value."
    ).format(
        first_size=size_words(first.size_mm),
        first_day=date_words(first.on),
        threshold=threshold_mm,
        **at_last,
    )


def _series(ordered: Sequence[Measurement], scale: Scale) -> tuple[Series, ...]:
    families: dict[str, list[Mark]] = {}
    for one in ordered:
        family = family_key(one.modality)
        families.setdefault(family, []).append(_mark(family, one, scale))
    return tuple(
        Series(family, _(name), _line(families[family]), tuple(families[family]))
        for family, name in FAMILY_NAMES.items()
        if family in families
    )


def _line(marks: Sequence[Mark]) -> str:
    return " ".join(f"{mark.x},{mark.y}" for mark in marks)


def _mark(family: str, one: Measurement, scale: Scale) -> Mark:
    x, y = scale.x(one.on), scale.y(one.size_mm)
    words = f"{size_words(one.size_mm)}, {_(one.modality.label)}, {date_words(one.on)}"
    return Mark(_place(x), _place(y), _SHAPES[family](x, y), words)


def _circle(x: float, y: float) -> str:
    return f"M{x - 5:.1f} {y:.1f}a5 5 0 1 0 10 0a5 5 0 1 0 -10 0z"


def _square(x: float, y: float) -> str:
    return f"M{x - 4.5:.1f} {y - 4.5:.1f}h9v9h-9z"


def _triangle(x: float, y: float) -> str:
    return f"M{x:.1f} {y - 6:.1f}l6 10.5h-12z"


def _diamond(x: float, y: float) -> str:
    return f"M{x:.1f} {y - 6:.1f}l6 6l-6 6l-6 -6z"


_SHAPES = {"us": _circle, "ct": _square, "mri": _triangle, "other": _diamond}


def _date_ticks(scale: Scale) -> tuple[Tick, ...]:
    days = sorted({scale.first, scale.last})
    middle = scale.first + (scale.last - scale.first) / 2
    if (scale.last - scale.first).days > 365:
        days = [scale.first, middle, scale.last]
    return tuple(Tick(_place(scale.x(day)), date_words(day)) for day in days)


def _place(value: float) -> str:
    return f"{value:.1f}"
