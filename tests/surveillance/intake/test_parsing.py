"""Rows are read whole: every problem of a row at once, with line, column, value and cure."""

from datetime import date
from decimal import Decimal

import pytest

from surveillance.intake.csv_registry.header import match_header
from surveillance.intake.csv_registry.parsing import RowReader
from surveillance.intake.csv_registry.reading import Record
from surveillance.intake.csv_registry.values import DateFormat
from surveillance.registry.rows import RegistryRow, RowProblem, StatedEvent
from tests.surveillance.intake.registry_files import EXAM, LOW_RISK, PATIENT, TODAY, row

SITES = {"north": TODAY, "south": TODAY}


def read(cells: dict[str, str], *, site: str = "") -> RegistryRow | list[RowProblem]:
    reader = RowReader(match_header(list(cells), needs_site=False), DateFormat(), SITES, site)
    return reader.read(Record(7, 7, list(cells.values())))


def problems_of(cells: dict[str, str]) -> list[tuple[str, str]]:
    found = read(cells)
    assert isinstance(found, list), "the row was accepted"
    assert all(problem.line == 7 and problem.message and problem.cure for problem in found)
    return [(problem.column, problem.code) for problem in found]


def test_a_full_row_is_read_part_by_part() -> None:
    cells = row(
        **LOW_RISK,
        risk_effective_on="2026-05-01",
        contraindications="MRI_DEVICE | egfr<30",
        afp_ng_ml="4,2",
        afp_on="2026-06-02",
        segments="IVa V",
        aphe="no",
        lirads="LR-3",
        mdt_outcome="continue surveillance",
        mdt_on="2026-06-20",
        mdt_author="Dr Demo",
    )

    found = read(cells)

    assert isinstance(found, RegistryRow)
    assert (found.line, found.site, found.mrn) == (7, "north", "A1")
    assert found.patient["birth_date"] == date(1970, 5, 17)
    assert found.risk["contraindications"] == ["EGFR_LT_30", "MRI_DEVICE"]
    assert found.risk_on == date(2026, 5, 1)
    assert found.afp == {"value_ng_ml": Decimal("4.2"), "taken_on": date(2026, 6, 2)}
    assert found.lesion["segments"] == ["IVA", "V"]
    assert found.exam["modality"] == "US"
    assert found.finding == {"size_mm": Decimal(8), "aphe": "NO", "lirads": "LR-3"}
    assert found.events == (
        StatedEvent("MDT_DECISION", "CONTINUE_SURVEILLANCE", date(2026, 6, 20), "Dr Demo"),
    )


def test_blank_cells_state_nothing() -> None:
    found = read(row(phone="", cirrhosis="  ", aphe=""))

    assert isinstance(found, RegistryRow)
    assert "phone" not in found.patient
    assert not found.risk
    assert found.risk_on is None


def test_risk_facts_hold_from_the_exam_when_nothing_else_is_said() -> None:
    found = read(row(cirrhosis="yes"))

    assert isinstance(found, RegistryRow)
    assert found.risk_on == date(2026, 6, 1)


