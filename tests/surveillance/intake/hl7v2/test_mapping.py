"""A feed's mapping: what it may say, and what is wrong with what it says."""

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

from surveillance.arrivals import Unmapped
from surveillance.intake.hl7v2.mapping import KEYS, USUAL, FeedMapping, feed_mapping
from surveillance.intake.hl7v2.mapping import validate_mapping as validate
from surveillance.intake.hl7v2.mapping_page import mapping_page
from surveillance.intake.hl7v2.reading import read_message
from tests.surveillance.intake.hl7v2.messages import message, report, segment

PAGE = Path(__file__).parents[4] / "docs" / "hl7v2-mapping.md"


def test_every_key_is_a_field_and_its_example_is_right() -> None:
    assert [key.name for key in KEYS] == [one.name for one in fields(FeedMapping)]
    for key in KEYS:
        example = {key.name: json.loads(key.example)}
        assert not validate(example)
        assert getattr(feed_mapping(example)[0], key.name) != ()


def test_the_page_about_mappings_is_what_the_code_says(capsys) -> None:
    call_command("print_hl7v2_mapping")

    assert capsys.readouterr().out == mapping_page()
    assert PAGE.read_text(encoding="utf-8") == mapping_page(), (
        "run: manage.py print_hl7v2_mapping > docs/hl7v2-mapping.md"
    )


@pytest.mark.parametrize(
    ("mapping", "told"),
    [
        ([], ": must be a JSON object"),
        ({"acession": ["OBR-3"]}, "acession: is no key of a mapping. There are: time_zone, "),
        ({"accession": "OBR-3"}, "accession: must be a list of places"),
        ({"accession": ["OBR-3", "OBR.18"]}, "accession: entry 2 is not a place such as OBR-3"),
        ({"accession": []}, "accession: must be a list of places"),
        ({"time_zone": "Mars/Olympus"}, "time_zone: is not a time zone such as Europe/Madrid"),
        ({"time_zone": "../etc/passwd"}, "time_zone: is not a time zone"),
        ({"character_set": "KLINGON"}, "character_set: is not a character set such as 8859/1"),
        ({"mrn_types": ["MR", 7]}, "mrn_types: entry 2 is not a word"),
        (
            {"procedures": {"CT9": "CT"}},
            "procedures: “CT9” leads to something that is not one",
        ),
        ({"procedures": {"MR9": "MRI_CONTRAST"}}, "procedures: “MR9” leads to something"),
        ({"report_states": {"": "FINAL"}}, "report_states: has a word of the sender that is empty"),
        ({"report_states": ["F"]}, "report_states: must be a table"),
        ({"mri_with_contrast": "MRI_CONTRAST"}, "mri_with_contrast: is not one of"),
        ({"finding_codes": {"A": "colour"}}, "finding_codes: “A” leads to something that is not"),
        ({"finding_values": {"lirads": {"five": "LR-6"}}}, "finding_values: “five” leads to"),
        (
            {"finding_values": {"colour": {}}},
            "finding_values: “colour” leads to something",
        ),
    ],
)
def test_faults_are_told_with_their_key(mapping: Any, told: str) -> None:
    [problem] = validate(mapping)

    assert str(problem).startswith(told)


def test_tables_add_to_the_usual_ones_and_lists_replace_them() -> None:
    mapped, fault = feed_mapping({"order_number": ["OBR-2"], "sexes": {"V": "MALE"}})

    assert fault is None
    assert mapped.accession == USUAL.accession
    assert mapped.order_number == ("OBR-2",)
    assert mapped.sexes == {**USUAL.sexes, "v": "MALE"}


def test_nothing_is_taken_in_by_a_mapping_with_a_fault() -> None:
    read = read_message(report(), {"acession": ["OBR-18"]})

    [part] = read.parts
    assert isinstance(part, Unmapped)
    assert (read.code, part.code, part.key) == ("AA", "faulty_mapping", "RAD-1")
    assert "acession: is no key" in part.problem


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from([key.name for key in KEYS]) | st.text(max_size=8), JSON))
def test_no_mapping_stops_a_message(mapping: dict[str, Any]) -> None:
    validate(mapping)

    assert read_message(report(), mapping).parts


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(report(f4="CLINIC^Hepatology clinic", f24=""), id="report"),
        pytest.param(
            message(
                segment("ORC", f1="NW", f2="O-1", f9="20260228"),
                segment("OBR", f2="O-1", f4="FLU^Flu vaccination"),
                kind="ORM^O01",
            ),
            id="order, by its text",
        ),
        pytest.param(
            message(
                segment("SCH", f2="A-1", f11="^^^20260310"),
                segment("AIS", f1="1", f3="clinic^Visit"),
                kind="SIU^S12",
            ),
            id="appointment",
        ),
    ],
)
def test_what_the_mapping_calls_no_imaging_is_passed_over(raw: bytes) -> None:
    none_of_ours = {"not_imaging_procedures": ["Clinic", "Flu vaccination"]}

    assert len(read_message(raw, {}).parts) == 1
    assert read_message(raw, none_of_ours).parts == ()


def test_a_code_that_is_imaging_as_well_stays() -> None:
    mapping = {"not_imaging_procedures": ["CT1"], "procedures": {"CT1": "CT_MULTIPHASE"}}

    assert len(read_message(report(), mapping).parts) == 1
