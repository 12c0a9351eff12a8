"""Which of our patients is on an EHR's screen, where the EHR sends the Patient (CDS Hooks, SMART).

Two identifiers are asked for, as with reports: whoever shows one person's debt at another's record
does more harm than whoever says that it is not clear whose it is.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum, auto
from zoneinfo import ZoneInfo

from patients.models import Patient
from surveillance.exam_matching import named_by, named_on_file
from surveillance.intake.fhir.document import Resource
from surveillance.intake.fhir.elements import text
from surveillance.intake.fhir.mapping import FhirMapping
from surveillance.intake.fhir.people import person_of
from surveillance.intake.fhir.times import is_real
from surveillance.models import EhrSystem, FormerIdentifier
from surveillance.protocol.identity import Identity, Named, identity_of
from surveillance.record_numbers import record_numbers
from surveillance.said_before import survivor_of


class Doubt(StrEnum):
    """Why it is not clear which of our patients is meant."""

    SEVERAL = auto()
    """The record numbers belong to more than one of our patients."""
    CONTRADICTS = auto()
    """The name or the birth date differs from the record that has the number."""


@dataclass(frozen=True, slots=True)
class OnScreen:
    """Our patient, or why we cannot say; neither where nobody here has the number."""

    patient: Patient | None = None
    doubt: Doubt | None = None


def on_screen(ehr: EhrSystem, resource: Resource) -> OnScreen:
    """Whom a FHIR Patient means at the EHR's site; of a merged record the one that stayed.

    Name and birth date may be those of either record: the given-up one has the older words.
    """
    known = _records(ehr, record_numbers(resource, ehr.mrn_system))
    found = {survivor.pk: survivor for survivor in map(survivor_of, known)}
    if not found:
        return OnScreen()
    if len(found) > 1:
        return OnScreen(doubt=Doubt.SEVERAL)
    [patient] = found.values()
    told = _named(resource, ZoneInfo(ehr.site.time_zone))
    if _contradicts(told, [patient, *known]):
        return OnScreen(doubt=Doubt.CONTRADICTS)
    return OnScreen(patient)


def _records(ehr: EhrSystem, numbers: list[str]) -> list[Patient]:
    """The records with these numbers; for a number that no record has, the one that gave it up."""
    rows = Patient.objects.select_related("site", "merged_into")
    records = list(rows.filter(site=ehr.site_id, mrn__in=numbers))
    left = set(numbers) - {one.mrn for one in records}
    given_up = FormerIdentifier.objects.filter(site=ehr.site_id, mrn__in=left)
    return [*records, *rows.filter(pk__in=given_up.values("patient"))]


def _contradicts(told: Named, records: Iterable[Patient]) -> bool:
    return all(identity_of(told, named_on_file(one)) is Identity.CONTRADICTS for one in records)


def _named(resource: Resource, zone: ZoneInfo) -> Named:
    """A birth date that is none says nothing."""
    born = text(resource.get("birthDate"))
    said = {"name": resource.get("name"), "birthDate": born if is_real(born) else ""}
    return named_by(person_of(said, "", FhirMapping(zone=zone)))