def test_the_site_may_be_chosen_for_the_whole_file() -> None:
    cells = {name: value for name, value in row().items() if name != "site"}

    found = read(cells, site="south")

    assert isinstance(found, RegistryRow)
    assert found.site == "south"


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        pytest.param({"site": "norht"}, ("site", "unknown_site"), id="site misspelt"),
        pytest.param({"site": ""}, ("site", "site_missing"), id="no site"),
        pytest.param({"mrn": ""}, ("mrn", "mrn_missing"), id="no record number"),
        pytest.param({"mrn": "x" * 65}, ("mrn", "too_long"), id="record number too long"),
        pytest.param({"given_name": "a\x00b"}, ("given_name", "control_character"), id="NUL"),
        pytest.param({"mrn": "A\u200b1"}, ("mrn", "control_character"), id="invisible"),
        pytest.param({"mrn": "A\u20661"}, ("mrn", "control_character"), id="isolate"),
        pytest.param(
            {"family_name": "A\u202eb"}, ("family_name", "control_character"), id="turned"
        ),
        pytest.param({"given_name": "a\x85b"}, ("given_name", "control_character"), id="C1"),
        pytest.param({"birth_date": "1899-12-31"}, ("birth_date", "birth_too_early"), id="1899"),
        pytest.param({"birth_date": "2026-09-01"}, ("birth_date", "in_the_future"), id="unborn"),
        pytest.param({"birth_date": "17.5.70"}, ("birth_date", "not_a_date"), id="two digits"),
        pytest.param({"email": "nobody"}, ("email", "not_an_email"), id="no address"),
        pytest.param({"consent_sms": "maybe"}, ("consent_sms", "not_yes_no_unknown"), id="maybe"),
        pytest.param({"performed_on": "2026-09-01"}, ("performed_on", "in_the_future"), id="later"),
        pytest.param({"performed_on": "1970-05-16"}, ("performed_on", "before_birth"), id="before"),
        pytest.param({"accession": ""}, ("accession", "cell_missing"), id="no accession"),
        pytest.param({"modality": ""}, ("modality", "cell_missing"), id="no modality"),
        pytest.param({"modality": "MRI"}, ("modality", "unclear"), id="which MRI"),
        pytest.param({"lesion_label": ""}, ("lesion_label", "lesion_missing"), id="no lesion"),
        pytest.param({"size_mm": "-3"}, ("size_mm", "negative"), id="negative size"),
        pytest.param({"lesion_seen": "no"}, ("size_mm", "size_of_unseen"), id="unseen but sized"),
        pytest.param({"external": "yes"}, ("evidence", "evidence_missing"), id="no evidence"),
        pytest.param(
            {"modality": "CT_MULTIPHASE", "vis": "A"}, ("vis", "vis_not_of_us"), id="score of a CT"
        ),
        pytest.param({"afp_ng_ml": "12"}, ("afp_on", "cell_missing"), id="AFP without a day"),
        pytest.param(
            {"afp_on": "2026-06-01"}, ("afp_ng_ml", "cell_missing"), id="AFP without a value"
        ),
        pytest.param(
            {"expected_delivery_on": "2026-12-01"},
            ("expected_delivery_on", "not_pregnant"),
            id="delivery without pregnancy",
        ),
        pytest.param(
            {"cardiac_failure_signs_on": "2026-06-01"},
            ("cardiac_failure_signs_on", "no_signs"),
            id="date of no signs",
        ),
        pytest.param(
            {"pathology_result": "negative"}, ("pathology_on", "cell_missing"), id="pathology day"
        ),
        pytest.param(
            {"mdt_outcome": "TREAT", "mdt_on": "2026-06-01"},
            ("mdt_author", "cell_missing"),
            id="decision without an author",
        ),
        pytest.param(
            {"waiver_on": "2026-06-01", "waiver_author": "Dr Demo"},
            ("waiver_reason", "cell_missing"),
            id="waiver without a reason",
        ),
        pytest.param(
            {"treatment": "removed", "treated_on": "2026-06-01"},
            ("treated_by", "cell_missing"),
            id="treatment without an author",
        ),
        pytest.param(
            {"patient_status": "DECEASED"}, ("patient_status_on", "cell_missing"), id="when"
        ),
        pytest.param(
            {"patient_status_on": "2026-06-01"}, ("patient_status", "cell_missing"), id="which"
        ),
        pytest.param(
            {"patient_status": "SURVEILLANCE_NOT_APPROPRIATE", "patient_status_on": "2026-06-01"},
            ("patient_status", "needs_signature"),
            id="needs a signature",
        ),
        pytest.param(
            {"patient_status": "transferred", "patient_status_on": "2026-06-01"},
            ("patient_status", "unclear"),
            id="transferred: acknowledged or not",
        ),
    ],
)
def test_a_wrong_cell_is_named(changed: dict[str, str], expected: tuple[str, str]) -> None:
    assert expected in problems_of(row(**changed))


def test_findings_without_an_exam_are_refused() -> None:
    cells = PATIENT | {"lesion_label": "L1", "size_mm": "8"}

    assert problems_of(cells) == [("accession", "exam_missing")]


def test_risk_facts_need_a_day() -> None:
    assert problems_of(PATIENT | {"cirrhosis": "yes"}) == [("risk_effective_on", "cell_missing")]


def test_all_that_is_wrong_is_said_at_once() -> None:
    found = problems_of(row(size_mm="big", modality="MRI", birth_date="soon"))

    assert {column for column, _ in found} >= {"size_mm", "modality", "birth_date"}


def test_a_cell_that_cannot_be_read_is_not_called_missing_as_well() -> None:
    assert problems_of(row(modality="MRI")) == [("modality", "unclear")]


@pytest.mark.parametrize("cells", [["north"], ["north"] * 40], ids=["too few", "too many"])
def test_a_row_of_another_length_is_refused(cells: list[str]) -> None:
    header = match_header(list(row()), needs_site=False)

    found = RowReader(header, DateFormat(), SITES).read(Record(9, 9, cells))

    assert isinstance(found, list)
    assert [problem.code for problem in found] == ["wrong_number_of_cells"]


def test_a_row_of_another_site_than_the_chosen_one_is_refused() -> None:
    found = read(row(), site="south")

    assert isinstance(found, list)
    assert found[0].code == "other_site"


def test_the_value_as_written_is_shown() -> None:
    found = read(row(size_mm="8 cm"))

    assert isinstance(found, list)
    assert found[0].value == "8 cm"


def test_an_exam_row_is_the_smallest_that_goes_in() -> None:
    assert isinstance(read({"site": "north", "mrn": "A1"} | EXAM), RegistryRow)
