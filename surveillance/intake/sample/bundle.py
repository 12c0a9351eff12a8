"""A report as a transaction of FHIR R4: Patient, ImagingStudy, Observations, DiagnosticReport."""

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping
from typing import Any, Final

from surveillance.arrivals import CodedFinding, Person, ReportArrival, ReportState
from surveillance.intake.fhir.codes import DICOM, FINDING, RADLEX, SNOMED, UCUM
from surveillance.protocol.terms import Sex

Resource = dict[str, Any]
NUMBERS: Final = "urn:example:demo"
TYPES: Final = "http://terminology.hl7.org/CodeSystem/v2-0203"
SECTIONS: Final = "http://terminology.hl7.org/CodeSystem/v2-0074"
GENDERS: Final = {Sex.FEMALE: "female", Sex.MALE: "male", Sex.OTHER: "other"}
STATES: Final = {
    ReportState.PRELIMINARY: "preliminary",
    ReportState.FINAL: "final",
    ReportState.CORRECTED: "corrected",
    ReportState.CANCELLED: "cancelled",
}
PATIENT: Final = "urn:uuid:00000000-0000-4000-8000-000000000001"
STUDY: Final = "urn:uuid:00000000-0000-4000-8000-000000000002"
REPORT: Final = "urn:uuid:00000000-0000-4000-8000-000000000003"
FIRST_RESULT: Final = 4


def report_as_bundle(report: ReportArrival) -> str:
    """The Bundle as indented JSON; names within it are the same for every report."""
    results = {
        f"{PATIENT[:-1]}{number:x}": one
        for number, one in enumerate(_results(report), FIRST_RESULT)
    }
    resources = {
        PATIENT: _patient(report.person, report),
        STUDY: _study(report),
        **results,
        REPORT: _report(report, results),
    }
    bundle = {
        "resourceType": "Bundle",
        "type": "transaction",
        "timestamp": report.said_at.isoformat(),
        "entry": [_entry(name, one) for name, one in resources.items()],
    }
    return json.dumps(bundle, indent=2, ensure_ascii=False)


def _entry(name: str, resource: Resource) -> Resource:
    request = {"method": "POST", "url": resource["resourceType"]}
    return {"fullUrl": name, "resource": resource, "request": request}


def _patient(person: Person, report: ReportArrival) -> Resource:
    born = {"birthDate": person.birth_date.isoformat()} if person.birth_date else {}
    return {
        "resourceType": "Patient",
        "meta": {"lastUpdated": report.said_at.isoformat()},
        "identifier": [_number("MR", person.mrn)],
        "name": [{"use": "official", "family": person.family_name, "given": [person.given_name]}],
        "gender": GENDERS.get(person.sex, "unknown") if person.sex else "unknown",
        **born,
    }


def _study(report: ReportArrival) -> Resource:
    return {
        "resourceType": "ImagingStudy",
        "status": "available",
        "identifier": [_number("ACSN", report.accession)],
        "subject": {"reference": PATIENT},
        "started": report.performed_on.isoformat(),
        "description": report.procedure,
        "series": [
            {
                "uid": "2.25.1",
                "modality": _device(report),
                "bodySite": {"display": report.body_site},
            }
        ],
    }


def _device(report: ReportArrival) -> Mapping[str, str]:
    words = str(report.modality or "")
    codes = {"CT": "CT", "MRI": "MR"}
    code = next((ours for begin, ours in codes.items() if words.startswith(begin)), "US")
    return {"system": DICOM, "code": code}


def _results(report: ReportArrival) -> Iterator[Resource]:
    """The quality of the exam, then each lesion."""
    if report.adequate is not None:
        quality = {"system": RADLEX, "code": "RID12" if report.adequate else "RID13"}
        yield _observation("Exam quality", valueCodeableConcept={"coding": [quality]})
    for one in report.findings:
        yield _observation("Focal liver observation", component=list(_components(one)))


def _observation(words: str, **more: Any) -> Resource:
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"text": words},
        "subject": {"reference": PATIENT},
        **more,
    }


def _components(one: CodedFinding) -> Iterator[Resource]:
    if one.label:
        yield {"code": _code(FINDING, "label"), "valueString": one.label}
    if one.segments:
        words = f"segment {', '.join(one.segments)}"
        yield {"code": _code(FINDING, "segments"), "valueCodeableConcept": {"text": words}}
    if one.size_mm is not None:
        size = {"value": float(one.size_mm), "unit": "mm", "system": UCUM, "code": "mm"}
        yield {"code": _code(SNOMED, "103339001"), "valueQuantity": size}
    if one.conclusion:
        yield {"code": _code(FINDING, "conclusion"), "valueString": one.conclusion.value}


def _report(report: ReportArrival, results: Mapping[str, Resource]) -> Resource:
    text = b64encode(report.text.encode()).decode()
    return {
        "resourceType": "DiagnosticReport",
        "status": STATES[report.state],
        "category": [_code(SECTIONS, "RAD")],
        "code": {"text": report.procedure},
        "subject": {"reference": PATIENT},
        "effectiveDateTime": report.performed_on.isoformat(),
        "issued": report.said_at.isoformat(),
        **_based_on(report),
        "resultsInterpreter": [{"display": report.reporter}],
        "imagingStudy": [{"reference": STUDY}],
        "result": [{"reference": name} for name in results],
        "presentedForm": [{"contentType": "text/plain", "data": text}],
    }


def _based_on(report: ReportArrival) -> Resource:
    if not report.order_number:
        return {}
    return {"basedOn": [{"identifier": _number("PLAC", report.order_number)}]}


def _number(kind: str, value: str) -> Resource:
    coding = {"system": TYPES, "code": kind}
    return {"type": {"coding": [coding]}, "system": NUMBERS, "value": value}


def _code(system: str, code: str) -> Resource:
    return {"coding": [{"system": system, "code": code}]}
