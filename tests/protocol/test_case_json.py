"""The written form of a case: understood, or refused by field, value and what is allowed."""

import json
from contextlib import suppress
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveillance.protocol.case_json import CaseRefused, case_id, read_case, read_line
from surveillance.protocol.decision_json import decision_json
from surveillance.protocol.facts import SurveillanceCase, Symptoms
from surveillance.protocol.recommend import recommend
from surveillance.protocol.terms import (
    CalcificationPattern,
    Contraindication,
    LesionKind,
    LiRads,
    MdtOutcome,
    Modality,
    PathologyResult,
    Tri,
)

VECTORS = (Path(__file__).parents[1] / "data" / "cases.jsonl").read_text(encoding="utf-8")
LINES = VECTORS.splitlines()


def written(**changes: Any) -> dict[str, Any]:
    """A readable case; `changes` are dotted paths such as patient__cirrhosis."""
    data: dict[str, Any] = {
        "id": "C1",
        "patient": {"birth_date": "1975-06-10", "cirrhosis": "yes"},
        "lesion": {"kind": "nodule_or_mass"},
        "history": [{"date": "2026-01-10", "modality": "US", "size_mm": 14}],
        "as_of": "2026-01-15",
    }
    for path, value in changes.items():
        *parents, name = path.split("__")
        place = data
        for parent in parents:
            place = place[int(parent)] if parent.isdigit() else place[parent]  # type: ignore[index]
        place[name] = value
    return data


def read(**changes: Any) -> SurveillanceCase:
    return read_case(read_line(json.dumps(written(**changes))))


# ---------------------------------------------------------------- tolerant


@pytest.mark.parametrize(
    ("said", "is_low"), [({"egfr": 29.9}, True), ({"eGFR": "12"}, True), ({"egfr": 30}, False)]
)
def test_a_low_egfr_is_a_contraindication_whoever_ticked_it(
    said: dict[str, Any], is_low: bool
) -> None:
    found = read(**{f"patient__{name}": value for name, value in said.items()})

    assert (Contraindication.EGFR_LT_30 in found.patient.contraindications) is is_low


@pytest.mark.parametrize("name", ["accession", "accession_id", "accession_number"])
def test_the_number_of_a_report_has_several_names(name: str) -> None:
    assert read(**{f"history__0__{name}": "A-1"}).exams[0].ref == "A-1"


def test_symptoms_may_be_dated_or_listed() -> None:
    dated = read(lesion__symptomatic={"value": "yes", "date": "2026-01-12"}).lesion
    listed = read(
        lesion__symptomatic="no", lesion__symptoms=[{"value": "yes", "date": "2026-01-12"}]
    ).lesion

    assert (dated.symptomatic, listed.symptomatic) == (Tri.UNKNOWN, Tri.NO)
    assert dated.symptoms == listed.symptoms == (Symptoms(date(2026, 1, 12), Tri.YES),)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("YES", Tri.YES),
        (" no ", Tri.NO),
        (True, Tri.YES),
        (False, Tri.NO),
        (None, Tri.UNKNOWN),
        ("Unknown", Tri.UNKNOWN),
        ("true", Tri.YES),
    ],
)
def test_three_valued_words(word: object, expected: Tri) -> None:
    assert read(patient__cirrhosis=word).patient.cirrhosis is expected


def test_absent_is_unknown() -> None:
    case = read()

    assert case.patient.ald is Tri.UNKNOWN
    assert case.lesion.symptomatic is Tri.UNKNOWN
    assert case.exams[0].conclusion is None


@pytest.mark.parametrize(
    ("size", "expected"), [(14, "14"), (9.9, "9.9"), ("10.0", "10.0"), (None, None)]
)
def test_sizes_are_never_rounded(size: object, expected: str | None) -> None:
    found = read(history__0__size_mm=size).exams[0].size_mm

    assert found == (Decimal(expected) if expected else None)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("coarse", CalcificationPattern.COARSE_CHUNKY),
        ("Eggshell", CalcificationPattern.EGGSHELL_RING),
        ("laminar/branching", CalcificationPattern.LAMINAR_BRANCHING),
        ("central-scar", CalcificationPattern.CENTRAL_SCAR),
    ],
)
def test_patterns_have_other_names(word: str, expected: CalcificationPattern) -> None:
    assert read(lesion__pattern=word).lesion.pattern is expected


