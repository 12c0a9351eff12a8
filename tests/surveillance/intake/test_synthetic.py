"""The invented registry: the same people for the same seed, and nobody real."""

import hashlib
import io
import re
from collections import Counter
from datetime import date

import pytest

from surveillance.intake.csv_registry.columns import COLUMNS
from surveillance.intake.csv_registry.header import match_header
from surveillance.intake.csv_registry.parsing import RowReader
from surveillance.intake.csv_registry.reading import Record
from surveillance.intake.csv_registry.values import DateFormat
from surveillance.intake.synthetic.generate import generate, write_registry
from surveillance.intake.synthetic.words import SITES
from surveillance.registry.rows import RegistryRow

AS_OF = date(2026, 8, 31)
NAMES = [column.name for column in COLUMNS]
PINNED = "80a10fb97a75c88cb996a994b158984e40148bd5135656c63d9e50c364e90426"


def written(patients: int, seed: int) -> str:
    text = io.StringIO(newline="")
    write_registry(generate(patients=patients, seed=seed, as_of=AS_OF), NAMES, text)
    return text.getvalue()


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    return [row.cells for row in generate(patients=1500, seed=7, as_of=AS_OF)]


def test_the_same_seed_gives_the_same_bytes() -> None:
    """Pinned, so that a change of the generator is a decision and not an accident."""
    once = written(40, seed=7)

    assert once == written(40, seed=7)
    assert once != written(40, seed=8)
    assert hashlib.sha256(once.encode()).hexdigest() == PINNED


def test_a_larger_registry_begins_with_the_smaller_one() -> None:
    small, large = written(20, seed=7), written(30, seed=7)

    assert large.startswith(small)


def test_every_row_is_a_row_of_a_registry_file(rows: list[dict[str, str]]) -> None:
    todays = {site.slug: date(2026, 8, 30) for site in SITES}
    reader = RowReader(match_header(NAMES, needs_site=True), DateFormat(), todays)

    read = [
        reader.read(Record(line, line, [cells.get(name, "") for name in NAMES]))
        for line, cells in enumerate(rows, start=2)
    ]

    assert not [one for one in read if not isinstance(one, RegistryRow)]


def test_rows_are_in_order_of_patient_and_time() -> None:
    found = list(generate(patients=60, seed=7, as_of=AS_OF))
    days: dict[str, list[date]] = {}
    for row in found:
        days.setdefault(row.cells["mrn"], []).append(row.day)

    assert all(of_one == sorted(of_one) for of_one in days.values())
    assert max(row.day for row in found) < AS_OF


def test_nobody_can_be_reached_or_mistaken_for_somebody(rows: list[dict[str, str]]) -> None:
    phones = {cells["phone"] for cells in rows if "phone" in cells}
    mails = {cells["email"] for cells in rows if "email" in cells}
    towns = {(cells["city"], cells.get("postal_code")) for cells in rows if "city" in cells}

    assert all(re.fullmatch(r"\(\d+\) 555-01\d\d", phone) for phone in phones)
    assert all(mail.endswith("@example.org") for mail in mails)
    assert towns == {("Exampleton", "ZZ9 9ZZ"), ("Sampleville", "00000"), ("Testhaven", "0000")}


def test_an_mrn_is_one_person_and_an_accession_one_exam(rows: list[dict[str, str]]) -> None:
    people = {(cells["mrn"], cells["birth_date"], cells["family_name"]) for cells in rows}
    exams = {
        (cells["accession"], cells["mrn"], cells["performed_on"], cells["modality"])
        for cells in rows
        if "accession" in cells
    }

    assert len(people) == len({cells["mrn"] for cells in rows}) == 1500
    assert len(exams) == len({accession for accession, *_ in exams})


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("site", {site.slug for site in SITES}),
        ("modality", {"US", "CEUS", "CT_NONCONTRAST", "CT_SINGLE_PHASE", "CT_MULTIPHASE",
                      "MRI_NONCONTRAST", "MRI_EXTRACELLULAR", "MRI_HEPATOBILIARY"}),
        ("lesion_kind", {"ISOLATED_CALCIFICATION", "NODULE_OR_MASS", "CYSTIC"}),
        ("vis", {"A", "B", "C"}),
        ("external", {"yes", "no"}),
        ("adequate", {"yes", "no"}),
        ("cirrhosis", {"yes", "no", "unknown"}),
        ("extrahepatic_malignancy", {"yes", "no"}),
        ("pregnant", {"yes", "no"}),
        ("conclusion", {"INDETERMINATE", "HEMANGIOMA_TYPICAL", "SUSPICIOUS_HCC",
                        "MCN_SUSPECTED", "HYDATID_SUSPECTED", "PROBABLY_BENIGN"}),
        ("pathology_result", {"MALIGNANT", "NONDIAGNOSTIC"}),
        ("mdt_outcome", {"CONTINUE_SURVEILLANCE", "TREAT", "BIOPSY", "SURGERY"}),
        ("treatment", {"REMOVED", "TREATED"}),
        ("patient_status", {"DECEASED", "DECLINED", "LOST_TO_FOLLOW_UP",
                            "TRANSFERRED_ACKNOWLEDGED", "TRANSFERRED_UNACKNOWLEDGED"}),
        ("lesion_label", {"L1", "L2", "L3", "L4"}),
    ],
)  # fmt: skip
def test_everything_that_happens_in_a_clinic_happens(
    rows: list[dict[str, str]], column: str, values: set[str]
) -> None:
    found = Counter(cells[column] for cells in rows if cells.get(column))

    assert values <= set(found), found


def test_children_contraindications_waivers_and_unreachable_people_are_there(
    rows: list[dict[str, str]],
) -> None:
    born = {cells["mrn"]: cells["birth_date"] for cells in rows if cells["birth_date"]}

    assert sum(birth > "2008-09-01" for birth in born.values()) > 30
    assert any(cells.get("contraindications") for cells in rows)
    assert any(cells.get("waiver_on") for cells in rows)
    assert any("phone" not in cells for cells in rows)
    assert any(cells["birth_date"] == "" for cells in rows)
