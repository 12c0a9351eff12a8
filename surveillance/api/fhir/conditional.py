"""Conditional create: what is on file already is not taken in once more."""

from dataclasses import replace
from typing import Final
from urllib.parse import parse_qs

from patients.models import Patient, Site
from surveillance.arrivals import ArrivalKind
from surveillance.intake.fhir.problems import IssueType, Problem, Severity, note
from surveillance.intake.fhir.reading import ReadBundle, ReadEntry
from surveillance.models import IntakeItem

KINDS: Final = {
    "Patient": ArrivalKind.PATIENT,
    "DiagnosticReport": ArrivalKind.REPORT,
    "ImagingStudy": ArrivalKind.REPORT,
    "ServiceRequest": ArrivalKind.ORDER,
    "Appointment": ArrivalKind.APPOINTMENT,
    "Observation": ArrivalKind.LABORATORY,
}
ON_FILE: Final = "On file already: nothing was done (ifNoneExist)."


def without_known(read: ReadBundle, site: Site) -> ReadBundle:
    """The message without what was asked to be left out where it exists."""
    if not any(entry.request.if_none_exist for entry in read.entries):
        return read
    return replace(read, entries=tuple(_asked(entry, site) for entry in read.entries))


def _asked(entry: ReadEntry, site: Site) -> ReadEntry:
    kind = KINDS.get(entry.type)
    if not entry.request.if_none_exist or kind is None:
        return entry
    number = _identifier(entry.request.if_none_exist)
    if number is None:
        words = "Only a search by identifier is understood: identifier=system|value."
        problem = Problem(entry.path, IssueType.NOT_SUPPORTED, words, Severity.ERROR)
        return replace(entry, parts=(), problems=(*entry.problems, problem))
    if not _is_known(site, kind, number):
        return entry
    return replace(entry, parts=(), problems=(*entry.problems, note(entry.path, ON_FILE)))


def _identifier(search: str) -> str | None:
    """The value of `identifier=system|value`; None for any other search."""
    asked = parse_qs(search.partition("?")[2] or search)
    if set(asked) != {"identifier"} or len(asked["identifier"]) != 1:
        return None
    number = asked["identifier"][0].rpartition("|")[2]
    return number if number and "\x00" not in number else None


def _is_known(site: Site, kind: ArrivalKind, number: str) -> bool:
    if kind == ArrivalKind.PATIENT and Patient.objects.filter(site=site, mrn=number).exists():
        return True
    return IntakeItem.objects.about(site, kind, number).exists()