@pytest.mark.parametrize("word", ["LR-3", "lr3", "LR_3", "lr 3"])
def test_categories_are_written_in_several_ways(word: str) -> None:
    assert read(history__0__lirads=word).exams[0].lirads is LiRads.LR_3


def test_events_are_one_object_or_a_list() -> None:
    one = {"date": "2026-01-11", "result": "Negative"}
    mdt = [{"date": "2026-01-12", "outcome": "treat", "author": "MDT"}]
    waived = {"date": "2026-01-13", "reason": "pregnancy", "author": "Dr", "until": "2026-06-01"}
    case = read(
        lesion__pathology=one, lesion__mdt_outcome=mdt, lesion__characterisation_waived=waived
    )

    assert case.lesion.pathology[0].result is PathologyResult.NONDIAGNOSTIC
    assert case.lesion.mdt_decisions[0].outcome is MdtOutcome.TREAT
    assert case.lesion.waivers[0].until == date(2026, 6, 1)


def test_afp_of_either_name() -> None:
    both = [
        {"date": "2026-01-11", "value_ng_ml": 45.5},
        {"date": "2026-01-12", "value": "20", "rising": True, "elevated_for_age": "no"},
        {"date": "2026-01-12"},
    ]
    values = [each.value for each in read(patient__afp=both).patient.afp]

    assert values == [Decimal("45.5"), Decimal(20), None]


def test_an_exam_may_say_what_the_lesion_is() -> None:
    exam = read(history__0__kind="cystic", history__0__septations=True).exams[0]

    assert exam.kind is LesionKind.CYSTIC
    assert exam.septations is Tri.YES
    assert exam.thick_wall is None


def test_information_is_accepted() -> None:
    read(
        description="a case",
        expect={"rule": "R56"},
        lesion__number="one",
        lesion__segments=["II"],
        patient__egfr=45,
        history__0__reporter="Dr Example",
        history__0__site="North",
        history__0__rim_aphe="no",
    )


def test_dated_facts_may_be_objects() -> None:
    inside = read(
        patient__cardiac_failure_signs={"value": "yes", "date": "2026-01-05"},
        patient__pregnant={"value": "yes", "expected_end": "2026-08-01"},
    ).patient
    beside = read(
        patient__cardiac_failure_signs="yes", patient__cardiac_failure_signs_on="2026-01-05"
    ).patient

    assert inside.cardiac_failure_signs is beside.cardiac_failure_signs is Tri.YES
    assert inside.cardiac_failure_signs_on == beside.cardiac_failure_signs_on == date(2026, 1, 5)
    assert inside.pregnant is Tri.YES


def test_no_event_is_false_or_null() -> None:
    assert read(lesion__characterisation_waived=False).lesion.waivers == ()
    assert read(lesion__pathology=None).lesion.pathology == ()


def test_sources_and_overrides_are_read() -> None:
    told = {"cirrhosis": {"source": "letter", "recorded_on": "2026-01-02", "recorded_by": "Dr E"}}
    override = {"date": "2026-01-12", "author": "Dr E", "reason": "abroad"}
    case = read(patient__provenance=told, override=override, open_lesions=2)

    assert case.patient.provenance["cirrhosis"].recorded_on == date(2026, 1, 2)
    assert case.override is not None
    assert case.override.author == "Dr E"
    assert {"A10", "A20"} <= set(recommend(case).addons)


def test_accession_names_the_report() -> None:
    assert read(history__0__accession=17).exams[0].ref == "17"


def test_missing_history_is_left_to_the_protocol() -> None:
    assert recommend(read(history=None)).rule == "R05"


