"""A captured report in plain words: where it stands, what was read, and the text marked."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from patients.models import Patient, Site
from surveillance.models import CapturedReport, CaptureState, Clarification, Exclusion
from surveillance.protocol.report_reader.reading import (
    RecommendationStatement,
    ReportReading,
    Span,
)
from surveillance.protocol.terms import Modality
from surveillance.web.match_view import Piece, pieces_of
from surveillance.web.wording import (
    Tag,
    date_words,
    label_of,
    moment_words,
    name_of_patient,
    name_of_user,
)

TONES = {
    CaptureState.WAITING: "due",
    CaptureState.TRACKED: "good",
    CaptureState.EXCLUDED: "quiet",
    CaptureState.REPLACED: "quiet",
    CaptureState.CANCELLED: "quiet",
}


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One report in the list."""

    url: str
    who: str
    mrn: str
    exam: str
    said: str
    received: str
    state: Tag
    clarify: str


@dataclass(frozen=True, slots=True)
class ReportDetail:
    """One report on its page."""

    url: str
    who: str
    patient_url: str
    mrn: str
    exam: str
    received: str
    state: Tag
    pieces: tuple[Piece, ...]
    recommendations: tuple[str, ...]
    limits: tuple[str, ...]
    answers: tuple[str, ...]
    clarification: str
    clarify_url: str
    reader: str


def report_row(report: CapturedReport) -> ReportRow:
    """`report` comes with its item, its patient, its state and its clarification."""
    return ReportRow(
        url=reverse("captured_report", args=[report.pk]),
        who=who_words(report),
        mrn=report.item.mrn,
        exam=exam_words(report),
        said=said_words(report),
        received=moment_words(report.captured_at, report.site),
        state=state_tag(report),
        clarify=_clarify_words(report),
    )


def who_words(report: CapturedReport) -> str:
    """The name on file, else as the sender said it."""
    if report.patient is not None:
        return name_of_patient(report.patient)
    person = report.item.content.get("person", {})
    names = Patient(
        family_name=person.get("family_name", ""), given_name=person.get("given_name", "")
    )
    return name_of_patient(names) if names.family_name else _("Not on file here")


def exam_words(report: CapturedReport) -> str:
    """'CT, multiphase, 3 Mar 2026'."""
    kind = label_of(Modality, report.modality) if report.modality else _("Exam of unknown kind")
    return f"{kind}, {date_words(report.performed_on)}"


def said_words(report: CapturedReport) -> str:
    """Why it was captured."""
    if report.mentions_calcification and report.recommends_follow_up:
        return _("A hepatic calcification, and a recommendation for the liver")
    if report.mentions_calcification:
        return _("A hepatic calcification")
    if report.recommends_follow_up:
        return _("A recommendation for the liver")
    return _("Could not be read")


def state_tag(report: CapturedReport) -> Tag:
    """Where it stands; `state` and `reason` come with the row."""
    state = CaptureState(getattr(report, "state"))  # noqa: B009  (added by with_state)
    reason: str = getattr(report, "reason") or ""  # noqa: B009
    words = str(state.label)
    if state is CaptureState.EXCLUDED and reason:
        words = f"{words}: {Exclusion(reason).label}"
    return Tag(words, TONES[state])


def _clarification(report: CapturedReport) -> Clarification | None:
    return getattr(report, "clarification", None)


def _clarify_words(report: CapturedReport) -> str:
    row = _clarification(report)
    if row is None:
        return ""
    if row.answered_at is not None:
        return row.answer
    due = moment_words(row.due_at, report.site)
    if row.lacks_modality and row.lacks_interval:
        return _("Ask with which exam and when, by {due}").format(due=due)
    if row.lacks_modality:
        return _("Ask with which exam, by {due}").format(due=due)
    return _("Ask when, by {due}").format(due=due)


def report_detail(report: CapturedReport, reading: ReportReading) -> ReportDetail:
    """`report` as for `report_row`, with its answers."""
    row = _clarification(report)
    is_open = row is not None and row.answered_at is None
    return ReportDetail(
        url=reverse("captured_report", args=[report.pk]),
        who=who_words(report),
        patient_url=reverse("patient", args=[report.patient_id]) if report.patient_id else "",
        mrn=report.item.mrn,
        exam=exam_words(report),
        received=moment_words(report.captured_at, report.site),
        state=state_tag(report),
        pieces=pieces_of(report.text, _marked(reading)),
        recommendations=tuple(_advice(one, report.text) for one in reading.recommendations),
        limits=tuple(_quoted(one, report.text) for one in reading.limits),
        answers=tuple(
            _answer(one.answered_by, one.answered_at, report.site, _what(one.exclusion, one.note))
            for one in report.answers.all()
        ),
        clarification=_clarify_words(report),
        clarify_url=reverse("captured_report_clarify", args=[report.pk]) if is_open else "",
        reader=report.reader_version,
    )


def _marked(reading: ReportReading) -> list[list[int]]:
    """The places that were relied on, none inside another."""
    spans = [span for one in reading.lesions for span in one.sentences]
    spans += [one.sentence for one in reading.recommendations]
    return [list(pair) for pair in sorted({(span.start, span.end) for span in spans})]


def _advice(one: RecommendationStatement, text: str) -> str:
    """'“Repeat MRI in 6 months.” – MRI with contrast, 6 months'."""
    kind = one.modality.label if one.modality else _("exam not said")
    months = _("interval not said")
    if one.latest_months is not None:
        span = {one.earliest_months, one.latest_months} - {None}
        numbers = "–".join(str(number) for number in sorted(span, key=int))  # type: ignore[arg-type]
        months = _("{months} months").format(months=numbers)
    return f"“{_quoted(one.sentence, text)}” – {kind}, {months}"


def _quoted(span: Span, text: str) -> str:
    return " ".join(text[span.start : span.end].split())


def _what(exclusion: str, note: str) -> str:
    words = str(Exclusion(exclusion).label) if exclusion else _("Put on file")
    return f"{words}: {note}" if note else words


def _answer(by: object, at: datetime, site: Site, words: str) -> str:
    return f"{words} ({name_of_user(by)}, {moment_words(at, site)})"  # type: ignore[arg-type]
