"""Bundles in the shape of Synthea's: a life of some years as one transaction.

An imitation written by hand: the types, profiles, extensions and kinds of references that Synthea
emits, not its data. No bundle of Synthea's own is in this repository.
"""

from collections.abc import Iterator
from itertools import count
from typing import Any
from uuid import UUID

from surveillance.intake.fhir.document import Resource

US_CORE = "http://hl7.org/fhir/us/core/StructureDefinition"
TERMS = "http://terminology.hl7.org/CodeSystem"
LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
MEASURED = (
    ("8302-2", "Body Height", "cm"),
    ("29463-7", "Body Weight", "kg"),
    ("39156-5", "Body Mass Index", "kg/m2"),
    ("6299-2", "Urea Nitrogen", "mg/dL"),
)
MOMENT = "2019-{month:02d}-12T09:30:00-05:00"


def synthea_like(visits: int = 20) -> Resource:
    """One patient's bundle: about fifteen entries a visit."""
    return {"resourceType": "Bundle", "type": "transaction", "entry": list(_entries(visits))}


def _entries(visits: int) -> Iterator[Resource]:
    numbers = (str(UUID(int=number)) for number in count(1))
    person, clinic, doctor = next(numbers), next(numbers), next(numbers)
    yield _entry(_patient(person))
    yield _entry({"resourceType": "Organization", "id": clinic, "active": True, "name": "CLINIC",
                  "type": [_coded(f"{TERMS}/organization-type", "prov")]})  # fmt: skip
    yield _entry({"resourceType": "Practitioner", "id": doctor, "active": True,
                  "name": [{"family": "Doe1", "given": ["Jo2"], "prefix": ["Dr."]}]})  # fmt: skip
    for visit in range(visits):
        told = _Visit(person, clinic, doctor, MOMENT.format(month=1 + visit % 12))
        for kind, content in told.resources():
            yield _entry({"resourceType": kind, "id": next(numbers), **content})
    for kind, content in _Visit(person, clinic, doctor, MOMENT.format(month=12)).rarely():
        yield _entry({"resourceType": kind, "id": next(numbers), **content})


def _entry(resource: Resource) -> Resource:
    return {
        "fullUrl": f"urn:uuid:{resource['id']}",
        "resource": resource,
        "request": {"method": "POST", "url": resource["resourceType"]},
    }


def _coded(system: str, code: str, display: str = "") -> Resource:
    coding = {"system": system, "code": code, "display": display or code}
    return {"coding": [coding], "text": display or code}


def _patient(identity: str) -> Resource:
    race = [
        {"url": "ombCategory", "valueCoding": {"system": "urn:oid:2.16.840.1.113883.6.238",
                                               "code": "2106-3", "display": "White"}},
        {"url": "text", "valueString": "White"},
    ]  # fmt: skip
    return {
        "resourceType": "Patient",
        "id": identity,
        "meta": {"profile": [f"{US_CORE}/us-core-patient"]},
        "text": {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">S</div>'},
        "extension": [
            {"url": f"{US_CORE}/us-core-race", "extension": race},
            {"url": f"{US_CORE}/us-core-birthsex", "valueCode": "F"},
            {"url": "http://synthetichealth.github.io/synthea/quality-adjusted-life-years",
             "valueDecimal": 100.69102589659632},
        ],
        "identifier": [
            {"system": "https://github.com/synthetichealth/synthea", "value": identity},
            {"type": _coded(f"{TERMS}/v2-0203", "MR", "Medical Record Number"),
             "system": "http://hospital.smarthealthit.org", "value": identity},
            {"type": _coded(f"{TERMS}/v2-0203", "SS"), "system": "http://hl7.org/fhir/sid/us-ssn",
             "value": "999-00-0000"},
        ],
        "name": [{"use": "official", "family": "Roe123", "given": ["Ann456"], "prefix": ["Mrs."]}],
        "telecom": [{"system": "phone", "value": "555-000-0000", "use": "home"}],
        "gender": "female",
        "birthDate": "1955-05-05",
        "address": [{"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/geolocation",
                                    "extension": [{"url": "latitude", "valueDecimal": 42.1}]}],
                     "line": ["1 Some Road"], "city": "Boston", "state": "MA", "country": "US"}],
        "maritalStatus": _coded(f"{TERMS}/v3-MaritalStatus", "M"),
        "multipleBirthBoolean": False,
        "communication": [{"language": _coded("urn:ietf:bcp:47", "en-US", "English")}],
    }  # fmt: skip


