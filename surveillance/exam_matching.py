"""Rows and arrivals in the terms of reconciliation, and its facts as findings for the record."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from patients.models import Patient
from surveillance.arrivals import CodedFinding, Person, ReportArrival, ReportState
from surveillance.cases import build_cases
from surveillance.exam_reports import ExamReport, Finding
from surveillance.models import (
    ExamMatchAnswer,
    FollowUp,
    Lesion,
    MatchAnswer,
    ReportStatus,
)
from surveillance.obligations import window_of
from surveillance.protocol.exam_of_report import bare_exam
from surveillance.protocol.facts import ExamFacts
from surveillance.protocol.identity import Named
from surveillance.protocol.incoming import (
    IncomingReport,
    LesionOnFile,
    OwedImaging,
    ToldLesion,
)
from surveillance.protocol.procedure_words import names_several_phases
from surveillance.protocol.report_reader.reading import ReportReading
from surveillance.protocol.report_reader.wholly_read import alarms, not_read
from surveillance.protocol.terms import (
    Modality,
    ObligationKind,
    RecommendationKind,
    Segment,
    Tri,
)

NOT_OF_THE_EXAM = ("label", "segments", "calcified_mm")
CODES = ("lirads", "conclusion", "kind", "isolation", "pattern")
NOT_THIS_EXAM = (MatchAnswer.REJECTED, MatchAnswer.UNDONE)
ENHANCEMENT = ("aphe", "washout", "capsule", "hemangioma_pattern")


@dataclass(frozen=True, slots=True)
class LesionRow:
    """A lesion with the imaging follow-up that is open, in rows and in the protocol's terms."""

    lesion: Lesion
    follow_up: FollowUp | None
    on_file: LesionOnFile


def named_by(person: Person) -> Named:
    """The person as the sender knows them."""
    return Named(
        family_name=person.family_name, given_name=person.given_name, birth_date=person.birth_date
    )


def named_on_file(patient: Patient) -> Named:
    """The person as the record knows them."""
    return Named(
        family_name=patient.family_name,
        given_name=patient.given_name,
        birth_date=patient.birth_date,
    )


def lesions_of(patient: Patient, today: date, *, accession: str = "") -> list[LesionRow]:
    """All lesions of the patient, with what is known on the site's day `today`; of which a person
    decided that an exam under `accession` does not answer them is said, too."""
    lesions = list(Lesion.objects.filter(patient=patient).order_by("recorded_at", "label"))
    owed = {
        row.lesion_id: row
        for row in FollowUp.objects.open().filter(patient=patient, kind=ObligationKind.IMAGING)
    }
    refused = _refused(patient, accession)
    return [
        LesionRow(lesion, owed.get(lesion.pk), _on_file(lesion, owed.get(lesion.pk), case, refused))
        for lesion, case in zip(lesions, build_cases(lesions, as_of=today), strict=True)
    ]


def _refused(patient: Patient, accession: str) -> frozenset[UUID]:
    if not accession:
        return frozenset()
    said = ExamMatchAnswer.objects.filter(
        match__patient=patient, match__item__key=accession, answer__in=NOT_THIS_EXAM
    )
    return frozenset(said.values_list("match__lesion", flat=True))


def _on_file(
    lesion: Lesion, follow_up: FollowUp | None, case: Any, refused: frozenset[UUID]
) -> LesionOnFile:
    owed = None
    if follow_up is not None:
        kind = RecommendationKind(follow_up.recommendation)
        owed = OwedImaging(kind, window_of(follow_up))
    return LesionOnFile(
        key=str(lesion.pk),
        label=lesion.label,
        segments=tuple(Segment(one) for one in lesion.segments),
        case=case,
        owed=owed,
        is_refused=lesion.pk in refused,
    )


def incoming_report(arrival: ReportArrival, reading: ReportReading) -> IncomingReport:
    """The arrival, and what was read in its text, in the protocol's terms. A CT that is called
    "with contrast" and whose text names several phases is of no known kind: a person says."""
    is_guess = arrival.modality is Modality.CT_SINGLE_PHASE and names_several_phases(arrival.text)
    return IncomingReport(
        on=arrival.performed_on,
        modality=None if is_guess else arrival.modality,
        anatomy=anatomy_of(arrival.procedure, arrival.body_site),
        is_final=arrival.state is not ReportState.PRELIMINARY,
        adequate=arrival.adequate,
        vis=arrival.vis,
        whole_liver=arrival.whole_liver,
        told=tuple(_told(one) for one in arrival.findings),
        reading=reading,
        not_read=not_read(arrival.text),
        alarms=alarms(arrival.text),
        ref=arrival.accession,
    )


def anatomy_of(procedure: str, body_site: str) -> str:
    """The words for what was examined; a part of the body that the procedure names is not said
    again."""
    named = procedure.casefold()
    parts = dict.fromkeys(part.strip() for part in body_site.split(","))
    return ", ".join(
        words
        for words in (procedure.strip(), *(p for p in parts if p.casefold() not in named))
        if words
    )


def _told(coded: CodedFinding) -> ToldLesion:
    names = [name for name in CodedFinding.__dataclass_fields__ if name not in NOT_OF_THE_EXAM]
    values = {name: getattr(coded, name) for name in names}
    values |= {name: values[name] or Tri.UNKNOWN for name in ENHANCEMENT if name in values}
    return ToldLesion(coded.label, coded.segments, values)


def exam_report(
    arrival: ReportArrival, modality: Modality, findings: tuple[Finding, ...]
) -> ExamReport:
    """The report for the record. Of the exam itself only what hampers all of it is said; whether
    it was adequate for a lesion is part of the finding."""
    bare = bare_exam(incoming_report(arrival, ReportReading()), modality)
    return ExamReport(
        accession=arrival.accession,
        performed_on=arrival.performed_on,
        modality=modality,
        adequate=arrival.adequate is not False,
        vis=arrival.vis,
        whole_liver=bare.whole_liver,
        report_status=ReportStatus.FINAL if bare.final else ReportStatus.PRELIMINARY,
        reporter=arrival.reporter,
        report_text=arrival.text,
        is_external=arrival.is_external,
        evidence=arrival.evidence,
        findings=findings,
    )


def finding_of(lesion: Lesion, exam: ExamFacts) -> Finding:
    """What the exam showed of the lesion, for the record. "Unknown" is not said."""
    said = {name: getattr(exam, name) for name in ENHANCEMENT}
    return Finding(
        lesion=lesion,
        lesion_seen=exam.lesion_seen,
        adequate=exam.adequate,
        size_mm=exam.size_mm,
        lirads=exam.lirads,
        conclusion=exam.conclusion,
        kind=exam.kind,
        isolation=exam.isolation,
        pattern=exam.pattern,
        **{name: None if value is Tri.UNKNOWN else value for name, value in said.items()},
    )


def told_as_json(exam: ExamFacts | None) -> dict[str, Any]:
    """What the report says of a lesion, for the form of whoever confirms; without what it does
    not say."""
    if exam is None:
        return {}
    values = {
        name: getattr(exam, name)
        for name in ("lesion_seen", "adequate", "size_mm", *CODES, *ENHANCEMENT)
    }
    return {
        name: value if isinstance(value, bool) else str(value)
        for name, value in values.items()
        if value not in (None, Tri.UNKNOWN)
    }
