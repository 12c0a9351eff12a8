"""What was seen of the lesion, and what is known of it besides exams."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

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
    "aphe": gettext_noop("Arterial phase hyperenhancement"),
    "washout": gettext_noop("Washout"),
    "capsule": gettext_noop("Capsule"),
    "hemangioma_pattern": gettext_noop("Hemangioma pattern"),
    "thick_wall": gettext_noop("Thick wall"),
    "septations": gettext_noop("Septations"),
    "solid_component": gettext_noop("Solid component"),
}
CODED = {
    "conclusion": gettext_noop("Conclusion"),
    "lirads": gettext_noop("LI-RADS"),
    "kind": gettext_noop("Kind"),
    "isolation": gettext_noop("Isolation"),
    "pattern": gettext_noop("Calcification"),
}


EVENT_WORDS = (gettext_noop("Waived"), gettext_noop("Removed"), gettext_noop("Treated"))
"""Values of events that are no vocabulary of the protocol's, as they are shown."""


def registration(lesion: Lesion) -> Iterator[TimelineEntry]:
    """The lesion becomes known. No query: the row is at hand."""
    yield TimelineEntry(
        kind=TimelineKind.LESION,
        on=lesion.patient.site.local_date(lesion.recorded_at),
        at=lesion.recorded_at,
        title=_("Lesion {label} registered").format(label=lesion.label),
        detail=lines(
            labelled(_("Kind"), _(lesion.get_kind_display())),
            listed(_("Segments"), lesion.segments),
            labelled(_("First recorded under MRN"), lesion.origin_mrn),
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
        title = _("Exam {accession} retracted").format(accession=row.exam.accession)
        yield from _retraction(lesion, row.exam, title)


def _exam(row: LesionObservation, exam: ImagingExam) -> TimelineEntry:
    return TimelineEntry(
        kind=TimelineKind.EXAM,
        on=exam.performed_on,
        at=exam.recorded_at,
        title=f"{_(Modality(exam.modality).label)}: {_finding(row)}",
        detail=lines(*_findings(row), *_quality(row, exam)),
        by=who(exam.recorded_by),
        ref=str(exam.pk),
        withdrawn_at=exam.retracted_at,
    )


def _finding(row: LesionObservation) -> str:
    if not row.lesion_seen:
        return _("lesion not seen")
    if row.size_mm is None:
        return _("size not given")
    return f"{row.size_mm.normalize():f} mm"


def _findings(row: LesionObservation) -> Iterator[str]:
    for name, label in CODED.items():
        yield labelled(_(label), _(getattr(row, f"get_{name}_display")()))
    for answer in (Tri.YES, Tri.NO):
        found = (_(label) for name, label in SIGNS.items() if getattr(row, name) == answer)
        yield listed(_("Present") if answer == Tri.YES else _("Absent"), found)


def _quality(row: LesionObservation, exam: ImagingExam) -> Iterator[str]:
    yield "" if exam.adequate and row.adequate else _("Not adequate for this lesion")
    yield labelled(_("Visualisation score"), exam.vis)
    yield "" if exam.report_status == ReportStatus.FINAL else _("Preliminary report")
    yield labelled(_("Outside exam, evidence"), exam.evidence) if exam.is_external else ""
    yield labelled(_("Accession number"), exam.accession)
    yield labelled(_("Reported by"), exam.reporter)


def lesion_events(lesion: Lesion) -> Iterator[TimelineEntry]:
    """Pathology, MDT decisions, waivers, treatment, symptoms, and their retractions."""
    rows = LesionEvent.objects.filter(lesion=lesion).select_related("recorded_by", "retracted_by")
    for row in rows:
        title = f"{_(row.get_kind_display())}: {_value(row)}"
        yield TimelineEntry(
            kind=TimelineKind.EVENT,
            on=row.occurred_on,
            at=row.recorded_at,
            title=title,
            detail=lines(labelled(_("Author"), row.author), labelled(_("Evidence"), row.evidence)),
            by=who(row.recorded_by),
            ref=str(row.pk),
            withdrawn_at=row.retracted_at,
        )
        yield from _retraction(lesion, row, _("{what}: retracted").format(what=title))


def _value(row: LesionEvent) -> str:
    if row.kind == LesionEventKind.PATHOLOGY:
        return _(PathologyResult(row.value).label)
    if row.kind == LesionEventKind.MDT_DECISION:
        return _(MdtOutcome(row.value).label)
    return _(row.value.capitalize())


def _retraction(
    lesion: Lesion, row: ImagingExam | LesionEvent, title: str
) -> Iterator[TimelineEntry]:
    if row.retracted_at is not None:
        yield TimelineEntry(
            kind=TimelineKind.RETRACTION,
            on=lesion.patient.site.local_date(row.retracted_at),
            at=row.retracted_at,
            title=title,
            detail=lines(labelled(_("Reason"), row.retracted_reason)),
            by=who(row.retracted_by),
            ref=str(row.pk),
        )
