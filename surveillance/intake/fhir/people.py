"""Patients: who somebody is, under which number, and which two records are one person."""

from dataclasses import replace
from datetime import date
from typing import Any

from surveillance.arrivals import MergeArrival, PatientArrival, Person
from surveillance.intake.fhir.document import Resource
from surveillance.intake.fhir.elements import (
    code_of,
    first,
    identifiers,
    objects,
    only_identifier,
    text,
)
from surveillance.intake.fhir.mapping import FhirMapping
from surveillance.intake.fhir.problems import Problem, note
from surveillance.intake.fhir.references import OF_HERE
from surveillance.intake.fhir.telling import NotMapped, Telling, Translated
from surveillance.intake.fhir.times import day_of
from surveillance.protocol.terms import Sex

SEXES = {
    "male": Sex.MALE, "female": Sex.FEMALE, "other": Sex.OTHER, "unknown": Sex.UNKNOWN,
}  # fmt: skip
LAST = 1_000
PHONES = ("mobile", "home", "work", "")
NAMES = ("official", "usual", "", "nickname", "anonymous", "temp", "maiden")
ADDRESSES = ("home", "", "temp", "work", "billing")


def translate_patient(told: Telling) -> Translated:
    """Demographics and death, and a merge for each link that says so.

    A record that was replaced says nothing of the person but by whom it was replaced.
    """
    patient = told.resource
    links = [
        (index, text(link.get("type")), link)
        for index, link in enumerate(objects(patient.get("link")))
    ]
    replaced = [(index, link) for index, kind, link in links if kind == "replaced-by"]
    if replaced:
        return Translated(tuple(_merge(told, index, link, True) for index, link in replaced))
    person = person_in(told)
    if not _has_parts(_preferred(patient.get("name"), NAMES)):
        person = replace(person, family_name="", given_name="")
    arrival = PatientArrival(person=person, said_at=told.said_at())
    merges = (_merge(told, i, link, False) for i, kind, link in links if kind == "replaces")
    return Translated((arrival, *merges), tuple(_remarks(told)))


def person_in(told: Telling) -> Person:
    """The person a Patient resource describes. Raises NotMapped where it has no number here."""
    return _described(told.resource, told, told.at("identifier"))


def subject_of(told: Telling, element: str) -> Person:
    """The person whom a reference of this resource means. Raises NotMapped."""
    target = told.around.resolve(told.resource.get(element), told.resource)
    where = told.at(element)
    if target.resource is not None and target.resource.get("resourceType") == "Patient":
        return _described(target.resource, told, where)
    systems = told.mapping.mrn_systems
    if target.value and (not systems or target.system in (*systems, OF_HERE)):
        return Person(mrn=target.value)
    words = (
        "Does not say whose this is: the Patient is not in the message. Send the Patient with it "
        "(a Bundle), or refer by the number: {“identifier”: {“system”: …, “value”: the MRN}}."
    )
    raise NotMapped("patient_not_known", where, words)


def _described(patient: Resource, told: Telling, where: str) -> Person:
    known = told.around.people.get(id(patient))
    if known is not None:
        return known
    numbers = _numbers(patient, told.mapping)
    if len(numbers) != 1:
        raise _no_number(where, len(numbers))
    person = person_of(patient, numbers[0], told.mapping)
    told.around.people[id(patient)] = person
    return person


def _no_number(where: str, found: int) -> NotMapped:
    if found:
        words = (
            "The Patient has several medical record numbers (type MR). Name the system of the one "
            "used here in the feed's mapping: mrn_systems."
        )
        return NotMapped("several_record_numbers", where, words)
    words = (
        "The Patient has no medical record number of this site: an identifier of type MR (HL7 "
        "table 0203), or of a system named in the feed's mapping: mrn_systems."
    )
    return NotMapped("no_record_number", where, words)


def _numbers(patient: Resource, mapping: FhirMapping) -> list[str]:
    if mapping.mrn_systems:
        return identifiers(patient, systems=mapping.mrn_systems)
    typed = identifiers(patient, "MR")
    return typed or [one for one in (only_identifier(patient),) if one]


