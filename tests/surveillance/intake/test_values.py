"""One cell, one value, or what is wrong with it and the cure."""

from contextlib import suppress
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from surveillance.intake.csv_registry.coded import contraindications, segments
from surveillance.intake.csv_registry.columns import BY_NAME, COLUMNS
from surveillance.intake.csv_registry.values import (
    BadDateFormat,
    BadValue,
    DateFormat,
    day,
    number,
    tri,
)

ISO = DateFormat()
BRITISH = DateFormat.declared("DD/MM/YYYY")
size = BY_NAME["size_mm"].read


class TestDay:
    @given(st.dates(min_value=date(1900, 1, 1)))
    def test_every_day_in_iso_form_is_read(self, on: date) -> None:
        assert day(on.isoformat(), ISO) == on

    @given(st.dates(min_value=date(1900, 1, 1)))
    @pytest.mark.parametrize(
        "name", ["DD/MM/YYYY", "MM/DD/YYYY", "DD.MM.YYYY", "YYYYMMDD", "DD-MON-YYYY", "%d %B %Y"]
    )
    def test_every_day_in_the_declared_format_is_read(self, name: str, on: date) -> None:
        declared = DateFormat.declared(name)

        assert day(f"{on:{declared.pattern}}", declared) == on

    def test_iso_is_read_beside_a_declared_format(self) -> None:
        assert day("2024-02-29", BRITISH) == date(2024, 2, 29)

    def test_midnight_of_a_database_export_is_a_day(self) -> None:
        assert day("2024-02-29 00:00:00.000", ISO) == date(2024, 2, 29)

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            pytest.param("2023-02-29", "no_such_date", id="not a leap year"),
            pytest.param("2024-13-01", "no_such_date", id="thirteenth month"),
            pytest.param("03/04/2021", "not_a_date", id="undeclared order"),
            pytest.param("2024-02-29T10:15", "not_a_date", id="a moment"),
            pytest.param("٢٠٢٤-٠٢-٢٩", "not_a_date", id="other digits"),
            pytest.param("yesterday", "not_a_date", id="words"),
        ],
    )
    def test_anything_else_is_refused_with_a_cure(self, text: str, code: str) -> None:
        with pytest.raises(BadValue) as refused:
            day(text, ISO)

        assert refused.value.code == code
        assert refused.value.cure

    @pytest.mark.parametrize("name", ["DD/MM/YY", "DD/MM", "%d/%m/%y", "soon", "%H:%M %Y %d"])
    def test_a_format_without_a_full_date_is_refused(self, name: str) -> None:
        with pytest.raises(BadDateFormat):
            DateFormat.declared(name)


class TestNumber:
    @given(st.decimals(min_value="0.01", max_value=400, places=2))
    def test_point_and_comma_mean_the_same_and_nothing_is_rounded(self, value: Decimal) -> None:
        with_comma = str(value).replace(".", ",")

        assert size(str(value), ISO) == size(with_comma, ISO) == value

    def test_unit_may_stand_behind(self) -> None:
        assert size("8,5 mm", ISO) == Decimal("8.5")

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            pytest.param("-5", "negative", id="negative"),
            pytest.param("0", "out_of_range", id="zero"),
            pytest.param("0.00", "out_of_range", id="zero with decimals"),
            pytest.param("401", "out_of_range", id="larger than a liver"),
            pytest.param("1,234", "ambiguous_number", id="thousands or decimals"),
            pytest.param("1,234.5", "ambiguous_number", id="thousands and decimals"),
            pytest.param("8.125", "too_precise", id="three decimals"),
            pytest.param("<10", "not_a_number", id="less than"),
            pytest.param("1e2", "not_a_number", id="exponent"),
            pytest.param("NaN", "not_a_number", id="not a number"),
            pytest.param("Infinity", "not_a_number", id="infinity"),
            pytest.param("٨", "not_a_number", id="other digits"),
        ],
    )
    def test_anything_else_is_refused(self, text: str, code: str) -> None:
        with pytest.raises(BadValue) as refused:
            size(text, ISO)

        assert refused.value.code == code

    def test_zero_is_a_number_where_it_can_be(self) -> None:
        assert number(least="0", most="9", places=0)("0", ISO) == 0


class TestCodedWords:
    @pytest.mark.parametrize("text", ["yes", "YES", " y", "true", "1", "present"])
    def test_yes_in_many_spellings(self, text: str) -> None:
        assert tri(text.strip(), ISO) == "YES"

    def test_unknown_is_a_value(self) -> None:
        assert tri("n/a", ISO) == "UNKNOWN"

    @pytest.mark.parametrize(
        ("column", "text", "value"),
        [
            ("modality", "MRI hepatobiliary", "MRI_HEPATOBILIARY"),
            ("modality", "mri-hepatobiliary", "MRI_HEPATOBILIARY"),
            ("modality", "Ultrasound", "US"),
            ("modality", "multiphase CT", "CT_MULTIPHASE"),
            ("lirads", "lr3", "LR-3"),
            ("lirads", "LR 5", "LR-5"),
            ("conclusion", "typical haemangioma", "HEMANGIOMA_TYPICAL"),
            ("lesion_number", ">5", "MORE_THAN_FIVE"),
            ("lesion_number", "2-5", "TWO_TO_FIVE"),
            ("vis", "VIS-C", "C"),
            ("sex", "f", "FEMALE"),
        ],
    )
    def test_spellings_are_tolerated(self, column: str, text: str, value: str) -> None:
        assert BY_NAME[column].read(text, ISO) == value

    def test_a_typing_error_is_answered_with_a_guess(self) -> None:
        with pytest.raises(BadValue) as refused:
            BY_NAME["conclusion"].read("indetermnate", ISO)

        assert "Did you mean INDETERMINATE?" in refused.value.cure

    @pytest.mark.parametrize("text", ["MRI", "CT", "MRI_CONTRAST"])
    def test_a_modality_that_could_be_several_is_asked_about(self, text: str) -> None:
        with pytest.raises(BadValue) as refused:
            BY_NAME["modality"].read(text, ISO)

        assert refused.value.code == "unclear"

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("IVa, V", ["IVA", "V"]),
            ("5/8", ["V", "VIII"]),
            ("iv", ["IVA", "IVB"]),
            ("VIII+II", ["II", "VIII"]),
        ],
    )
    def test_segments_in_any_order_and_numerals(self, text: str, found: list[str]) -> None:
        assert segments(text, ISO) == found

    def test_no_contraindications_is_something_else_than_nothing_said(self) -> None:
        assert contraindications("none", ISO) == []

    def test_contraindications_are_sorted_and_said_once(self) -> None:
        text = "iodinated allergy | MRI_DEVICE; pacemaker"

        assert contraindications(text, ISO) == ["IODINATED_ALLERGY", "MRI_DEVICE"]


@given(st.text(max_size=40))
@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.name)
def test_any_text_is_read_or_refused_never_a_crash(column, text: str) -> None:
    assume(text.strip())

    with suppress(BadValue):
        column.read(text.strip(), BRITISH)


def test_letters_that_look_alike_are_one_record_number() -> None:
    read = BY_NAME["mrn"].read

    assert read("MU\u0308LLER-1", ISO) == read("M\u00dcLLER-1", ISO)


def test_no_name_means_two_columns() -> None:
    names = [(name, column.name) for column in COLUMNS for name in (column.name, *column.aliases)]

    assert len({name for name, _ in names}) == len(set(names))