class _Visit:
    """One encounter and what comes of it."""

    def __init__(self, person: str, clinic: str, doctor: str, moment: str) -> None:
        self.subject = {"reference": f"urn:uuid:{person}"}
        self.clinic = {"reference": f"urn:uuid:{clinic}", "display": "CLINIC"}
        self.doctor = {"reference": "Practitioner?identifier=http://hl7.org/fhir/sid/us-npi|9",
                       "display": "Dr. Jo2 Doe1"}  # fmt: skip
        self.moment = moment
        self.encounter = {"reference": f"urn:uuid:{UUID(int=9_999)}"}

    def resources(self) -> Iterator[tuple[str, Resource]]:
        """In the order in which Synthea writes them."""
        period = {"start": self.moment, "end": self.moment}
        of = {"subject": self.subject, "encounter": self.encounter}
        yield "Encounter", {"status": "finished", "class": {"code": "AMB"}, "period": period, **of}
        yield "Condition", {
            "clinicalStatus": _coded(f"{TERMS}/condition-clinical", "resolved"),
            "verificationStatus": _coded(f"{TERMS}/condition-ver-status", "confirmed"),
            "category": [_coded(f"{TERMS}/condition-category", "encounter-diagnosis")],
            "code": _coded(SNOMED, "444814009", "Viral sinusitis (disorder)"),
            "onsetDateTime": self.moment, "abatementDateTime": self.moment,
            "recordedDate": self.moment, **of,
        }  # fmt: skip
        for code, name, unit in MEASURED:
            yield "Observation", self._measured(code, name, unit)
        done = _coded(SNOMED, "430193006", "Medication Reconciliation")
        yield "Procedure", {"status": "completed", "performedPeriod": period, "code": done, **of}
        dose = _coded("http://hl7.org/fhir/sid/cvx", "140")
        yield "Immunization", {"status": "completed", "patient": self.subject, "vaccineCode": dose}
        yield "DiagnosticReport", self._laboratory()
        yield "DiagnosticReport", self._note()
        yield "DocumentReference", {"status": "current", "subject": self.subject, "content": []}
        yield "MedicationRequest", {"status": "stopped", "intent": "order", **of}
        yield "Claim", {"status": "active", "patient": self.subject, "total": {"value": 129.16}}
        yield "ExplanationOfBenefit", {
            "contained": [{"resourceType": "ServiceRequest", "id": "referral", "status":
                           "completed", "intent": "order", "subject": self.subject},
                          {"resourceType": "Coverage", "id": "coverage", "status": "active"}],
            "status": "active", "patient": self.subject,
        }  # fmt: skip

    def rarely(self) -> Iterator[tuple[str, Resource]]:
        """What does not come of every visit."""
        of = {"subject": self.subject, "encounter": self.encounter}
        for kind in ("CareTeam", "CarePlan", "Goal", "AllergyIntolerance", "Device",
                     "SupplyDelivery", "MedicationAdministration", "Provenance"):  # fmt: skip
            yield kind, {"status": "active", "subject": self.subject}
        yield "ImagingStudy", {
            "status": "available", "started": self.moment, **of,
            "numberOfSeries": 1, "numberOfInstances": 1,
            "series": [{
                "uid": "1.2.840.99999999.1.17", "number": 1, "numberOfInstances": 1,
                "modality": {"system": "http://dicom.nema.org/resources/ontology/DCM",
                             "code": "DX", "display": "Digital Radiography"},
                "bodySite": {"system": SNOMED, "code": "51185008", "display": "Thoracic"},
                "started": self.moment,
                "instance": [{"uid": "1.2.840.99999999.1.1.17", "number": 1, "title": "Image",
                              "sopClass": {"system": "urn:ietf:rfc:3986",
                                           "code": "urn:oid:1.2.840.10008.5.1.4.1.1.1.1"}}],
            }],
        }  # fmt: skip

    def _measured(self, code: str, name: str, unit: str) -> Resource:
        return {
            "status": "final",
            "category": [_coded(f"{TERMS}/observation-category", "vital-signs")],
            "code": _coded(LOINC, code, name),
            "subject": self.subject,
            "encounter": self.encounter,
            "effectiveDateTime": self.moment,
            "issued": self.moment,
            "valueQuantity": {"value": 170.5, "unit": unit, "code": unit,
                              "system": "http://unitsofmeasure.org"},
        }  # fmt: skip

    def _laboratory(self) -> Resource:
        return self._report(_coded(f"{TERMS}/v2-0074", "LAB", "Laboratory"), "51990-0")

    def _note(self) -> Resource:
        note: dict[str, Any] = self._report(_coded(LOINC, "34117-2", "H&P note"), "34117-2")
        note["presentedForm"] = [{"contentType": "text/plain; charset=utf-8", "data": "TGl2ZXI="}]
        return note

    def _report(self, category: Resource, code: str) -> Resource:
        return {
            "status": "final",
            "category": [category],
            "code": _coded(LOINC, code),
            "subject": self.subject,
            "encounter": self.encounter,
            "effectiveDateTime": self.moment,
            "issued": self.moment,
            "performer": [self.clinic],
        }
