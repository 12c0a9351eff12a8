"""DiagnosticReport: an imaging report with its exam, its words and its coded findings."""

from datetime import date
from typing import Final, NamedTuple

from surveillance.arrivals import ReportArrival, ReportState
from surveillance.intake.fhir.categories import is_imaging, says_otherwise
from surveillance.intake.fhir.document import Resource
from surveillance.intake.fhir.elements import (
    all_words,
    codes,
    first,
    identifiers,
    objects,
    only_identifier,
    text,
    words,
)
from surveillance.intake.fhir.findings import in_words, results_of
from surveillance.intake.fhir.laboratory import results_inside
from surveillance.intake.fhir.modalities import Exam, exam_of, is_known, is_none_of_ours
from surveillance.intake.fhir.orders import order_number_of
from surveillance.intake.fhir.people import subject_of
from surveillance.intake.fhir.problems import IssueType, note
from surveillance.intake.fhir.references import all_of
from surveillance.intake.fhir.report_text import report_text, unread_forms
from surveillance.intake.fhir.studies import Study, exam_in, study_of
from surveillance.intake.fhir.telling import NotMapped, Telling, Translated
from surveillance.intake.fhir.times import DAY, day_of

STATES: Final = {
    "partial": ReportState.PRELIMINARY,
    "preliminary": ReportState.PRELIMINARY,
    "final": ReportState.FINAL,
    "amended": ReportState.CORRECTED,
    "corrected": ReportState.CORRECTED,
    "appended": ReportState.CORRECTED,
    "cancelled": ReportState.CANCELLED,
    "entered-in-error": ReportState.CANCELLED,
}


NOT_READ_HERE: Final = (
    "The report is a file, and there is no text beside it: send its text as text/plain in “data” "
    "(base64), or in the conclusion."
)
NO_WHOLE_DAY: Final = (
    "Does not say on which day the exam was made: send a whole day as effectiveDateTime, or the "
    "ImagingStudy with it. The day on which a report is issued is not that of its exam."
)
WORDS_OF_A_SENTENCE: Final = 4
"""Fewer, in a result of nobody knows which department, are “positive” or “not seen”."""


class _Made(NamedTuple):
    """The exam the report is about, and its words."""

    exam: Exam
    studies: tuple[Study, ...]
    text: str


def translate_report(told: Telling) -> Translated:
    """An imaging report. Of a laboratory's only the results are used; one that is only registered
    is not: there is nothing to read yet."""
    report = told.resource
    made = _made(told)
    if not _is_ours(told, made):
        inside = results_inside(told)
        words_ = "Not used: it is no imaging report (category, or the feed's mapping)."
        return inside if inside.parts else Translated((), (note(told.at("category"), words_),))
    if report["status"] == "registered":
        return Translated((), (note(told.at("status"), "Not used: the report is not made yet."),))
    return _arrival(told, made)


def _arrival(told: Telling, made: _Made) -> Translated:
    report = told.resource
    results = results_of(report, told.around, told.mapping, told.path)
    outside = told.mapping.outside
    arrival = ReportArrival(
        person=subject_of(told, "subject"),
        accession=_accession(told, made.studies),
        state=_state(told),
        performed_on=_performed_on(told, made.studies),
        modality=made.exam.modality,
        procedure=words(report.get("code")),
        body_site=made.exam.body_site,
        text=_words_of(told, made),
        reporter=_reporter(told),
        order_number=_order_number(told),
        adequate=results.adequate,
        vis=results.vis,
        is_external=outside,
        evidence="The report itself, received by FHIR" if outside else "",
        findings=results.findings,
        said_at=told.said_at("issued"),
    )
    remarks = [*results.notes, *unread_forms(report, told.path)]
    if arrival.modality is None:
        remarks.append(note(told.at("code"), NO_MODALITY, IssueType.INCOMPLETE))
    return Translated((arrival,), tuple(remarks))


NO_MODALITY = (
    "The modality is not known from the codes and words: name contrast and phases in the code's "
    "text, or map the code in the feed's mapping (procedures)."
)