def _merge(told: Telling, index: int, link: Resource, given_up: bool) -> MergeArrival:
    where = told.at(f"link[{index}].other")
    here = _described(told.resource, told, told.at("identifier"))
    other = told.around.resolve(link.get("other"), told.resource)
    if other.resource is not None:
        there = _described(other.resource, told, where)
    elif other.value:
        there = Person(mrn=other.value)
    else:
        words = (
            "Does not say which record: send the other Patient with it (a Bundle), or name it by "
            "its number: {“identifier”: {“system”: …, “value”: the MRN}}."
        )
        raise NotMapped("linked_patient_not_known", where, words)
    kept, dropped = (there, here) if given_up else (here, there)
    return MergeArrival(person=kept, duplicate_mrn=dropped.mrn, said_at=told.said_at())


def person_of(patient: Resource, mrn: str, mapping: FhirMapping) -> Person:
    """Everything the resource says of the person, under that number."""
    name = _preferred(patient.get("name"), NAMES)
    address = _preferred(patient.get("address"), ADDRESSES)
    died = text(patient.get("deceasedDateTime"))
    born = text(patient.get("birthDate"))
    return Person(
        mrn=mrn,
        family_name=text(name.get("family")) or text(name.get("text")),
        given_name=" ".join(_texts(name.get("given"))),
        birth_date=day_of(born, mapping.zone) if born else None,
        sex=SEXES.get(text(patient.get("gender"))),
        phone=_contact(patient, "phone", "sms"),
        email=_contact(patient, "email"),
        address="\n".join(_texts(address.get("line"))),
        postal_code=text(address.get("postalCode")),
        city=text(address.get("city")),
        region=text(address.get("state")),
        country=text(address.get("country")),
        language=_language(patient),
        deceased=True if died else _flag(patient.get("deceasedBoolean")),
        deceased_on=_day(died, mapping),
    )


def _flag(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _has_parts(name: Resource) -> bool:
    """Whether family and given name are told apart. A text may only be compared with the record;
    beside a text, one part alone may be the whole name."""
    parts = [bool(text(name.get("family"))), bool(_texts(name.get("given")))]
    return all(parts) if text(name.get("text")) else any(parts)


def _day(written: str, mapping: FhirMapping) -> date | None:
    return day_of(written, mapping.zone) if written else None


def _texts(value: Any) -> list[str]:
    return [text(one) for one in value if text(one)] if isinstance(value, list) else []


def _preferred(found: Any, uses: tuple[str, ...]) -> Resource:
    """The one of the most wanted use; `old` never."""
    wanted = [one for one in objects(found) if text(one.get("use")) in uses]
    return min(wanted, key=lambda one: uses.index(text(one.get("use"))), default={})


def _contact(patient: Resource, *systems: str) -> str:
    points = [one for one in objects(patient.get("telecom")) if one.get("system") in systems]
    points.sort(key=_rank)
    return text(_preferred(points, PHONES).get("value"))


def _rank(point: Resource) -> int:
    rank = point.get("rank")
    return rank if isinstance(rank, int) else LAST


def _language(patient: Resource) -> str:
    spoken = list(objects(patient.get("communication")))
    preferred = [one for one in spoken if one.get("preferred") is True] or spoken
    return code_of(first(first(preferred).get("language")).get("coding")).code


def _remarks(told: Telling) -> list[Problem]:
    partial = [
        name
        for name in ("birthDate", "deceasedDateTime")
        if told.resource.get(name) and day_of(told.resource[name], told.mapping.zone) is None
    ]
    remarks = [note(told.at(name), "Only a whole day is taken over.") for name in partial]
    name = _preferred(told.resource.get("name"), NAMES)
    if name and not _has_parts(name):
        words = "Not taken over: send the family and the given name by themselves."
        remarks.append(note(told.at("name"), words))
    return remarks
