"""ORU^R01 of a laboratory: which lines are results, what they say, what is passed over."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from surveillance.arrivals import LaboratoryArrival, ReportArrival, ResultState, Unmapped
from surveillance.intake.hl7v2.reading import read_message
from surveillance.protocol.laboratory import LaboratoryTest
from tests.surveillance.intake.hl7v2.messages import afp_line, laboratory, segment


def read(*lines: str, mapping: dict[str, Any] | None = None, **fields: str) -> list[Any]:
    return [*read_message(laboratory(*lines, **fields), mapping or {}).parts]


def only(*lines: str, mapping: dict[str, Any] | None = None, **fields: str) -> LaboratoryArrival:
    [part] = read(*lines, mapping=mapping, **fields)
    assert isinstance(part, LaboratoryArrival), part
    return part


def test_a_result_says_whose_which_when_and_how_much() -> None:
    found = only(afp_line("45.5", f4="1"))

    assert (found.person.mrn, found.result) == ("600100", "L-1 1834-1 1")
    assert (found.test, found.value, found.state) == (LaboratoryTest.AFP, Decimal("45.5"), "FINAL")
    assert (found.taken_on, found.rising, found.problem) == (date(2026, 2, 28), False, "")


@pytest.mark.parametrize(
    ("fields", "value", "problem"),
    [
        pytest.param({"f2": "SN", "f5": "<^2"}, "2", "", id="below, structured"),
        pytest.param({"f2": "SN", "f5": ">^20000"}, "20000", "", id="above, structured"),
        pytest.param({"f2": "SN", "f5": "^10^-^20"}, None, "no_number", id="a range"),
        pytest.param({"f2": "SN", "f5": "^1^:^20"}, None, "no_number", id="a titre"),
        pytest.param({"f2": "ST", "f5": "< 2.0"}, "2.0", "", id="below, as text"),
        pytest.param({"f2": "ST", "f5": "45 ng/mL", "f6": ""}, "45", "", id="unit in the text"),
        pytest.param({"f2": "ST", "f5": "45,5"}, "45.5", "", id="decimal comma"),
        pytest.param({"f2": "ST", "f5": "1,234"}, None, "no_number", id="comma of either sort"),
        pytest.param({"f2": "ST", "f5": "see comment"}, None, "no_number", id="words"),
        pytest.param({"f5": ""}, None, "no_number", id="nothing"),
        pytest.param({"f6": "ug/L"}, "45", "", id="the same unit"),
        pytest.param({"f6": "µg/L"}, "45", "", id="the same unit in Greek"),
        pytest.param({"f6": "IU/mL"}, None, "unknown_unit", id="international units"),
        pytest.param({"f6": "kU/L"}, None, "unknown_unit", id="units by litre"),
        pytest.param({"f6": "ng/mL", "f5": "45 H"}, None, "unknown_unit", id="more than a number"),
        pytest.param({"f6": ""}, None, "no_unit", id="no unit"),
        pytest.param({"f2": "SN", "f5": "<^20"}, None, "unclear_limit", id="limit at 20"),
        pytest.param({"f5": "999999999"}, None, "implausible_value", id="slip"),
        pytest.param({"f3": "62238-1^eGFR^LN", "f6": "mL/min/1.73 m2"}, "45", "", id="eGFR"),
        pytest.param({"f3": "62238-1^eGFR^LN", "f6": "mL/min/{1.73_m2}"}, "45", "", id="UCUM"),
        pytest.param({"f3": "62238-1^eGFR^LN", "f6": "mL/min"}, None, "unknown_unit",
                     id="not by body surface"),
        pytest.param({"f3": "X^eGFR^L^98979-8^eGFR^LN", "f5": ">60", "f2": "ST",
                      "f6": "mL/min/1,73m²"}, "60", "", id="alternate code"),
    ],
)  # fmt: skip
def test_value_and_unit(fields: dict[str, Any], value: str | None, problem: str) -> None:
    found = only(afp_line("45", **fields))

    assert (found.value, found.problem) == (value and Decimal(value), problem)


@pytest.mark.parametrize(
    ("of_the_line", "of_the_group", "state"),
    [
        ("F", "P", ResultState.FINAL),
        ("C", "F", ResultState.CORRECTED),
        ("", "C", ResultState.CORRECTED),
        ("X", "F", ResultState.CANCELLED),
        ("D", "F", ResultState.CANCELLED),
        ("W", "F", ResultState.CANCELLED),
        ("F", "X", ResultState.CANCELLED),
    ],
)
def test_state_of_a_result(of_the_line: str, of_the_group: str, state: ResultState) -> None:
    found = only(afp_line("45", f11=of_the_line), f25=of_the_group)

    assert (found.state, found.value is None) == (state, state is ResultState.CANCELLED)


@pytest.mark.parametrize(
    ("lines", "fields"),
    [
        pytest.param([afp_line("45", f11="P")], {}, id="preliminary"),
        pytest.param([afp_line("45", f11="")], {"f25": "P"}, id="preliminary group"),
        pytest.param([afp_line("Pending", f2="ST")], {}, id="pending"),
        pytest.param([afp_line("45")], {"f25": "I"}, id="no result yet"),
        pytest.param([afp_line("4.2", f3="2823-3^K^LN", f6="mmol/L")], {}, id="another test"),
        pytest.param([afp_line("45", f3="1834-1^AFP^99LOCAL")], {}, id="a local code by chance"),
    ],
)
def test_what_is_passed_over(lines: list[str], fields: dict[str, Any]) -> None:
    assert read(*lines, **fields) == []


@pytest.mark.parametrize(
    ("lines", "fields", "code"),
    [
        pytest.param([afp_line("45")], {"f3": ""}, "no_result_number", id="number"),
        pytest.param([afp_line("45")], {"f7": "2026"}, "no_sample_date", id="day"),
        pytest.param([afp_line("45", f11="")], {"f25": ""}, "no_status", id="status"),
    ],
)
def test_what_is_missing_waits(lines: list[str], fields: dict[str, Any], code: str) -> None:
    [part] = read(*lines, **fields)

    assert isinstance(part, Unmapped)
    assert (part.kind, part.code) == ("LABORATORY", code)


def test_of_a_panel_only_the_results_that_matter_are_read() -> None:
    found = read(
        afp_line("4.2", f3="2823-3^K^LN"), afp_line("45"), afp_line("70", f3="62238-1^G^LN")
    )

    assert [one.test for one in found] == ["AFP", "EGFR"]


def test_codes_and_units_of_the_laboratory_are_mapped() -> None:
    mapping = {"laboratory_codes": {"AFPS": "AFP"}, "laboratory_units": {"NG": "ng/mL"}}

    found = only(afp_line("45", f3="AFPS^Alpha", f6="ng"), mapping=mapping)

    assert (found.value, found.result) == (Decimal(45), "L-1 AFPS")


def test_the_day_of_the_line_goes_before_that_of_its_group() -> None:
    assert only(afp_line("45", f14="202602270800")).taken_on == date(2026, 2, 27)


def test_rising_is_what_the_laboratory_flags_and_high_is_no_word_about_age() -> None:
    assert only(afp_line("12", f8="U")).rising
    assert not only(afp_line("12", f8="H")).elevated_for_age


def test_a_group_that_names_no_department_is_of_a_laboratory_by_its_results() -> None:
    assert isinstance(only(afp_line("45"), f24=""), LaboratoryArrival)


def test_a_report_that_names_a_result_stays_a_report() -> None:
    text = segment("OBX", f2="TX", f3="RPT", f5="Calcification.", f11="F")

    both = read(text, afp_line("45"), f24="", f4="CT1^CT LIVER WO CONTRAST")
    of_radiology = read(text, afp_line("45"), f24="CT", f4="CT1^CT LIVER WO CONTRAST")

    assert [type(one) for one in both] == [ReportArrival, LaboratoryArrival]
    assert [type(one) for one in of_radiology] == [ReportArrival]
