"""Words for dates, sizes, ages; what a typed search means; where a chart puts its marks."""

import ast
from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation

from surveillance.protocol.terms import Modality
from surveillance.web.chart import HEIGHT, TOP, Measurement, size_chart
from surveillance.web.search_words import read_search
from surveillance.web.wording import (
    COUNTED,
    age_words,
    count_words,
    date_words,
    joined,
    language_name,
    segments_words,
    size_words,
)
from tests.architecture.sources import calls_in, modules


@pytest.mark.parametrize(
    ("size", "words"),
    [
        pytest.param(Decimal("7"), "7.0 mm", id="whole"),
        pytest.param(Decimal("9.96"), "9.96 mm", id="never rounded to ten"),
        pytest.param(Decimal("10.50"), "10.5 mm", id="one decimal"),
        pytest.param(None, "", id="not measured"),
    ],
)
def test_size_is_written_without_rounding(size, words) -> None:
    assert size_words(size) == words


@pytest.mark.parametrize(
    ("born", "words"),
    [
        pytest.param(date(2026, 8, 30), "0 months", id="newborn"),
        pytest.param(date(2026, 7, 31), "1 month", id="one month on the day"),
        pytest.param(date(2024, 9, 1), "23 months", id="day before two years"),
        pytest.param(date(2024, 8, 31), "2 years", id="two years"),
        pytest.param(date(1970, 9, 1), "55 years", id="day before the birthday"),
        pytest.param(None, "age not known", id="not known"),
    ],
)
def test_age_counts_whole_months_and_years(born, words) -> None:
    assert age_words(born, date(2026, 8, 31)) == words


def test_dates_leave_nothing_to_guess() -> None:
    assert date_words(date(2026, 3, 4)) == "4 Mar 2026"
    assert date_words(None) == ""


def test_words_are_counted_and_joined() -> None:
    assert count_words(1, "day") == "1 day"
    assert count_words(1200, "day") == "1,200 days"
    assert joined(["a"]) == "a"
    assert joined(["a", "", "b", "c"]) == "a, b and c"
    assert segments_words(["IVA", "V"]) == "segments IVa, V"


@pytest.mark.parametrize(
    ("typed", "words", "dates"),
    [
        pytest.param("okafor ada", "okafor ada", set(), id="name"),
        pytest.param("Okafor, Ada", "Okafor Ada", set(), id="name as shown"),
        pytest.param("1958-03-04", "", {date(1958, 3, 4)}, id="ISO"),
        pytest.param("04.03.1958", "", {date(1958, 3, 4), date(1958, 4, 3)}, id="both readings"),
        pytest.param("31/12/1958", "", {date(1958, 12, 31)}, id="one reading"),
        pytest.param("4 March 1958", "", {date(1958, 3, 4)}, id="month in words"),
        pytest.param("Mar 4, 1958", "", {date(1958, 3, 4)}, id="month first"),
        pytest.param("ada 4 Mar 1958", "ada", {date(1958, 3, 4)}, id="name and date"),
        pytest.param("4 ene 1958", "", {date(1958, 1, 4)}, id="Spanish month"),
        pytest.param("4 de marzo de 1958", "", {date(1958, 3, 4)}, id="Spanish sentence"),
        pytest.param("31 Feb 1958", "31 Feb 1958", set(), id="no such day"),
        pytest.param("4 Foo 1958", "4 Foo 1958", set(), id="no such month"),
        pytest.param("   ", "", set(), id="nothing"),
    ],
)
def test_search_is_read_as_words_and_birth_dates(typed, words, dates) -> None:
    search = read_search(typed)

    assert (search.words, set(search.birth_dates)) == (words, dates)


def measured(size: str, on: date = date(2026, 3, 3), modality: Modality = Modality.US):
    return Measurement(on, modality, Decimal(size))


def test_nothing_measured_is_no_chart() -> None:
    assert size_chart("L1", [], 10) is None


def test_chart_has_one_series_per_family_of_modalities() -> None:
    chart = size_chart(
        "L1",
        [
            measured("7", date(2025, 3, 3), Modality.CEUS),
            measured("8", date(2025, 9, 3), Modality.US),
            measured("8", date(2026, 3, 3), Modality.MRI_EXTRACELLULAR),
            measured("8", date(2026, 4, 3), Modality.PET_CT),
        ],
        10,
    )

    assert chart is not None
    assert [(one.name, len(one.marks)) for one in chart.series] == [
        ("Ultrasound", 2),
        ("MRI", 1),
        ("Other", 1),
    ]
    shapes = {
        one.marks[0].path.split("l")[0][-1:] + one.marks[0].path[-12:] for one in chart.series
    }
    assert len(shapes) == 3, "series differ by shape, not by colour alone"


@pytest.mark.parametrize("size", ["0.5", "7", "10", "29.99", "100", "399"])
def test_marks_and_threshold_stay_inside_the_drawing(size: str) -> None:
    chart = size_chart("L1", [measured(size)], 10)

    assert chart is not None
    heights = [float(chart.series[0].marks[0].y), float(chart.threshold.at)]
    assert all(TOP <= height <= HEIGHT for height in heights)
    assert len(chart.size_ticks) <= 7


def test_larger_is_higher_and_later_is_further_right() -> None:
    chart = size_chart(
        "L1", [measured("12", date(2026, 1, 31)), measured("7", date(2025, 1, 31))], 10
    )

    assert chart is not None
    first, last = chart.series[0].marks
    assert float(first.x) < float(last.x)
    assert float(first.y) > float(chart.threshold.at) > float(last.y)
    assert first.words == "7.0 mm, Ultrasound, 31 Jan 2025"
    assert "From 7.0 mm on 31 Jan 2025 to 12.0 mm on 31 Jan 2026" in chart.description


def test_everything_that_a_page_counts_has_a_plural() -> None:
    counts = [
        call
        for path in modules()
        for call in calls_in(path)
        if isinstance(call.func, ast.Name) and call.func.id == "count_words"
    ]

    named = {arg.value for call in counts for arg in call.args if isinstance(arg, ast.Constant)}

    assert {"day", "patient", "other lesion"} <= named
    assert named <= set(COUNTED)


@pytest.mark.parametrize("thing", COUNTED)
def test_one_and_many_are_told_apart(thing) -> None:
    assert count_words(1, thing) == f"1 {thing}"
    assert count_words(2, thing) == f"2 {thing}s"


def test_spanish_words_keep_dates_and_numbers_unambiguous() -> None:
    with translation.override("es"):
        assert date_words(date(2026, 3, 4)) == "4 mar 2026"
        assert date_words(date(2026, 1, 4)) == "4 ene 2026"
        assert count_words(1, "day") == "1 día"
        assert count_words(1200, "day") == "1\u202f200 días"
        assert size_words(Decimal("7")) == "7.0 mm"
        assert joined(["a", "b"]) == "a y b"
        assert joined(["TC", "inicio"]) == "TC e inicio"
        assert joined(["TC", "hierro"]) == "TC y hierro"
        assert language_name("pt-BR") == "Portugués de Brasil"
        assert segments_words(["IVA", "V"]) == "segmentos IVa, V"