# ---------------------------------------------------------------- strict


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"patient__cirrhosis": "maybe"}, ["patient.cirrhosis", "'maybe'", "yes, no, unknown"]),
        ({"patient__cirrhosis": 1}, ["patient.cirrhosis", "1", "yes, no"]),
        ({"patient__cirhosis": "yes"}, ["patient.cirhosis", "unknown field", "cirrhosis"]),
        ({"patient__sex": "f"}, ["patient.sex", "FEMALE"]),
        ({"patient__status": "gone"}, ["patient.status", "DECEASED"]),
        ({"patient__contraindications": "mri_device"}, ["patient.contraindications", "a list"]),
        ({"patient__contraindications": ["metal"]}, ["contraindications[0]", "MRI_DEVICE"]),
        ({"patient__birth_date": "1975-13-01"}, ["patient.birth_date", "'1975-13-01'"]),
        ({"patient__birth_date": "10.06.1975"}, ["patient.birth_date", "YYYY-MM-DD"]),
        ({"patient__birth_date": "0001-01-01"}, ["patient.birth_date", "1900"]),
        ({"patient__birth_date": 19750610}, ["patient.birth_date", "19750610"]),
        ({"patient__afp": {"value": 4}}, ["patient.afp.date", "None"]),
        ({"patient__afp": [{"date": "2026-01-01", "value": -1}]}, ["afp[0].value", "0 or more"]),
        (
            {"patient__afp": {"date": "2026-01-01", "value": 1, "value_ng_ml": 2}},
            ["patient.afp.value", "once"],
        ),
        ({"patient__afp": 45}, ["patient.afp", "an object"]),
        ({"patient": None}, ["patient", "missing"]),
        ({"patient": "P1"}, ["patient", "an object"]),
        ({"lesion": []}, ["lesion", "an object"]),
        ({"lesion__kind": "lump"}, ["lesion.kind", "NODULE_OR_MASS"]),
        ({"lesion__pathology": {"date": "2026-01-01"}}, ["lesion.pathology.result", "MALIGNANT"]),
        (
            {"lesion__mdt_outcome": [{"outcome": "treat"}]},
            ["lesion.mdt_outcome[0].date", "YYYY-MM-DD"],
        ),
        (
            {"lesion__mdt_outcome": {"date": "2026-01-01", "outcome": "treat", "author": []}},
            ["lesion.mdt_outcome.author", "text"],
        ),
        (
            {"lesion__characterisation_waived": {"date": "2026-02-01", "until": "2026-01-01"}},
            ["characterisation_waived.until", "on or after 2026-02-01"],
        ),
        ({"lesion__characterisation_waived": "yes"}, ["characterisation_waived", "an object"]),
        ({"history": {}}, ["history", "a list"]),
        ({"history__0__date": None}, ["history[0].date", "YYYY-MM-DD"]),
        ({"history__0__date": "2026-02-30"}, ["history[0].date", "2026-02-30"]),
        ({"history__0__modality": "MR"}, ["history[0].modality", "'MR'", "MRI_HEPATOBILIARY"]),
        ({"history__0__modality": "MRI_CONTRAST"}, ["history[0].modality"]),
        ({"history__0__modality": None}, ["history[0].modality"]),
        ({"history__0__size_mm": 0}, ["history[0].size_mm", "0", "from 0.01 to 400 mm"]),
        ({"history__0__size_mm": -3}, ["history[0].size_mm", "-3"]),
        ({"history__0__size_mm": 401}, ["history[0].size_mm", "401", "400 mm"]),
        ({"history__0__size_mm": "14 mm"}, ["history[0].size_mm", "'14 mm'", "a number"]),
        ({"history__0__size_mm": "nan"}, ["history[0].size_mm", "finite"]),
        ({"history__0__size_mm": "1_0"}, ["history[0].size_mm", "'1_0'", "a number"]),
        ({"history__0__size_mm": "1e-999999"}, ["history[0].size_mm", "from 0.01"]),
        ({"patient__egfr": -1}, ["patient.egfr", "-1", "0 or more"]),
        ({"patient__egfr": "low"}, ["patient.egfr", "'low'", "a number"]),
        (
            {"lesion__pathology": {"date": "1926-01-01", "result": "malignant"}},
            ["lesion.pathology.date", "1926-01-01", "1975-06-10"],
        ),
        (
            {"lesion__symptomatic": {"value": "yes", "date": "1974-01-01"}},
            ["lesion.symptoms.date", "1975-06-10"],
        ),
        ({"patient__afp": {"date": "1970-01-01", "value": 3}}, ["patient.afp.date"]),
        ({"override": {"date": "2026-01-12", "reason": "travels"}}, ["override.author", "empty"]),
        ({"override": {"date": "2026-01-12", "author": "Dr Ng"}}, ["override.reason", "empty"]),
        ({"history__0__size_mm": True}, ["history[0].size_mm", "True", "a number"]),
        ({"history__0__size_mm": [14]}, ["history[0].size_mm", "a number"]),
        ({"history__0__adequate": "unknown"}, ["history[0].adequate", "true or false"]),
        ({"history__0__lirads": "LR-6"}, ["history[0].lirads", "LR-5"]),
        ({"history__0__vis": "D"}, ["history[0].vis", "A, B, C"]),
        ({"history__0__siez_mm": 4}, ["history[0].siez_mm", "unknown field", "size_mm"]),
        ({"as_of": None}, ["as_of", "missing"]),
        ({"as_of": "yesterday"}, ["as_of", "'yesterday'"]),
        ({"open_lesions": 0}, ["open_lesions", "1 to 1000"]),
        ({"open_lesions": "two"}, ["open_lesions"]),
        ({"histroy": []}, ["case.histroy", "unknown field", "history"]),
    ],
)
def test_refusal_names_field_value_and_what_is_allowed(
    changes: dict[str, Any], words: list[str]
) -> None:
    with pytest.raises(CaseRefused) as refused:
        read(**changes)

    assert all(word in str(refused.value) for word in words), str(refused.value)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{", "not valid JSON"),
        ('{"id": NaN}', "NaN"),
        ('{"id": Infinity}', "Infinity"),
        ("[" * 100_000, "not valid JSON"),
        ('{"n": 1e99999999999999999999}', "exponent beyond reason"),
        ('{"id": "a", "id": "b"}', "twice"),
        ('{"n": ' + "9" * 5000 + "}", "not valid JSON"),
    ],
)
def test_lines_that_are_not_json(line: str, words: str) -> None:
    with pytest.raises(CaseRefused, match=words):
        read_line(line)


