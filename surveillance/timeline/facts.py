"""What was seen of the lesion, and what is known of it besides exams."""

from collections.abc import Iterator

from patients.models import Tri
from surveillance.models import (
    ImagingExam,
    Lesion,
    LesionEvent,
    LesionEventKind,
    LesionObservation,
    ReportStatus,
)
from surveillance.protocol.terms import MdtOutcome, Modality, PathologyResult
from surveillance.timeline.entry import (
    TimelineEntry,
    TimelineKind,
    labelled,
    lines,
    listed,
    who,
)

SIGNS = {
    "aphe": "Arterial phase hyperenhancement",
    "washout": "Washout",
    "capsule": "Capsule",
    "hemangioma_pattern": "Hemangioma pattern",
    "thick_wall": "Thick wall",
    "septations": "Septations",
    "solid_component": "Solid component",
}
CODED = {
    "conclusion": "Conclusion",
    "lirads": "LI-RADS",
    "kind": "Kind",
    "isolation": "Isolation",
    "pattern": "Calcification",
}


def registration(lesion: Lesion) -> Iterator[TimelineEntry]:
    """The lesion becomes known. No query: the row is at hand."""
    yield TimelineEntry(
        kind=TimelineKind.LESION,
        on=lesion.patient.site.local_date(lesion.recorded_at),
        at=lesion.recorded_at,
        title=f"Lesion {lesion.label} registered",
        detail=lines(
            labelled("Kind", lesion.get_kind_display()),
            listed("Segments", lesion.segments),
            labelled("First recorded under MRN", lesion.origin_mrn),
        ),
        by=who(lesion.recorded_by),
        ref=str(lesion.pk),
    )


def exams(lesion: Lesion) -> Iterator[TimelineEntry]:
    """Every exam that looked at the lesion, and its retraction."""
    rows = (
        LesionObservation.objects.filter(lesion=lesion)
        .select_related("exam__recorded_by", "exam__retracted_by")
        .defer("exam__report_text")
    )
    for row in rows:
        yield _exam(row, row.exam)
        yield from _retraction(lesion, row.exam, f"Exam {row.exam.accession} retracted")


def _exam(row: LesionObservation, exam: ImagingExam) -> TimelineEntry:
    return TimelineEntry(
        kind=TimelineKind.EXAM,
        on=exam.performed_on,
        at=exam.recorded_at,
        title=f"{Modality(exam.modality).label}: {_finding(row)}",
        detail=lines(*_findings(row), *_quality(row, exam)),
        by=who(exam.recorded_by),
        ref=str(exam.pk),
        withdrawn_at=exam.retracted_at,
    )


def _finding(row: LesionObservation) -> str:
    if not row.lesion_seen:
        return "lesion not seen"
    if row.size_mm is None:
        return "size not given"
    return f"{row.size_mm.normalize():f} mm"


def _findings(row: LesionObservation) -> Iterator[str]:
    for name, label in CODED.items():
        yield labelled(label, getattr(row, f"get_{name}_display")())
    for answer in (Tri.YES, Tri.NO):
        found = (label for name, label in SIGNS.items() if getattr(row, name) == answer)
        yield listed("Present" if answer == Tri.YES else "Absent", found)


def _quality(row: LesionObservation, exam: ImagingExam) -> Iterator[str]:
    yield "" if exam.adequate and row.adequate else "Not adequate for this lesion"
    yield labelled("Visualisation score", exam.vis)
    yield "" if exam.report_status == ReportStatus.FINAL else "Preliminary report"
    yield labelled("Outside exam, evidence", exam.evidence) if exam.is_external else ""
    yield labelled("Accession number", exam.accession)
    yield labelled("Reported by", exam.reporter)


def lesion_events(lesion: Lesion) -> Iterator[TimelineEntry]:
    """Pathology, MDT decisions, waivers, treatment, symptoms, and their retractions."""
    rows = LesionEvent.objects.filter(lesion=lesion).select_related("recorded_by", "retracted_by")
    for row in rows:
        title = f"{row.get_kind_display()}: {_value(row)}"
        yield TimelineEntry(
            kind=TimelineKind.EVENT,
            on=row.occurred_on,
            at=row.recorded_at,
            title=title,
            detail=lines(labelled("Author", row.author), labelled("Evidence", row.evidence)),
            by=who(row.recorded_by),
            ref=str(row.pk),
            withdrawn_at=row.retracted_at,
        )
        yield from _retraction(lesion, row, f"{title}: retracted")


def _value(row: LesionEvent) -> str:
    if row.kind == LesionEventKind.PATHOLOGY:
        return PathologyResult(row.value).label
    if row.kind == LesionEventKind.MDT_DECISION:
        return MdtOutcome(row.value).label
    return row.value.capitalize()


def _retraction(
    lesion: Lesion, row: ImagingExam | LesionEvent, title: str
) -> Iterator[TimelineEntry]:
    if row.retracted_at is not None:
        yield TimelineEntry(
            kind=TimelineKind.RETRACTION,
            on=lesion.patient.site.local_date(row.retracted_at),
            at=row.retracted_at,
            title=title,
            detail=lines(labelled("Reason", row.retracted_reason)),
            by=who(row.retracted_by),
            ref=str(row.pk),
        )
