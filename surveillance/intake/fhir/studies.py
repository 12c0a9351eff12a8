"""ImagingStudy: what was done, where in the body, under which accession number."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from surveillance.arrivals import ReportArrival, ReportState
from surveillance.intake.fhir.document import Resource
from surveillance.intake.fhir.elements import (
    Code,
    all_words,
    code_of,
    codes,
    identifiers,
    objects,
    text,
    words,
)
from surveillance.intake.fhir.mapping import FhirMapping
from surveillance.intake.fhir.modalities import Exam, exam_of
from surveillance.intake.fhir.people import subject_of
from surveillance.intake.fhir.problems import IssueType, note
from surveillance.intake.fhir.telling import NotMapped, Telling, Translated
from surveillance.intake.fhir.times import day_of, moment_of

UNDONE: Final = frozenset({"cancelled", "entered-in-error"})


@dataclass(frozen=True, slots=True)
class Study:
    """An ImagingStudy as far as it helps its report."""

    accession: str = ""
    started: str = ""
    modalities: tuple[str, ...] = ()
    procedures: tuple[Code, ...] = ()
    said: str = ""
    body_site: str = ""


def study_of(study: Resource, mapping: FhirMapping) -> Study:
    """What the study says."""
    series = list(objects(study.get("series")))
    devices = [code_of(one).code for one in objects(study.get("modality"))]
    devices += [code_of(one.get("modality")).code for one in series]
    sites = [code_of(one.get("bodySite")) for one in series if one.get("bodySite")]
    said = [all_words(study.get("procedureCode")), text(study.get("description"))]
    said += [text(one.get("description")) for one in series]
    return Study(
        accession=accession_in(study, mapping),
        started=text(study.get("started")),
        modalities=tuple(dict.fromkeys(filter(None, devices))),
        procedures=tuple(codes(study.get("procedureCode"))),
        said=" ".join(filter(None, said)),
        body_site=", ".join(dict.fromkeys(filter(None, (one.display for one in sites)))),
    )


def accession_in(resource: Resource, mapping: FhirMapping) -> str:
    """Its accession number; none: empty."""
    found = identifiers(resource, "ACSN", systems=mapping.accession_systems)
    return found[0] if found else ""


def exam_in(study: Study, mapping: FhirMapping) -> Exam:
    """The modality and the part of the body."""
    found = exam_of(mapping, study.procedures, study.modalities, study.said)
    return Exam(found.modality, study.body_site or found.body_site)


def translate_study(told: Telling) -> Translated:
    """A study by itself is an exam whose report is still to come; with its report in the same
    message it only helps that (reports.py). Without an accession number it cannot be joined to
    its report later and is not used."""
    study = study_of(told.resource, told.mapping)
    if not study.accession:
        words_ = "Not used by itself: it has no accession number (an identifier of type ACSN)."
        return Translated((), (note(told.at("identifier"), words_, IssueType.INCOMPLETE),))
    undone = told.resource.get("status") in UNDONE
    if not study.started:
        where = told.at("started")
        raise NotMapped("no_date", where, "Does not say when the exam was made: send “started”.")
    day = day_of(study.started, told.mapping.zone)
    if day is None:
        raise NotMapped("no_date", told.at("started"), "A whole day is needed.")
    exam = exam_in(study, told.mapping)
    arrival = ReportArrival(
        person=subject_of(told, "subject"),
        accession=study.accession,
        state=ReportState.CANCELLED if undone else ReportState.PRELIMINARY,
        performed_on=day,
        modality=exam.modality,
        procedure=words(told.resource.get("procedureCode"))
        or text(told.resource.get("description")),
        body_site=exam.body_site,
        is_external=told.mapping.outside,
        said_at=told.said_at() if undone else _made_at(told),
    )
    return Translated((arrival,))


def _made_at(told: Telling) -> datetime:
    """A study is said when it was made: its report, issued later, always stands before it."""
    return moment_of(told.resource["started"], told.mapping.zone) or told.heard_at