@pytest.mark.parametrize("data", [None, 3, "text", [], [{}]])
def test_a_case_is_an_object(data: object) -> None:
    with pytest.raises(CaseRefused, match="an object"):
        read_case(data)


def test_a_long_value_is_shortened() -> None:
    with pytest.raises(CaseRefused) as refused:
        read(patient__cirrhosis="x" * 5000)

    assert len(str(refused.value)) < 300


@pytest.mark.parametrize(
    ("data", "expected"), [({"id": 7}, "7"), ({"id": {}}, None), ({}, None), (None, None)]
)
def test_id_of_an_unreadable_case(data: object, expected: str | None) -> None:
    assert case_id(data) == expected


# ---------------------------------------------------------------- never a crash


JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12)
    | st.sampled_from(["yes", "no", "US", "2026-02-29", "9999-12-31", "0", "-1", "1e400"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)


def places(data: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every path inside a JSON value."""
    found = [path] if path else []
    if isinstance(data, dict):
        for key, value in data.items():
            found += places(value, (*path, key))
    if isinstance(data, list):
        for index, value in enumerate(data):
            found += places(value, (*path, index))
    return found


def answer_or_refusal(data: object) -> str:
    try:
        case = read_case(read_line(json.dumps(data)))
    except CaseRefused as refused:
        return str(refused)
    answer = decision_json(case, recommend(case))
    return json.dumps(answer)


@given(st.sampled_from(LINES), st.data())
def test_any_value_anywhere_is_answered_or_refused(line: str, data: st.DataObject) -> None:
    case = json.loads(line)
    del case["expect"]
    for _ in range(data.draw(st.integers(1, 3))):
        *parents, name = data.draw(st.sampled_from(places(case)))
        place = case
        for parent in parents:
            place = place[parent]
        place[name] = data.draw(JUNK)

        assert answer_or_refusal(case)


@given(JUNK)
def test_any_json_is_answered_or_refused(data: object) -> None:
    assert answer_or_refusal(data)


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(CaseRefused):
        read_line(text)


def test_modalities_of_exams_are_all_readable() -> None:
    for modality in Modality:
        if modality is not Modality.MRI_CONTRAST:
            assert read(history__0__modality=modality.value.lower()).exams[0].modality is modality
