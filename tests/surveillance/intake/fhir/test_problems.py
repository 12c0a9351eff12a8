"""Every problem has its place, its kind and its cure."""

import pytest

from surveillance.intake.fhir.mapping import FaultyMapping, read_mapping
from surveillance.intake.fhir.outcome import outcome
from surveillance.intake.fhir.reading import read_resource
from tests.surveillance.intake.fhir.scenes import (
    HEARD_AT,
    MADRID,
    appointment,
    bundle,
    condition,
    entry,
    observation,
    order,
    patient,
    read,
    refused,
    remarks,
    report,
    study,
)

AT = "Bundle.entry[0].resource"


def without(resource, *names):
    """The resource without these elements."""
    return {name: value for name, value in resource.items() if name not in names}


@pytest.mark.parametrize(
    ("resource", "place", "kind"),
    [
        (patient(gender="x"), "gender", "code-invalid"),
        (patient(birthDate="1961-2-28"), "birthDate", "value"),
        (patient(birthDate="1961-02-30"), "birthDate", "value"),
        (patient(deceasedDateTime="2026-01-01T10:00"), "deceasedDateTime", "value"),
        (patient(deceasedBoolean=True, deceasedDateTime="2026-01-01"), "deceasedDateTime",
         "invariant"),
        (patient(weight=70), "weight", "structure"),
        (patient(name={"family": "A"}), "name", "structure"),
        (patient(name=[{"given": "Ana"}]), "name[0].given", "structure"),
        (patient(name=[7]), "name[0]", "structure"),
        (patient(link=[{"other": {}}]), "link[0].type", "required"),
        (patient(telecom=[{"system": "pigeon"}]), "telecom[0].system", "code-invalid"),
        (without(condition(), "subject"), "subject", "required"),
        (condition(clinicalStatus={"coding": [{"code": "ill"}]}), "clinicalStatus.coding[0].code",
         "code-invalid"),
        (condition(onsetDateTime="2023-02-29"), "onsetDateTime", "value"),
        (condition(recordedDate="0001-01-01T00:00:00+14:00"), "recordedDate", "value"),
        (condition(recordedDate="9999-12-31T23:59:59-14:00"), "recordedDate", "value"),
        (without(study(), "status"), "status", "required"),
        (study(series=[{"modality": {"code": "MR"}}]), "series[0].uid", "required"),
        (study(modality=[{"coding": [{"code": "MR"}]}]), "modality[0].coding", "structure"),
        (without(report(), "status"), "status", "required"),
        (without(report(), "code"), "code", "required"),
        (report(status="done"), "status", "code-invalid"),
        (report(code={"coding": [{"code": " "}]}), "code.coding[0].code", "value"),
        (report(presentedForm=[{"contentType": "text/plain", "data": "ab#"}]),
         "presentedForm[0].data", "value"),
        (report(presentedForm=[{"data": "QUJD"}]), "presentedForm[0].contentType", "required"),
        (without(observation(), "status"), "status", "required"),
        (observation(valueString="a", valueInteger=1), "valueInteger", "invariant"),
        (observation(component=[{"valueString": "a"}]), "component[0].code", "required"),
        (without(order(), "intent"), "intent", "required"),
        (order(status="sent"), "status", "code-invalid"),
        (without(appointment(), "participant"), "participant", "required"),
        (appointment(participant=[{}]), "participant[0].status", "required"),
        (appointment(start="2026-04-01T08:00:00"), "start", "value"),
        (condition(contained=[patient(gender="x")]), "contained[0].gender", "code-invalid"),
        ({"resourceType": "", "id": "1"}, "resourceType", "required"),
    ],
)  # fmt: skip
def test_a_problem_is_told_at_its_place(resource, place, kind) -> None:
    sent = bundle(resource)
    sent["entry"][0]["request"]["url"] = resource["resourceType"]

    found = read(sent)

    assert found.is_refused
    assert not found.parts
    assert refused(found) == {f"{AT}.{place}": kind}
    assert refused(read(resource)) == {f"{resource['resourceType'] or 'Resource'}.{place}": kind}


