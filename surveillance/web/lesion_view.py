"""One lesion in plain words: what is advised and owed, what was seen."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from patients.models import Tri
from surveillance.models import (
    FollowUp,
    Lesion,
    LesionEvent,
    LesionEventKind,
    LesionObservation,
    ReportStatus,
)
from surveillance.protocol.appointments import one_appointment
from surveillance.protocol.parameters import LARGE_FROM
from surveillance.protocol.terms import (
    CalcificationPattern,
    Conclusion,
    LesionKind,
    Modality,
    ObligationKind,
)
from surveillance.roles import Permission
from surveillance.web.chart import Chart, Measurement, size_chart
from surveillance.web.owed_view import Owed, owed_view
from surveillance.web.patient_query import PatientRecords
from surveillance.web.protocol_words import fact_said
from surveillance.web.recommendation_view import (
    OverrideView,
    RecommendationView,
    override_view,
    recommendation_view,
)
from surveillance.web.timeline_view import History, history_view
from surveillance.web.wording import date_words, label_of, lesion_words, moment_words, size_words


@dataclass(frozen=True, slots=True)
class ExamRow:
    """One exam as it concerns a lesion: a row of the table beside the chart."""

    on: str
    modality: str
    size: str
    quality: str
    findings: str
    retract_url: str = ""
    change: str = ""


@dataclass(frozen=True, slots=True)
class EventRow:
    """A result, decision or treatment on record besides exams."""

    words: str
    retract_url: str


@dataclass(frozen=True, slots=True)
class LesionView:
    """One lesion: what is advised, what was seen."""

    key: str
    name: str
    kind: str
    recommendation: RecommendationView | None
    override: OverrideView | None
    owed: tuple[Owed, ...]
    chart: Chart | None
    exams: tuple[ExamRow, ...]
    events: tuple[EventRow, ...]
    history: History | None
    history_url: str
    whole_history_url: str
    reopen_url: str
    override_url: str


def one_visit_words(records: PatientRecords) -> str:
    """'One visit can serve all 3: Ultrasound, at the latest 3 Mar 2026.' Empty for one alone."""
    imaging = [
        row
        for rows in records.open_by_lesion.values()
        for row in rows
        if row.kind == ObligationKind.IMAGING
    ]
    advised = ((row.latest_on, _modality_of(row)) for row in imaging)
    visit = one_appointment(advised) if len(imaging) > 1 else None
    if visit is None:
        return ""
    when = _("at the latest {day}")
    if visit.latest < records.on:
        when = _("as soon as possible (the last day was {day})")
    how = [_(visit.modality.label)] if visit.modality else []
    return _("One visit can serve all {n}: {how}.").format(
        n=len(imaging), how=", ".join([*how, when.format(day=date_words(visit.latest))])
    )


def _modality_of(row: FollowUp) -> Modality | None:
    return Modality(row.advised_modality) if row.advised_modality else None


def lesion_views(records: PatientRecords, allowed: frozenset[Permission]) -> tuple[LesionView, ...]:
    """Each lesion, the one owed the most urgent thing first."""
    return tuple(_lesion_view(records, lesion, allowed) for lesion in records.lesions)


def _lesion_view(
    records: PatientRecords, lesion: Lesion, allowed: frozenset[Permission]
) -> LesionView:
    assessment = records.assessments.get(lesion.pk)
    override = records.overrides.get(lesion.pk)
    observations = records.observations.get(lesion.pk, [])
    may_retract = Permission.RETRACT in allowed
    decided = moment_words(assessment.assessed_at, records.patient.site) if assessment else ""
    name = lesion_words(lesion)
    return LesionView(
        key=str(lesion.pk),
        name=name,
        kind=label_of(LesionKind, lesion.kind) if lesion.kind != LesionKind.UNKNOWN else "",
        recommendation=recommendation_view(assessment, decided) if assessment else None,
        override=override_view(override) if override else None,
        owed=tuple(
            owed_view(row, records, allowed) for row in records.open_by_lesion.get(lesion.pk, [])
        ),
        chart=size_chart(name, measurements_of(observations), LARGE_FROM.value),
        exams=tuple(exam_row(row, may_retract=may_retract) for row in observations),
        events=tuple(
            event_row(row, may_retract=may_retract) for row in records.events.get(lesion.pk, [])
        ),
        history=_history(records, lesion),
        history_url=f"?{urlencode({'lesion': str(lesion.pk)})}#lesion-{lesion.pk}",
        whole_history_url=reverse("lesion_history", args=[lesion.pk]),
        reopen_url=reverse("lesion_reopen", args=[lesion.pk])
        if override and Permission.OVERRIDE in allowed
        else "",
        override_url=reverse("lesion_override", args=[lesion.pk])
        if assessment and Permission.OVERRIDE in allowed
        else "",
    )


def _history(records: PatientRecords, lesion: Lesion) -> History | None:
    if lesion.pk != records.history_of:
        return None
    return history_view(records.history, records.patient.site, lesion.pk)


def measurements_of(observations: Iterable[LesionObservation]) -> list[Measurement]:
    """What was measured, for the chart."""
    return [
        Measurement(row.exam.performed_on, Modality(row.exam.modality), row.size_mm)
        for row in observations
        if row.size_mm is not None
    ]


def event_row(row: LesionEvent, *, may_retract: bool) -> EventRow:
    """'MDT decision: continue surveillance, 27 Aug 2026, Dr Chair'."""
    kind = _(str(LesionEventKind(row.kind).label))
    _name, what = fact_said("", row.value.replace("_", " ").lower())
    return EventRow(
        words=f"{kind}: {what}, {date_words(row.occurred_on)}, {row.author}",
        retract_url=reverse("event_retract", args=[row.pk]) if may_retract else "",
    )


def exam_row(row: LesionObservation, *, may_retract: bool = False) -> ExamRow:
    """One exam in words."""
    exam = row.exam
    quality = [
        words
        for words, is_so in (
            (_("not adequate"), not (exam.adequate and row.adequate)),
            (_("visualisation {score}").format(score=exam.vis), bool(exam.vis)),
            (_("preliminary report"), exam.report_status != ReportStatus.FINAL),
            (_("outside exam"), exam.is_external),
        )
        if is_so
    ]
    return ExamRow(
        on=date_words(exam.performed_on),
        modality=label_of(Modality, exam.modality),
        size=size_words(row.size_mm) if row.lesion_seen else _("not seen"),
        quality=", ".join(quality) or _("adequate"),
        findings=_findings(row),
        retract_url=reverse("exam_retract", args=[exam.pk]) if may_retract else "",
    )


def _findings(row: LesionObservation) -> str:
    shown = [
        label_of(Conclusion, row.conclusion) if row.conclusion else "",
        row.lirads,
        label_of(CalcificationPattern, row.pattern).lower() if row.pattern else "",
        _("arterial hyperenhancement") if row.aphe == Tri.YES else "",
        _("washout") if row.washout == Tri.YES else "",
        _("capsule") if row.capsule == Tri.YES else "",
        _("solid component") if row.solid_component == Tri.YES else "",
    ]
    return ", ".join(words for words in shown if words)