def _made(told: Telling) -> _Made:
    report, mapping = told.resource, told.mapping
    found = all_of(told.around, report.get("imagingStudy"), report)
    of_studies = [one for one in found if one.get("resourceType") == "ImagingStudy"]
    studies = tuple(study_of(one, mapping) for one in of_studies)
    said = " ".join([all_words(report.get("code")), *(one.said for one in studies)])
    devices = [one for study in studies for one in study.modalities]
    procedures = [*codes(report.get("code")), *(c for study in studies for c in study.procedures)]
    exam = exam_of(mapping, procedures, devices, said)
    placed = next((site for one in studies if (site := exam_in(one, mapping).body_site)), "")
    said = report_text(report, in_words(report, told.around, mapping))
    return _Made(Exam(exam.modality, placed or exam.body_site), studies, said)


def _is_ours(told: Telling, made: _Made) -> bool:
    report = told.resource
    if is_none_of_ours(told.mapping, codes(report.get("code"))):
        return False
    if made.studies or report.get("imagingStudy"):
        return True
    if is_imaging(report.get("category")) or is_imaging(report.get("code")):
        return True
    if is_known(told.mapping, codes(report.get("code"))):
        return True
    if says_otherwise(report.get("category")):
        return False
    is_dictated = len(made.text.split()) >= WORDS_OF_A_SENTENCE
    return made.exam.modality is not None or bool(report_text(report)) or is_dictated


def _words_of(told: Telling, made: _Made) -> str:
    """Raises NotMapped where the report is a file that cannot be read here, and nothing else."""
    is_void = _state(told) is ReportState.CANCELLED
    if not made.text and not is_void and unread_forms(told.resource, told.path):
        raise NotMapped("report_is_a_file", told.at("presentedForm"), NOT_READ_HERE)
    return made.text


def _state(told: Telling) -> ReportState:
    status = told.resource.get("status")
    if status not in STATES:
        said = "The sender does not know the report's status: send it again when it does."
        raise NotMapped("status_unknown", told.at("status"), said)
    return STATES[status]


def _accession(told: Telling, studies: tuple[Study, ...]) -> str:
    """Of the report itself, else of its study; else the filler's number, else the only one."""
    report, systems = told.resource, told.mapping.accession_systems
    own = identifiers(report, "ACSN", systems=systems)
    found = own or [one.accession for one in studies if one.accession]
    if not found and not systems:
        found = identifiers(report, "FILL") or [only_identifier(report)]
    if found and found[0]:
        return found[0]
    said = (
        "The report has no accession number: an identifier of type ACSN (HL7 table 0203), or of a "
        "system named in the feed's mapping: accession_systems."
    )
    raise NotMapped("no_accession", told.at("identifier"), said)


def _performed_on(told: Telling, studies: tuple[Study, ...]) -> date:
    """The day of the exam; never that on which the report was issued: one of last year answers
    nothing that is owed now. What is withdrawn is known by its number and needs no day."""
    report, zone = told.resource, told.mapping.zone
    own = text(report.get("effectiveDateTime"))
    own = own or text(first(report.get("effectivePeriod")).get("start"))
    written = [one for one in (own, *(study.started for study in studies)) if one]
    found = next(filter(None, (day_of(one, zone) for one in written)), None)
    if found is not None and (len(own) >= DAY or found.isoformat().startswith(own)):
        return found
    if _state(told) is not ReportState.CANCELLED:
        raise NotMapped("no_date", told.at("effectiveDateTime"), NO_WHOLE_DAY)
    return told.said_at("issued").astimezone(zone).date()


def _reporter(told: Telling) -> str:
    report = told.resource
    people = [*objects(report.get("resultsInterpreter")), *objects(report.get("performer"))]
    for one in people:
        if name := text(one.get("display")) or _named(told.around.resolve(one, report).resource):
            return name[:120]
    return ""


def _named(person: Resource | None) -> str:
    name = first((person or {}).get("name"))
    given = name.get("given")
    parts = [one for one in given if isinstance(one, str)] if isinstance(given, list) else []
    return text(name.get("text")) or " ".join(filter(None, [*parts, text(name.get("family"))]))


def _order_number(told: Telling) -> str:
    found = (
        order_number_of(told, one, told.resource) for one in objects(told.resource.get("basedOn"))
    )
    return next(filter(None, found), "")