@pytest.mark.parametrize(
    ("sent", "place", "kind"),
    [
        (bundle(kind="searchset"), "Bundle.type", "not-supported"),
        (bundle(kind="nothing"), "Bundle.type", "code-invalid"),
        (without(bundle(), "type"), "Bundle.type", "required"),
        (bundle(entry={}), "Bundle.entry", "structure"),
        (bundle(patient(), patient()), "Bundle.entry[1].fullUrl", "duplicate"),
        (bundle(patient(), kind="message"), "Bundle.entry[0].resource", "required"),
        (bundle(entry=[{"resource": patient()}]), "Bundle.entry[0].request", "required"),
        (bundle(entry=[entry(patient(), "DELETE")]), "Bundle.entry[0].request.method",
         "not-supported"),
        (bundle(entry=[entry(patient(), url="Condition")]), "Bundle.entry[0].request.url",
         "invariant"),
        (bundle(entry=[{}] * 5_001), "Bundle.entry", "too-long"),
        (bundle(timestamp="2026-02-30T00:00:00Z"), "Bundle.timestamp", "value"),
        ({}, "Resource.resourceType", "required"),
        ([patient()], "", "structure"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_the_bundle_is_told_too(sent, place, kind) -> None:
    assert refused(read(sent)) == {place: kind}


def test_all_problems_are_told_at_once() -> None:
    wrong = report(effectiveDateTime="2026-02-30", issued="yesterday", presentedForm=[{"data": 7}])
    sent = bundle(patient(birthDate="1960-13-45"), wrong, study(), study())

    found = read(sent)

    assert refused(found) == {
        "Bundle.entry[3].fullUrl": "duplicate",
        f"{AT}.birthDate": "value",
        "Bundle.entry[1].resource.effectiveDateTime": "value",
        "Bundle.entry[1].resource.issued": "value",
        "Bundle.entry[1].resource.presentedForm[0].data": "structure",
    }


def test_of_a_refused_patient_nothing_is_said_to_be_missing() -> None:
    found = read(bundle(patient(birthDate="x"), report(identifier=[]), condition()))

    assert not [words for words in remarks(found).values() if "Patient is not in" in words]
    assert not found.parts


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"<Bundle/>", id="xml"),
        pytest.param(b'{"resourceType": "Patient", "id": "1", "id": "2"}', id="twice"),
        pytest.param(b'{"resourceType": "Observation", "valueInteger": NaN}', id="nan"),
        pytest.param(b'{"resourceType": "Pati\xe9nt"}', id="latin-1"),
        pytest.param(b'{"resourceType": "Patient", "language": "\\u0000"}', id="nul"),
        pytest.param(b'{"resourceType": "Patient", "language": "\\ud800"}', id="half"),
        pytest.param(b'{"a":' * 50_000, id="deep"),
        pytest.param('{"resourceType": "Patient"}'.encode("utf-16"), id="utf-16"),
    ],
)
def test_what_is_no_json_is_refused_in_words(raw) -> None:
    found = read_resource(raw, MADRID, received_at=HEARD_AT)

    [problem] = found.problems
    assert (found.kind, found.parts, problem.severity) == ("", (), "fatal")
    assert found.envelope.raw == raw
    assert found.envelope.control_id


def test_other_types_are_accepted_and_named() -> None:
    found = read(bundle(patient(), {"resourceType": "Claim", "id": "c", "anything": 1}))

    assert not found.is_refused
    assert "Claim" in remarks(found)["Bundle.entry[1].resource"]


def test_what_was_sent_is_never_repeated() -> None:
    secret = "Quixote"
    found = read(patient(gender=secret, birthDate=secret, name=secret))

    assert secret not in str([problem.words for problem in found.all_problems()])


def test_an_outcome_names_place_kind_and_cure() -> None:
    found = read(bundle(patient(gender="x")))

    assert outcome(list(found.all_problems())) == {
        "resourceType": "OperationOutcome",
        "issue": [
            {
                "severity": "error",
                "code": "code-invalid",
                "diagnostics": "Not a code of R4. Use one of: male, female, other, unknown.",
                "expression": [f"{AT}.gender"],
            }
        ],
    }


@pytest.mark.parametrize(
    "mapping",
    [
        {"colour": {}},
        {"mrn_systems": "urn:a"},
        {"modalities": {"CT": "MRI_CONTRAST"}},
        {"procedures": {"x": {"modality": "SCAN"}}},
        {"procedures": {"x": "CT"}},
        {"conditions": {"x": "jaundice"}},
        {"findings": {"x": "colour"}},
        {"outside": "yes"},
        {"modalities": []},
    ],
)
def test_a_faulty_mapping_says_where(mapping) -> None:
    with pytest.raises(FaultyMapping, match=next(iter(mapping))):
        read_mapping(mapping, "UTC")
