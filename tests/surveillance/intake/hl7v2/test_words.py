"""Words of a report in whatever type of OBX, and files beside them."""

from typing import Any

import pytest

from surveillance.arrivals import ReportArrival
from surveillance.intake.hl7v2.reading import read_message
from tests.surveillance.intake.hl7v2.messages import report, segment

TOLD = "New 12 mm hepatic calcification in segment VII."
PDF = segment("OBX", f2="ED", f3="PDF", f5="RIS^application^pdf^Base64^JVBERi0xLjQ=", f11="F")


def line(kind: str, value: str, name: str = "X1", **fields: str) -> str:
    return segment("OBX", **{"f2": kind, "f3": name, "f5": value, "f11": "F", **fields})


def text(*lines: str, **mapping: Any) -> str:
    [part] = read_message(report(*lines), mapping).parts
    assert isinstance(part, ReportArrival), part
    return part.text


def code(*lines: str, **mapping: Any) -> str:
    [part] = read_message(report(*lines), mapping).parts
    return getattr(part, "code", "")


@pytest.mark.parametrize("kind", ["TX", "FT", "ST", "", "IS", "ID", "TEXT", "ZZ"])
def test_plain_words_of_any_type_are_text(kind: str) -> None:
    assert text(line(kind, TOLD)) == TOLD


@pytest.mark.parametrize("kind", ["CE", "CWE", "CNE", "CF", "cwe"])
@pytest.mark.parametrize(
    ("value", "words"),
    [
        (f"^{TOLD}^L", TOLD),
        (TOLD, TOLD),
        (f"C1^{TOLD}", TOLD),
        (f"C1^Calcified^L^^^^^^{TOLD}", f"Calcified; {TOLD}"),
        (f"C1^Cyst~C2^{TOLD}", f"Cyst\n{TOLD}"),
    ],
)
def test_words_of_coded_values_are_text(kind: str, value: str, words: str) -> None:
    assert text(line(kind, value)) == words


def test_a_coded_value_has_its_heading_or_its_own_name_before_it() -> None:
    loinc = line("CWE", f"^{TOLD}", "19005-8^Impression^LN")
    other = line("CWE", f"^{TOLD}", "H1^History^L")

    assert text(loinc) == f"IMPRESSION:\n{TOLD}"
    assert text(other) == f"History: {TOLD}"


def test_dates_names_and_coded_findings_are_no_text_and_numbers_stand_at_its_end() -> None:
    lines = [
        line("NM", "12"),
        line("DT", "20260228"),
        line("XCN", "7^Reader"),
        line("CE", "LR-3", "LR"),
        line("TX", TOLD),
    ]

    assert text(*lines, finding_codes={"LR": "lirads"}) == f"{TOLD}\nX1: 12"


def test_words_that_the_mapping_leaves_out_altogether_wait() -> None:
    assert code(line("CWE", TOLD), text_types=["TX"]) == "words_left_out"
    assert code(line("TX", TOLD), text_codes=["RPT"]) == "words_left_out"
    assert text(line("TX", TOLD), line("CWE", "Other"), text_types=["TX"]) == TOLD


@pytest.mark.parametrize(
    "hint",
    [
        "See attached document.",
        "Report available as PDF.",
        "Ver informe adjunto.",
        "The report of this exam was scanned and stands in the archive. " * 6,
    ],
)
def test_a_file_with_a_hint_at_it_waits(hint: str) -> None:
    assert code(line("TX", hint), PDF) == "report_is_a_file"


def test_a_file_beside_a_report_is_named_in_the_report_and_in_the_answer() -> None:
    read = read_message(report(line("TX", f"Liver: {TOLD}"), PDF), {})

    [part] = read.parts
    assert isinstance(part, ReportArrival)
    assert part.text.startswith("Liver: ")
    assert part.text.endswith("[A file came with this report. It was not read.]")
    assert [(one.severity.value, one.code) for one in read.problems] == [("W", "file_not_read")]


def test_notes_beside_the_lines_are_text_too() -> None:
    note = segment("NTE", f1="1", f3="Left lobe not imaged.")

    assert text(line("TX", TOLD), note) == f"{TOLD}\nLeft lobe not imaged."
