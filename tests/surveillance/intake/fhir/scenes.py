"""Resources and bundles as a radiology department sends them. All of it is made up."""

import json
from base64 import b64encode
from datetime import UTC, datetime
from typing import Any

from surveillance.intake.fhir.document import Resource
from surveillance.intake.fhir.mapping import FhirMapping, read_mapping
from surveillance.intake.fhir.problems import REFUSING
from surveillance.intake.fhir.reading import ReadBundle, read_resource

LOINC = "http://loinc.org"
HEARD_AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
TYPES = "http://terminology.hl7.org/CodeSystem/v2-0203"
MADRID = read_mapping({}, "Europe/Madrid")
REPORT_TEXT = "MRI LIVER WITH GADOXETATE.\nPunctate calcification in segment IVa, 8 mm. No mass."


def numbered(kind: str, value: str, system: str = "urn:oid:1.2.3") -> Resource:
    """An identifier of a type of HL7 table 0203."""
    coding = {"system": TYPES, "code": kind}
    return {"type": {"coding": [coding]}, "system": system, "value": value}


def coded(system: str, code: str, display: str = "") -> Resource:
    """A CodeableConcept of one coding."""
    return {
        "coding": [{"system": system, "code": code} | ({"display": display} if display else {})]
    }


def patient(**more: Any) -> Resource:
    """Ana, who speaks Spanish."""
    return {
        "resourceType": "Patient",
        "id": "ana",
        "identifier": [numbered("MR", "M-1"), numbered("SS", "999-00-1234")],
        "name": [
            {"use": "old", "family": "Before"},
            {"use": "official", "family": "García", "given": ["Ana", "María"]},
        ],
        "telecom": [
            {"system": "phone", "use": "work", "value": "555-0199"},
            {"system": "phone", "use": "mobile", "value": "555-0100"},
            {"system": "email", "value": "ana@example.org"},
        ],
        "gender": "female",
        "birthDate": "1961-02-28",
        "address": [{"line": ["1 Long Road", "Flat 2"], "city": "Madrid", "postalCode": "28001"}],
        "communication": [
            {"language": coded("urn:ietf:bcp:47", "en")},
            {"language": coded("urn:ietf:bcp:47", "es"), "preferred": True},
        ],
    } | more


def study(**more: Any) -> Resource:
    """A liver MRI with a hepatobiliary agent."""
    return {
        "resourceType": "ImagingStudy",
        "id": "study",
        "status": "available",
        "identifier": [numbered("ACSN", "A-77")],
        "subject": {"reference": "Patient/ana"},
        "started": "2026-02-28T23:30:00Z",
        "modality": [{"system": "http://dicom.nema.org/resources/ontology/DCM", "code": "MR"}],
        "description": "MRI liver with gadoxetate",
        "series": [
            {
                "uid": "1.2.3.4",
                "modality": {"code": "MR"},
                "bodySite": {
                    "system": "http://snomed.info/sct",
                    "code": "10200004",
                    "display": "Liver",
                },
            }
        ],
    } | more


def observation(**more: Any) -> Resource:
    """One lesion: 0.8 cm in segment IVa, LI-RADS 2."""
    return {
        "resourceType": "Observation",
        "id": "lesion",
        "status": "final",
        "code": {"text": "Focal liver observation"},
        "bodySite": coded("http://snomed.info/sct", "10200004", "Liver"),
        "component": [
            {
                "code": coded("http://snomed.info/sct", "103339001", "Long axis"),
                "valueQuantity": {
                    "value": 0.8,
                    "unit": "cm",
                    "system": "http://unitsofmeasure.org",
                    "code": "cm",
                },
            },
            {"code": coded("urn:local:lirads", "category"), "valueString": "LR-2"},
            {
                "code": coded("urn:local:hepcalc-finding", "segments"),
                "valueCodeableConcept": {"text": "segment IVa"},
            },
            {"code": coded("urn:local:hepcalc-finding", "aphe"), "valueBoolean": False},
            {
                "code": coded("urn:local:hepcalc-finding", "pattern"),
                "valueCodeableConcept": coded("http://snomed.info/sct", "129755006"),
            },
        ],
    } | more


def amount(value: float, unit: str = "ng/mL", **more: Any) -> Resource:
    """A Quantity of UCUM."""
    return {"value": value, "unit": unit, "system": "http://unitsofmeasure.org",
            "code": unit, **more}  # fmt: skip


