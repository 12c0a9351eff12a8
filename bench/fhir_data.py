"""A Bundle of imaging departments' resources: ten of each patient. All of it is made up."""

from base64 import b64encode
from collections.abc import Iterator
from typing import Any

Resource = dict[str, Any]

TYPES = "http://terminology.hl7.org/CodeSystem/v2-0203"
SNOMED = "http://snomed.info/sct"
TEXT = (
    "MRI LIVER WITH AND WITHOUT CONTRAST\n\nTECHNIQUE: Gadoxetate, arterial to hepatobiliary phase."
    "\n\nFINDINGS: Punctate calcification in segment VII, 6 mm. No enhancing mass.\n\n"
    "IMPRESSION: Isolated hepatic calcification, unchanged."
)
PER_PATIENT = 10


def bundle(resources: int) -> Resource:
    """A transaction of about so many resources."""
    entries = [one for number in range(resources // PER_PATIENT) for one in _patient(number)]
    return {
        "resourceType": "Bundle",
        "type": "transaction",
        "identifier": {"value": f"bench-{resources}"},
        "timestamp": "2026-03-02T10:00:00Z",
        "entry": entries,
    }


def _patient(number: int) -> Iterator[Resource]:
    subject = {"reference": f"Patient/p{number}"}
    yield _entry(_person(number))
    yield _entry(_of("Condition", f"c{number}", subject, code=_coded(SNOMED, "19943007"),
                     clinicalStatus=_coded("http://terminology.hl7.org/x", "active"),
                     onsetDateTime="2024-05-01", recordedDate="2026-03-01T08:00:00Z"))  # fmt: skip
    yield _entry(_of("ServiceRequest", f"o{number}", subject, status="active", intent="order",
                     identifier=[_numbered("PLAC", f"O{number}")],
                     code=_coded("http://loinc.org", "30670-4", "MR Liver WO and W contrast"),
                     authoredOn="2026-02-01T10:00:00Z"))  # fmt: skip
    taken = {"actor": subject, "status": "accepted"}
    yield _entry({"resourceType": "Appointment", "id": f"a{number}", "status": "fulfilled",
                  "start": "2026-02-28T10:00:00Z", "participant": [taken],
                  "basedOn": [{"reference": f"ServiceRequest/o{number}"}]})  # fmt: skip
    yield _entry(_of("ImagingStudy", f"s{number}", subject, status="available",
                     identifier=[_numbered("ACSN", f"A{number}")], started="2026-02-28T10:00:00Z",
                     modality=[{"code": "MR"}], description="MRI liver, gadoxetate"))  # fmt: skip
    for lesion in range(4):
        yield _entry(_lesion(number, lesion, subject))
    yield _entry(_report(number, subject))


def _person(number: int) -> Resource:
    return {
        "resourceType": "Patient",
        "id": f"p{number}",
        "identifier": [_numbered("MR", f"M{number}")],
        "name": [{"use": "official", "family": f"Family{number}", "given": ["Given"]}],
        "telecom": [{"system": "phone", "use": "mobile", "value": "555-0100"}],
        "gender": "female",
        "birthDate": "1961-02-28",
        "address": [{"line": ["1 Road"], "city": "Town", "postalCode": "12345"}],
    }


def _lesion(number: int, lesion: int, subject: Resource) -> Resource:
    size = {"value": 6.5, "unit": "mm", "system": "http://unitsofmeasure.org", "code": "mm"}
    return _of(
        "Observation",
        f"l{number}-{lesion}",
        subject,
        status="final",
        code={"text": "Focal liver observation"},
        bodySite=_coded(SNOMED, "277961009", "Segment VII"),
        component=[
            {"code": _coded(SNOMED, "103339001", "Long axis"), "valueQuantity": size},
            {"code": _coded("urn:local:lirads", "category"), "valueString": "LR-2"},
        ],
    )


def _report(number: int, subject: Resource) -> Resource:
    results = [{"reference": f"Observation/l{number}-{lesion}"} for lesion in range(4)]
    data = b64encode(TEXT.encode()).decode()
    return _of(
        "DiagnosticReport",
        f"r{number}",
        subject,
        status="final",
        category=[_coded("http://terminology.hl7.org/CodeSystem/v2-0074", "RAD")],
        code={"text": "MRI liver"},
        effectiveDateTime="2026-02-28T10:00:00Z",
        issued="2026-03-01T09:00:00Z",
        imagingStudy=[{"reference": f"ImagingStudy/s{number}"}],
        result=results,
        presentedForm=[{"contentType": "text/plain", "data": data}],
    )


def _of(kind: str, identity: str, subject: Resource, **more: Any) -> Resource:
    return {"resourceType": kind, "id": identity, "subject": subject, **more}


def _entry(resource: Resource) -> Resource:
    kind = resource["resourceType"]
    return {
        "fullUrl": f"http://his.example/{kind}/{resource['id']}",
        "resource": resource,
        "request": {"method": "POST", "url": kind},
    }


def _numbered(kind: str, value: str) -> Resource:
    return {"type": _coded(TYPES, kind), "system": "urn:oid:1.2.3", "value": value}


def _coded(system: str, code: str, display: str = "") -> Resource:
    return {"coding": [{"system": system, "code": code, "display": display or code}]}
