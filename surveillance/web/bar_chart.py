"""Bars as a drawing: geometry and words for an SVG that the template prints.

Drawn on the server, as the size chart: no script, it prints, and a table beside it says the same.
Parts of a bar differ by pattern, not by colour alone, and every bar carries its number.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from surveillance.web.wording import number_words

WIDTH = 360
VALUE_WIDTH = 64
SHORT_LABEL = 13
"""Labels up to so many letters stand beside their bar, longer ones above it."""
SIDE_WIDTH = 100
SIDE_HEIGHT, ABOVE_HEIGHT = 22, 40
BAR_HEIGHT = 14
PATTERNS = ("solid", "hatch", "dots", "plain")
MOST_LETTERS = 44


class Part(NamedTuple):
    """A piece of a bar."""

    x: str
    width: str
    pattern: str
    words: str


class Bar(NamedTuple):
    """One bar, where it stands, and what is written at it."""

    label: str
    label_x: str
    label_y: str
    anchor: str
    y: str
    parts: tuple[Part, ...]
    value: str
    value_x: str
    value_y: str


class Legend(NamedTuple):
    """What a pattern means."""

    pattern: str
    words: str


@dataclass(frozen=True, slots=True)
class BarChart:
    """Everything that the template prints; numbers are text, so that no locale touches them."""

    title: str
    description: str
    bars: tuple[Bar, ...]
    legend: tuple[Legend, ...]
    height: str
    width: str = str(WIDTH)
    bar_height: str = str(BAR_HEIGHT)


class Series(NamedTuple):
    """A bar before it is drawn: its label, the sizes of its parts, and the words of the whole."""

    label: str
    sizes: tuple[float, ...]
    words: str


def bar_chart(
    title: str,
    names: Sequence[str],
    series: Sequence[Series],
    *,
    full: float | None = None,
    said: Callable[[float], str] = number_words,
) -> BarChart | None:
    """One bar per row, cut into as many parts as there are `names`; None without anything to show.

    `full` is the size of a whole bar; without it that is the longest one. `said`: a size in words.
    """
    longest = full or max((sum(one.sizes) for one in series), default=0)
    if not longest:
        return None
    beside = all(len(one.label) <= SHORT_LABEL for one in series)
    step = SIDE_HEIGHT if beside else ABOVE_HEIGHT
    bars = (_bar(one, (names, said), (n * step, beside, longest)) for n, one in enumerate(series))
    legend = [Legend(PATTERNS[n], name) for n, name in enumerate(names)] if len(names) > 1 else []
    whole = "; ".join(f"{one.label}: {one.words}" for one in series)
    return BarChart(title, f"{whole}.", tuple(bars), tuple(legend), str(len(series) * step + 4))


def _bar(
    one: Series, words: tuple[Sequence[str], Callable[[float], str]], place: tuple[int, bool, float]
) -> Bar:
    names, said = words
    top, beside, longest = place
    left = SIDE_WIDTH if beside else 0
    scale = (WIDTH - left - VALUE_WIDTH) / longest
    y = top + (4 if beside else 20)
    ends = list(accumulate(one.sizes))
    starts = [0.0, *ends[:-1]]
    parts = tuple(
        Part(
            _place(left + start * scale),
            _place(size * scale),
            PATTERNS[n],
            f"{names[n]}: {said(size)}",
        )
        for n, (start, size) in enumerate(zip(starts, one.sizes, strict=True))
        if size
    )
    return Bar(
        label=one.label if len(one.label) <= MOST_LETTERS else f"{one.label[:MOST_LETTERS]}…",
        label_x=str(left - 6 if beside else 0),
        label_y=str(top + (15 if beside else 14)),
        anchor="end" if beside else "start",
        y=str(y),
        parts=parts,
        value=one.words,
        value_x=_place(left + ends[-1] * scale + 5),
        value_y=str(y + 11),
    )


def _place(value: float) -> str:
    return f"{value:.1f}"