def afp(value: float = 45, **more: Any) -> Resource:
    """An AFP of the laboratory."""
    return {
        "resourceType": "Observation",
        "id": "afp-1",
        "status": "final",
        "code": coded(LOINC, "1834-1", "AFP"),
        "subject": {"reference": "Patient/ana"},
        "effectiveDateTime": "2026-02-28T23:30:00Z",
        "issued": "2026-03-01T09:00:00Z",
        "valueQuantity": amount(value),
    } | more


def report(**more: Any) -> Resource:
    """The final report of the study."""
    return {
        "resourceType": "DiagnosticReport",
        "id": "report",
        "status": "final",
        "category": [coded("http://terminology.hl7.org/CodeSystem/v2-0074", "RAD")],
        "code": {"text": "MRI liver"},
        "subject": {"reference": "Patient/ana"},
        "effectiveDateTime": "2026-02-28T23:30:00Z",
        "issued": "2026-03-01T09:00:00Z",
        "resultsInterpreter": [{"display": "Dr. Reader"}],
        "basedOn": [{"reference": "ServiceRequest/order"}],
        "imagingStudy": [{"reference": "ImagingStudy/study"}],
        "result": [{"reference": "Observation/lesion"}],
        "conclusion": "Probably benign.",
        "presentedForm": [
            {"contentType": "text/plain", "data": b64encode(REPORT_TEXT.encode()).decode()}
        ],
    } | more


def order(**more: Any) -> Resource:
    """An order of an ultrasound."""
    return {
        "resourceType": "ServiceRequest",
        "id": "order",
        "status": "active",
        "intent": "order",
        "identifier": [numbered("PLAC", "O-5")],
        "category": [coded("http://snomed.info/sct", "363679005", "Imaging")],
        "code": coded("http://loinc.org", "28614-6", "US Liver"),
        "subject": {"reference": "Patient/ana"},
        "authoredOn": "2026-02-01T10:00:00+01:00",
        "reasonCode": [{"text": "Calcification"}],
    } | more


def appointment(**more: Any) -> Resource:
    """The order's appointment."""
    return {
        "resourceType": "Appointment",
        "id": "slot-9",
        "status": "booked",
        "start": "2026-04-01T08:00:00+02:00",
        "end": "2026-04-01T08:30:00+02:00",
        "created": "2026-03-01",
        "basedOn": [{"reference": "ServiceRequest/order"}],
        "participant": [
            {"actor": {"reference": "Practitioner/p"}, "status": "accepted"},
            {"actor": {"reference": "Patient/ana"}, "status": "accepted"},
        ],
    } | more


def condition(**more: Any) -> Resource:
    """Cirrhosis."""
    return {
        "resourceType": "Condition",
        "id": "cirrhosis",
        "subject": {"reference": "Patient/ana"},
        "code": coded("http://snomed.info/sct", "19943007", "Cirrhosis of liver"),
        "clinicalStatus": coded(
            "http://terminology.hl7.org/CodeSystem/condition-clinical", "active"
        ),
        "onsetDateTime": "2024-05-01",
        "recordedDate": "2026-03-01T08:00:00Z",
    } | more


def entry(resource: Resource, method: str = "POST", **request: Any) -> Resource:
    """The entry of a transaction."""
    kind = resource["resourceType"]
    address = f"{kind}/{resource['id']}" if method == "PUT" else kind
    return {
        "fullUrl": f"http://his.example/{kind}/{resource['id']}",
        "resource": resource,
        "request": {"method": method, "url": address, **request},
    }


def bundle(*resources: Resource, kind: str = "transaction", **more: Any) -> Resource:
    """A Bundle of these resources."""
    return {
        "resourceType": "Bundle",
        "type": kind,
        "entry": [entry(one) for one in resources],
    } | more


def everything() -> Resource:
    """One of each."""
    return bundle(
        patient(), condition(), order(), appointment(), study(), observation(), report(),
        timestamp="2026-03-02T10:00:00Z", identifier={"value": "B-1"},
    )  # fmt: skip


def read(document: Any, mapping: FhirMapping = MADRID) -> Any:
    """The ReadBundle, read as the feed of a hospital in Madrid or under another mapping. Which
    kinds of arrivals are in it each test says for itself."""
    return read_resource(as_bytes(document), mapping, received_at=HEARD_AT)


def as_bytes(document: Any) -> bytes:
    """The body of a request."""
    return json.dumps(document).encode()


def refused(found: ReadBundle) -> dict[str, str]:
    """Errors of a message: place and kind."""
    return {
        problem.path: problem.type.value
        for problem in found.all_problems()
        if problem.severity in REFUSING
    }


def remarks(found: ReadBundle) -> dict[str, str]:
    """Everything else that is said: place and words."""
    return {
        problem.path: problem.words
        for problem in found.all_problems()
        if problem.severity not in REFUSING
    }
