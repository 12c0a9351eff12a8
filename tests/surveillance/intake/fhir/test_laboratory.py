"""Observation of a laboratory: by itself, in a bundle, inside the laboratory's report."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from surveillance.arrivals import LaboratoryArrival, ResultState, Unmapped
from surveillance.intake.fhir.document import Resource
from surveillance.intake.fhir.mapping import FaultyMapping, read_mapping
from surveillance.protocol.laboratory import LaboratoryTest
from tests.surveillance.intake.fhir.scenes import (
    LOINC,
    afp,
    amount,
    bundle,
    coded,
    everything,
    observation,
    patient,
    read,
    remarks,
)

FLAGS = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"


def only(found: Any) -> LaboratoryArrival:
    [part] = [one for one in found.parts if isinstance(one, LaboratoryArrival)]
    return part


def test_a_result_by_itself_says_everything() -> None:
    here = {"identifier": {"system": "urn:oid:1.2.3", "value": "M-1"}}

    found = only(read(afp(subject=here, identifier=[{"value": "L-7"}])))

    assert (found.person.mrn, found.result, found.test) == ("M-1", "L-7", LaboratoryTest.AFP)
    assert (found.value, found.taken_on) == (Decimal(45), date(2026, 3, 1))
    assert found.said_at == datetime(2026, 3, 1, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("final", ResultState.FINAL),
        ("amended", ResultState.CORRECTED),
        ("corrected", ResultState.CORRECTED),
        ("cancelled", ResultState.CANCELLED),
        ("entered-in-error", ResultState.CANCELLED),
    ],
)
def test_state_of_a_result(status: str, state: ResultState) -> None:
    assert only(read(bundle(patient(), afp(status=status)))).state is state


@pytest.mark.parametrize(
    ("more", "value", "problem"),
    [
        pytest.param({"valueQuantity": amount(2, comparator="<")}, "2", "", id="below"),
        pytest.param({"valueQuantity": amount(45, "ug/L")}, "45", "", id="the same unit"),
        pytest.param({"valueQuantity": amount(45, "[IU]/mL")}, None, "unknown_unit", id="units"),
        pytest.param({"valueQuantity": {"value": 45}}, None, "no_unit", id="no unit"),
        pytest.param({"valueQuantity": amount(-1)}, None, "no_number", id="negative"),
        pytest.param({"valueQuantity": None, "valueString": "see text"}, None, "no_number",
                     id="words"),
        pytest.param({"code": coded(LOINC, "98979-8"),
                      "valueQuantity": amount(28.5, "mL/min/{1.73_m2}")}, "28.5", "", id="eGFR"),
    ],
)  # fmt: skip
def test_value_and_unit(more: Resource, value: str | None, problem: str) -> None:
    sent = {name: one for name, one in afp(**more).items() if one is not None}

    found = only(read(bundle(patient(), sent)))

    assert (found.value, found.problem) == (value and Decimal(value), problem)


@pytest.mark.parametrize(
    ("more", "place"),
    [
        pytest.param({"status": "preliminary"}, ".status", id="preliminary"),
        pytest.param({"status": "registered"}, ".status", id="registered"),
        pytest.param({"valueString": "Pending"}, ".value", id="pending"),
        pytest.param({"dataAbsentReason": {"text": "not performed"}}, ".value", id="absent"),
        pytest.param({"code": coded(LOINC, "2823-3", "Potassium")}, "", id="another test"),
    ],
)
def test_what_is_not_used_is_named(more: Resource, place: str) -> None:
    bare = {name: one for name, one in afp().items() if name != "valueQuantity"}

    found = read(bundle(patient(), bare | more))

    assert len(found.parts) == 1
    assert remarks(found)[f"Bundle.entry[1].resource{place}"].startswith(
        ("Not used", "No entry of its own")
    )


def test_a_result_inside_the_report_of_its_laboratory_is_read() -> None:
    inside = {name: one for name, one in afp().items() if name not in {"subject", "issued"}}
    sent = {
        "resourceType": "DiagnosticReport", "id": "lab", "status": "final",
        "identifier": [{"value": "R-9"}], "contained": [inside],
        "category": [coded("http://terminology.hl7.org/CodeSystem/v2-0074", "LAB")],
        "code": {"text": "Tumour markers"}, "subject": {"reference": "Patient/ana"},
        "issued": "2026-03-02T09:00:00Z", "result": [{"reference": "#afp-1"}],
    }  # fmt: skip

    found = only(read(bundle(patient(), sent)))
    void = only(read(bundle(patient(), sent | {"status": "entered-in-error"})))

    assert (found.person.mrn, found.result, found.value) == ("M-1", "R-9 afp-1", Decimal(45))
    assert found.said_at == datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert (void.result, void.state) == (found.result, ResultState.CANCELLED)


def test_a_finding_stays_with_its_report() -> None:
    assert not [one for one in read(everything()).parts if isinstance(one, LaboratoryArrival)]
    assert "used" in remarks(read(bundle(patient(), observation())))["Bundle.entry[1].resource"]


@pytest.mark.parametrize(
    ("flag", "ranges", "expected"),
    [
        pytest.param("U", [], (True, False), id="rising"),
        pytest.param("H", [{"age": {"high": {"value": 12}}, "text": "1"}], (False, True),
                     id="high for the age"),
        pytest.param("H", [{"text": "< 7"}], (False, False), id="high for anybody"),
        pytest.param("H", [], (False, False), id="high"),
    ],
)  # fmt: skip
def test_flags_are_those_that_the_laboratory_states_for_sure(flag, ranges, expected) -> None:
    more = {"interpretation": [coded(FLAGS, flag)]} | ({"referenceRange": ranges} if ranges else {})

    found = only(read(bundle(patient(), afp(12, **more))))

    assert (found.rising, found.elevated_for_age) == expected


@pytest.mark.parametrize(
    ("without", "code"),
    [
        ("id", "no_result_number"),
        ("effectiveDateTime", "no_date"),
        ("subject", "patient_not_known"),
    ],
)
def test_what_is_missing_waits(without: str, code: str) -> None:
    sent = {name: one for name, one in afp().items() if name != without}
    if without != "subject":
        sent["subject"] = {"identifier": {"value": "M-1"}}

    [part] = read(sent).parts

    assert isinstance(part, Unmapped)
    assert (part.kind, part.code) == ("LABORATORY", code)


def test_codes_and_units_of_the_feed_are_mapped() -> None:
    mapping = read_mapping(
        {"laboratory": {"urn:lis|AFPS": "AFP"}, "laboratory_units": {"NG": "ng/mL"}}, "UTC"
    )
    sent = afp(code=coded("urn:lis", "AFPS"), valueQuantity=amount(45, "ng"))

    assert only(read(bundle(patient(), sent), mapping)).value == Decimal(45)


@pytest.mark.parametrize(
    "wrong", [{"laboratory": {"X": "CEA"}}, {"laboratory_units": {"X": "kU/L"}}]
)
def test_a_mapping_to_what_is_not_used_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(FaultyMapping, match="use one of"):
        read_mapping(wrong, "UTC")
